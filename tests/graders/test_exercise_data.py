"""Aider Polyglot's own solutions pass and what a solver finds does not, where the data are here."""

import os

import pytest

from grader.benchmarks.aider_polyglot import AiderPolyglot
from grader.core.job import Job
from grader.core.result import Verdict
from grader.engine.grading import open_grading
from grader.engine.options import EngineOptions
from grader.engine.service.owner import OwnerThread
from grader.graders import exercise
from tests import machine
from tests.graders.exercises import needed_for

DATA = machine.SHARED / "data/functions/tasks/aider-polyglot"
UNGRADED = {
    **dict.fromkeys(
        (
            "rust/alphametics", "rust/decimal", "rust/gigasecond", "rust/grep", "rust/pig-latin",
            "rust/poker", "rust/robot-name", "rust/simple-cipher",
        ),
        "its own solution or its manifest names a crate that is not here",
    ),
    "rust/macros": "ten of its tests build crates with cargo",
    "go/counter": "its tests are the learner's to write",
    "go/dnd-character": "its own solution imports slices, which Go has since 1.21",
    "java/hangman": "RxJava is not among Debian's packages",
    "java/rest-api": "org.json is not among Debian's packages as exercises use it",
}  # fmt: skip
REWRITES = {"go/ledger", "go/markdown", "javascript/ledger"}
"""What a solver finds passes: the task is to write it more clearly."""


def tasks():
    if not DATA.is_dir():
        return []
    benchmark = AiderPolyglot()
    return list(benchmark.tasks(benchmark.locate(DATA)))


TASKS = tasks()


@pytest.fixture(scope="module")
def owner():
    opened = OwnerThread(lambda: open_grading(EngineOptions(retries=1), f"polyglot-{os.getpid()}"))
    yield opened
    opened.close()


@pytest.mark.share(80)
@pytest.mark.parametrize("task", TASKS, ids=lambda each: each.id)
def test_exercise_passes_by_its_own_solution_alone(owner, task):
    needed_for(task.spec["track"])

    def verdict(sample):
        job = Job(task=task, sample=sample)
        return owner.result(owner.submit(owner.opened.attempt, job)).verdict

    found = [verdict(exercise.reference(task)), verdict(exercise.empty(task))]

    if Verdict.UNGRADED in found:
        assert task.id in UNGRADED
        return
    assert found[0] is Verdict.PASSED
    assert found[1] is not Verdict.PASSED or task.id in REWRITES


@pytest.mark.needs("shared")
def test_data_hold_225_exercises():
    assert len(TASKS) == 225
