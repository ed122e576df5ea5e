"""`grader verify` and `grader diff` on the command line."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from grader.record import journal, seal
from tests import machine

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


@pytest.fixture
def key() -> Path:
    machine.require("ssh-keygen")
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "key"]
    subprocess.run(words, check=True, capture_output=True)
    return Path("key")


def test_signed_statement_vouches_for_the_run_that_it_is_about(grader, run, key):
    assert grader("report", run, "--format", "in-toto", "--key", key, "-o", "s.json").status == 0
    words = ("verify", run, "--attestation", "s.json", "--key", "key.pub")
    assert grader(*words).status == 0
    path = run / "report.json"
    path.write_text(path.read_text().replace('"samples": 3', '"samples": 4'))
    done = grader(*words)
    assert done.status == 3
    assert "report.json" in done.out
    (run / seal.NAME).write_text("{}")
    assert "seal.json: its content is not what the signed statement is about" in grader(*words).out


def test_report_writes_each_format_where_it_is_told(grader, run):
    for name in ("markdown", "csv", "junit", "every-eval-ever", "in-toto", "text", "json"):
        done = grader("report", run, "--format", name, "-o", f"out.{name}")
        assert done.status == 0, name
        assert Path(f"out.{name}").stat().st_size > 100
        assert grader("report", run, "--format", name, "-o", "-").out.startswith(
            Path(f"out.{name}").read_text()[:40]
        )
    assert grader("report", run, "-o", "page.html").status == 0
    assert Path("page.html").read_text().startswith("<!doctype html>")
    assert grader("report", run, "--format", "html").status == 0
    assert (run / "report.html").exists()
    assert not json.loads(grader("verify", run, "--json").out)["damage"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--format", "htm"), "did you mean 'html'?"),
        (("-o", "x.docx"), "add --format"),
        (("--format", "csv", "--key", "k"), "--key signs --format in-toto only"),
        (("--format", "hf-eval-results"), "--set dataset=ORG/NAME"),
        (("--format", "html", "--set", "x"), "is not KEY=VALUE"),
        (("--format", "evalplus", "-o", "x"), "leave out -o"),
        (("--format", "parquet", "-o", "-"), "name a file with -o"),
        (("--json", "-o", "x"), "--format json -o FILE"),
        (("--format", "csv", "-o", "nowhere/x.csv"), "choose another path"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_report_that_cannot_be_says_what_to_do(grader, run, words, message):
    done = grader("report", run, *words)
    assert done.status == 2
    assert message in done.err
    assert len(done.err.splitlines()) == 1


def test_repeated_run_is_sealed_with_its_repetitions(grader, dry, samples):
    assert dry(samples(SAMPLES), "--out", "run", "-k", "1", "--repeat", "2").status == 0
    done = grader("verify", "run")
    assert done.status == 0
    assert re.search(r"3 other files, sealed$", done.out, re.MULTILINE)
    (part,) = Path("run/repeats").iterdir()
    part.write_bytes(part.read_bytes().replace(b"s", b"z", 1))
    assert "DAMAGED  repeats/2.jsonl" in grader("verify", "run").out
