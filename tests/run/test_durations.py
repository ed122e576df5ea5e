"""Durations are remembered between runs; a damaged memory is passed over."""

import json

import pytest

from grader.core.execution import Execution, Isolation, StepResult
from grader.core.manifest import DatasetRef, Manifest
from grader.core.result import Result
from grader.record import manifest
from grader.record.journal import Journal
from grader.run.durations import TaskDurations


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "durations" / "bench.json"


def result(task_id, *walls, index=0):
    steps = tuple(StepResult(name="eval", ended="exit", wall_s=wall) for wall in walls)
    execution = Execution(provider="x", isolation=Isolation(tier="docker"), steps=steps)
    return Result(task_id=task_id, index=index, verdict="passed", execution=execution)


def test_next_run_knows_what_this_one_took(tmp_path, cache):
    first = TaskDurations("bench", tmp_path)
    for each in (result("a", 1.0, 2.0), result("a", 5.0, index=1), result("b", 0.5)):
        first.note(each)
    first.note(Result(task_id="c", index=0, verdict="passed", same_as=1))
    first.keep()
    assert TaskDurations("bench", tmp_path).seconds() == {"a": 4.0, "b": 0.5}
    assert [path.name for path in cache.parent.iterdir()] == ["bench.json"]


def test_resumed_run_knows_its_own_journal(tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    reference = DatasetRef(benchmark="bench", version="1")
    made = Manifest(
        run_id="r", engine_version="1", dataset=reference, samples_path="", samples_sha256=""
    )
    manifest.write(run, made)
    with Journal(run) as book:
        book.append(result("a", 7.0))
        book.commit()
    assert TaskDurations("bench", run).seconds() == {"a": 7.0}


@pytest.mark.parametrize(
    "text", ["", "[1]", "{", '{"a": NaN, "b": -1, "c": "x", "d": Infinity, "e": null}', "[" * 99999]
)
def test_damaged_memory_is_passed_over(tmp_path, cache, text):
    cache.parent.mkdir(parents=True)
    cache.write_text(text)
    assert TaskDurations("bench", tmp_path).seconds() == {}


def test_memory_that_cannot_be_written_is_no_trouble(tmp_path, cache):
    cache.parent.parent.write_text("a file in the way")
    kept = TaskDurations("bench", tmp_path)
    kept.note(result("a", 1.0))
    kept.keep()
    assert kept.seconds() == {"a": 1.0}


def test_newer_durations_take_the_place_of_older_ones(tmp_path, cache):
    cache.parent.mkdir(parents=True)
    cache.write_text(json.dumps({"a": 1, "z": 9}))
    kept = TaskDurations("bench", tmp_path)
    kept.note(result("a", 3.0))
    kept.keep()
    assert json.loads(cache.read_text()) == {"a": 3.0, "z": 9.0}
