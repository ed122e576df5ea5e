"""The command line in this process and in one of its own, and samples for the bundled tasks."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

from grader.cli.main import main

ROOT = Path(__file__).resolve().parents[2]


class Outcome(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory of its own: runs are written below it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    return tmp_path


@pytest.fixture
def grader(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run one command line in this process."""

    def run(*words: str | Path) -> Outcome:
        status = main([str(word) for word in words])
        captured = capsys.readouterr()
        return Outcome(int(status), captured.out, captured.err)

    return run


@pytest.fixture
def dry(grader: Callable[..., Outcome]) -> Callable[..., Outcome]:
    """Evaluate on the bundled tasks in the sandbox that runs nothing."""

    def run(samples: str | Path, *words: str | Path) -> Outcome:
        return grader(*dry_words(samples), *words)

    return run


def dry_words(samples: str | Path) -> list[str]:
    return ["evaluate", "folder", str(samples), "--sandbox", "null", "--allow-weak"]


def launch(*words: str | Path, **settings: object) -> subprocess.Popen[str]:
    """Start the command in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    argv = [sys.executable, "-m", "grader", *map(str, words)]
    return subprocess.Popen(argv, text=True, env=environment, **(pipes | settings))


@pytest.fixture
def samples(tmp_path: Path) -> Callable[..., Path]:
    """Write samples of bundled tasks; each is a task id and what the null sandbox shall say."""

    def write(pairs: Iterable[tuple[str, str]], name: str = "samples.jsonl") -> Path:
        path = tmp_path / name
        rows = [
            {"task_id": task, "solution": f"# null: {marker}\n# {number}\n"}
            for number, (task, marker) in enumerate(pairs)
        ]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return path

    return write
