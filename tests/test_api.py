"""The library: evaluate, aevaluate and stream."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

import grader
from grader.errors import UsageError
from grader.run.options import SilentObserver

BODY = "    return a + b\n# null: {}\n"


@pytest.fixture
def choices(tmp_path: Path) -> dict[str, Any]:
    """Keyword arguments for a benchmark of one task in the null sandbox."""
    task = tmp_path / "bench" / "add"
    (task / "tests").mkdir(parents=True)
    (task / "task.toml").write_text('[task]\nid = "add"\nkind = "function"\nentry_point = "add"\n')
    (task / "instruction.md").write_text("Add.\n")
    (task / "prompt.py").write_text('def add(a, b):\n    """Add."""\n')
    (task / "tests" / "test.py").write_text("assert add(1, 2) == 3\n")
    return {"data": tmp_path / "bench", "sandbox": "null", "allow_weak": True, "workers": 2}


def rows(*markers: str) -> list[dict[str, str]]:
    return [{"task_id": "add", "completion": BODY.format(marker)} for marker in markers]


def test_evaluate_grades_rows_and_keeps_the_run(choices, tmp_path):
    report = grader.evaluate("folder", rows("done", "failed"), out=tmp_path / "run", **choices)
    assert report.counts == {"passed": 1, "failed": 1}
    assert (tmp_path / "run" / "report.json").exists()


@pytest.mark.anyio
async def test_evaluate_works_inside_a_running_event_loop(choices, tmp_path):
    report = grader.evaluate("folder", rows("done"), out=tmp_path / "run", **choices)
    assert report.counts == {"passed": 1}


@pytest.mark.anyio
async def test_aevaluate_tells_its_observer(choices, tmp_path):
    class Counting(SilentObserver):
        seen = 0

        def result(self, result: grader.Result) -> None:
            self.seen += 1

    observer = Counting()
    await grader.aevaluate(
        "folder", rows("done", "error"), out=tmp_path / "run", observe=observer, **choices
    )
    assert observer.seen == 2


def test_evaluate_names_a_wrong_keyword_value(choices):
    with pytest.raises(UsageError, match="workers=0"):
        grader.evaluate("folder", [], **{**choices, "workers": 0})
    with pytest.raises(UsageError, match="workers=9999999"):
        grader.evaluate("folder", [], **{**choices, "workers": 9_999_999})


def test_evaluate_resuming_handed_samples_asks_for_their_run(choices):
    with pytest.raises(UsageError, match="name it with out="):
        grader.evaluate("folder", rows("done"), resume=True, **choices)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"task_id": "ad", "completion": ""}, "did you mean 'add'"),
        ({"task_id": "add"}, "found the keys task_id"),
        ({"task_id": "add", "completion": None}, "needs strings"),
    ],
)
def test_evaluate_says_what_is_wrong_with_a_row(choices, tmp_path, row, message):
    with pytest.raises(UsageError, match=message):
        grader.evaluate("folder", [row], out=tmp_path / "run", **choices)


@pytest.mark.anyio
async def test_stream_hands_out_results_while_samples_still_come(choices):
    graded = anyio.Event()

    async def samples() -> AsyncIterator[grader.Sample]:
        for index in range(3):
            yield grader.Sample(task_id="add", index=index, body=BODY.format(f"done {index}"))
            with anyio.fail_after(5):
                await graded.wait()

    found = []
    async with grader.stream("folder", samples(), **choices) as results:
        async for result in results:
            found.append((result.index, result.verdict))
            graded.set()
    assert sorted(found) == [(0, "passed"), (1, "passed"), (2, "passed")]


@pytest.mark.anyio
async def test_stream_pulls_samples_only_as_results_are_taken(choices):
    pulled = 0

    def samples() -> Iterator[dict[str, str]]:
        nonlocal pulled
        for row in rows(*["done"] * 1000):
            pulled += 1
            yield row

    async with grader.stream("folder", samples(), **choices) as results:
        await anext(results)
    assert pulled < 20


@pytest.mark.anyio
async def test_stream_numbers_rows_of_a_task_in_their_order(choices):
    async with grader.stream("folder", rows("done", "failed", "error"), **choices) as results:
        found = [(result.index, result.verdict) async for result in results]
    assert sorted(found) == [(0, "passed"), (1, "failed"), (2, "error")]


@pytest.mark.anyio
async def test_stream_keeps_nothing_on_disk(choices, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with grader.stream("folder", rows("done"), **choices) as results:
        assert len([result async for result in results]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["bench"]
