"""`grader verify` and `grader diff` on the command line."""

import json
import re
from pathlib import Path

import pytest

from grader.run import journal

SAMPLES = [("seat-blocks", "done"), ("seat-blocks", "failed"), ("crop-grid", "done")]


@pytest.fixture
def run(dry, samples) -> Path:
    assert (
        dry(samples(SAMPLES), "--out", "run", "-k", "1", "--model", "m", "--tag", "t").status == 0
    )
    return Path("run")


def test_verify_of_a_sound_run_prints_its_head(grader, run):
    done = grader("verify", run)
    assert done.status == 0
    assert re.search(
        r"^sound: 3 results, 3 of them chained, and 2 other files, sealed$", done.out, re.MULTILINE
    )
    head = re.search(r"^head ([0-9a-f]{64})$", done.out, re.MULTILINE)[1]
    assert grader("verify", run, "--head", head).status == 0
    assert grader("verify", run, "--head", "0" * 64).status == 3


def test_verify_names_file_and_line_of_a_changed_byte(grader, run):
    path = run / journal.NAME
    path.write_bytes(path.read_bytes().replace(b'"failed"', b'"failec"'))
    done = grader("verify", run)
    assert done.status == 3
    line = next(n for n, each in enumerate(path.read_bytes().split(b"\n"), 1) if b"failec" in each)
    assert f"DAMAGED  results.jsonl:{line}: its checksum does not match" in done.out
    found = json.loads(grader("verify", run, "--json").out)
    assert [each["line"] for each in found["damage"]] == [line]


def test_verify_of_no_run_is_an_error_of_usage(grader):
    assert grader("verify", "nowhere").status == 2


def test_diff_says_why_verdicts_changed(grader, dry, samples, run):
    changed = [("seat-blocks", "done"), ("seat-blocks", "timeout"), ("crop-grid", "done")]
    assert dry(samples(changed, "other.jsonl"), "--out", "other", "-k", "1").status == 0
    done = grader("diff", run, "other")
    assert done.status == 0
    assert "2 verdicts are equal, 1 changed" in done.out
    assert re.search(
        r"^seat-blocks sample 1: failed -> timeout \(another sample\)$", done.out, re.MULTILINE
    )
    assert re.search(r"^setting  samples_sha256: ", done.out, re.MULTILINE)
    found = json.loads(grader("diff", run, "other", "--json").out)
    assert found["causes"] == {"another sample": 1}
