"""SWE-bench Lite: 300 issues chosen to be self-contained."""

from grader.benchmarks._swebench.members import SweBench


def benchmark() -> SweBench:
    """The member."""
    return SweBench(
        name="swebench-lite",
        official="SWE-bench_Lite",
        summary="300 self-contained issues of SWE-bench",
    )
