"""SWE-bench: 2,294 issues of 12 Python repositories (Jimenez et al. 2024, arXiv:2310.06770)."""

from grader.benchmarks._swebench.members import SweBench


def benchmark() -> SweBench:
    """The member."""
    return SweBench(
        name="swebench",
        official="SWE-bench",
        summary="2,294 issues of 12 Python repositories, patches in containers",
    )
