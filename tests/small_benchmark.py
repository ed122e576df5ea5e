"""A small benchmark of task directories, and samples that tell the null sandbox what to say."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from grader.run.options import Options

TASKS = 3


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    """Three function tasks `add/0` … `add/2`."""
    root = tmp_path / "bench"
    for number in range(TASKS):
        task = root / f"add-{number}"
        (task / "tests").mkdir(parents=True)
        (task / "solution").mkdir()
        (task / "task.toml").write_text(
            f'[task]\nid = "add/{number}"\nkind = "function"\nentry_point = "add"\n'
        )
        (task / "instruction.md").write_text("Add two numbers.\n")
        (task / "prompt.py").write_text('def add(a, b):\n    """Add."""\n')
        (task / "tests" / "test.py").write_text(f"assert add(1, {number}) == 1 + {number}\n")
        (task / "solution" / "solution.py").write_text("def add(a, b):\n    return a + b\n")
    return root


@pytest.fixture
def write_samples(tmp_path: Path) -> Callable[[Iterable[tuple[str, str]]], Path]:
    """Write (task id, completion) pairs as a samples file."""

    def write(pairs: Iterable[tuple[str, str]], name: str = "samples.jsonl") -> Path:
        path = tmp_path / name
        rows = [{"task_id": task_id, "completion": body} for task_id, body in pairs]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return path

    return write


@pytest.fixture
def options(bench: Path, tmp_path: Path) -> Callable[..., Options]:
    """Options for the null sandbox on `bench`, writing to `tmp_path/out`."""

    def make(samples: Path | str, **changes: object) -> Options:
        values: dict[str, object] = {
            "benchmark": "folder",
            "samples": str(samples),
            "data": bench,
            "out": tmp_path / "out",
            "sandbox": "null",
            "allow_weak": True,
            "workers": 2,
        }
        return Options.model_validate({**values, **changes})

    return make


def body(number: int, marker: str = "done") -> str:
    """A completion unlike any other with the null sandbox's marker."""
    return f"    return a + b  # {number}\n# null: {marker}\n"
