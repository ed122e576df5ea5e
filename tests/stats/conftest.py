"""Numeric oracles and real response matrices beside the project."""

import csv
import json
import os
from typing import NamedTuple

import pytest

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


class Matrix(NamedTuple):
    subjects: list[str]
    items: list[str]
    rows: list[list[int]]


@pytest.fixture(scope="session")
def oracle(shared):
    """Read one of the vector files."""

    def read(name):
        return json.loads((shared / "data" / "stats" / name).read_text())

    return read


@pytest.fixture(scope="session")
def verified(shared):
    """134 systems on the 500 tasks of SWE-bench Verified, oldest first."""
    with (shared / "data" / "stats" / "swebench_verified_responses_head.csv").open() as file:
        head, *rows = csv.reader(file)
    return Matrix([row[0] for row in rows], head[1:], [[int(c) for c in row[1:]] for row in rows])
