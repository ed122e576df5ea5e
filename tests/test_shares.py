"""A share of tests: another one by each seed, all of them over many, the same in every process."""

import os
import subprocess
import sys
from collections import Counter

import pytest

from tests import machine, shares

NAMES = [f"tests/test_x.py::test_y[{n}]" for n in range(400)]


@pytest.mark.parametrize("one_in", [1, 2, 3])
def test_share_is_one_in_so_many(one_in):
    drawn = sum(shares.is_drawn(name, one_in, "7") for name in NAMES)
    assert abs(drawn - 400 / one_in) <= (50 if one_in > 1 else 0)


def test_share_leaves_nothing_out_for_ever():
    seen = Counter(n for seed in range(40) for n in NAMES if shares.is_drawn(n, 2, str(seed)))
    assert len(seen) == len(NAMES)
    assert max(seen.values()) < 40


def collected(folder, *words: str, **variables: str) -> list[str]:
    """The chosen ones of 64 tests."""
    (folder / "test_x.py").write_text(
        "import pytest\n@pytest.mark.share(2)\n@pytest.mark.parametrize('n', range(64))\ndef test_y(n): pass\n"
    )
    words = (sys.executable, "-m", "pytest", "-c", str(machine.ROOT / "pyproject.toml"), "--rootdir", str(folder),
             "-p", "tests.conftest", "-p", "no:cacheprovider", "--collect-only", "-q", *words)  # fmt: skip
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GRADER_")}
    done = subprocess.run(
        words, cwd=machine.ROOT, env=plain | variables, capture_output=True, text=True, check=True
    )
    assert ("GRADER_TEST_SEED=" + variables.get("GRADER_TEST_SEED", "")) in done.stdout
    return [line for line in done.stdout.splitlines() if "::test_y[" in line]


def test_share_is_drawn_again_by_its_seed(tmp_path):
    drawn = collected(tmp_path, str(tmp_path), GRADER_TEST_SEED="5")
    assert 0 < len(drawn) < 64
    assert collected(tmp_path, str(tmp_path), GRADER_TEST_SEED="5") == drawn


def test_share_is_everything_where_the_whole_is_asked_for(tmp_path):
    assert len(collected(tmp_path, str(tmp_path), GRADER_WHOLE="1")) == 64


def test_share_is_everything_of_a_test_that_is_named(tmp_path):
    assert len(collected(tmp_path, f"{tmp_path}/test_x.py::test_y")) == 64
