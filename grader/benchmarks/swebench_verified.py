"""SWE-bench Verified: 500 issues that people found solvable (OpenAI, 2024)."""

from grader.benchmarks._swebench.members import SweBench


def benchmark() -> SweBench:
    """The member."""
    return SweBench(
        name="swebench-verified",
        official="SWE-bench_Verified",
        summary="500 issues of SWE-bench that people verified",
    )
