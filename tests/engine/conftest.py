"""What evaluations of the small benchmark start from."""

from tests.small_benchmark import bench, options, write_samples

__all__ = ["bench", "options", "write_samples"]
