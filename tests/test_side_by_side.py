"""Tests in two processes at once: those that want to be alone are, and the others are not."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import side_by_side

ROOT = Path(__file__).resolve().parents[1]
FILE = """
import os, pytest, time

def step(word):
    with open({log!r}, "a") as log:
        log.write(word + "\\n")

def work(name):
    step("begin " + name)
    end = time.process_time() + 0.02
    while time.process_time() < end:
        pass
    step("end " + name)

@pytest.mark.parametrize("n", range(8))
def test_beside(n):
    work("{me} beside")

@pytest.mark.alone
@pytest.mark.parametrize("n", range(3))
def test_alone(n):
    work("{me} alone")

@pytest.mark.parametrize("n", range(8))
def test_beside_again(n):
    work("{me} beside")
"""


def test_side_by_side_is_all_but_what_wants_to_be_alone(tmp_path):
    log = tmp_path / "log"
    for me in ("a", "b"):
        (tmp_path / f"test_{me}.py").write_text(FILE.format(me=me, log=str(log)))
    words = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), "-p", "tests.conftest",
             "-p", "no:cacheprovider", "-n", "2", "--dist", "loadfile", f"--basetemp={tmp_path}/base", str(tmp_path)]  # fmt: skip
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    steps = log.read_text().splitlines()
    alone = [at for at, step in enumerate(steps) if step.startswith("begin") and "alone" in step]
    assert len(alone) == 6
    assert all(steps[at + 1] == steps[at].replace("begin", "end") for at in alone)
    assert any(a.startswith("begin") and b.startswith("begin") for a, b in pairwise(steps))  # fmt: skip


@pytest.mark.parametrize(("words", "capture", "wanted"), [
    (["tests"], "fd", 2), (["tests/a", "tests/b"], "fd", 2), (["tests/a.py", "tests/b.py"], "fd", 2),
    (["tests/a.py"], "fd", 0), (["tests/a.py::test_one"], "fd", 0), (["tests"], "no", 0),
])  # fmt: skip
def test_a_single_file_and_what_is_shown_at_once_stay_in_one_process(
    monkeypatch, words, capture, wanted
):
    monkeypatch.setattr(side_by_side.os, "sched_getaffinity", lambda _: range(16))
    config = SimpleNamespace(args=words, option=SimpleNamespace(capture=capture))
    assert side_by_side.processes(config) == wanted


def test_a_single_processor_has_one_process(monkeypatch):
    monkeypatch.setattr(side_by_side.os, "sched_getaffinity", lambda _: {0})
    config = SimpleNamespace(args=["tests"], option=SimpleNamespace(capture="fd"))
    assert side_by_side.processes(config) == 0
