"""The command line in this process and in one of its own, and samples for the bundled tasks."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import pytest
from cli_command import dry_words

from grader.cli.main import main


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
