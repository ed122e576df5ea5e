"""A slice of every set of real samples gets the verdicts that the official graders gave."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "agreement"


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("name", "limit", "samples"),
    [
        ("cruxeval-output", 40, 400),
        ("cruxeval-input", 40, 400),
        ("lcb-o1-mini", 3, 3),
        ("he-llmbench", 4, None),
        ("heplus-llama3", 4, 24),
        ("mbppplus-llama3", 4, 24),
        ("accepted-contests", 1, None),
    ],
)
def test_recorded_verdicts_are_ours_too(shared, name, limit, samples):
    environment = os.environ | {"GRADER_SHARED": str(shared)}
    words = [sys.executable, str(SCRIPT), name, "--limit", str(limit)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    found = re.findall(r"(\d+) of (\d+) recorded ones agree", done.stdout)
    assert found, done.stdout
    assert all(same == said for same, said in found), done.stdout
    assert {int(said) for _, said in found} == {samples or int(found[0][1])}
    assert int(found[0][1]) > 0
