"""SWE-bench Multilingual: 300 issues in nine languages."""

from grader.benchmarks._swebench.members import SweBench


def benchmark() -> SweBench:
    """The member."""
    return SweBench(
        name="swebench-multilingual",
        official="SWE-bench_Multilingual",
        summary="300 issues in nine languages",
    )
