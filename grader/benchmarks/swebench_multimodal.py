"""SWE-bench Multimodal: issues with images, of JavaScript repositories (arXiv:2410.03859)."""

from grader.benchmarks._swebench.members import SweBench


def benchmark() -> SweBench:
    """The member."""
    return SweBench(
        name="swebench-multimodal",
        official="SWE-bench_Multimodal",
        summary="JavaScript issues with images",
        split="dev",
    )
