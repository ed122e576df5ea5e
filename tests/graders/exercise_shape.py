"""What an exercise of these tests is."""

from typing import NamedTuple


class Exercise(NamedTuple):
    track: str
    solution: str
    stub: str
    right: str
    wrong: str
    test_path: str
    tests: str
    support: dict
    forged: dict
    """Name of the way → the sample's files."""
