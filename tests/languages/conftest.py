import json

import pytest

from grader.core.job import Job
from grader.core.sample import Sample
from grader.core.task import Task
from grader.engine.grading import open_grading
from grader.engine.options import EngineOptions
from grader.engine.service.owner import OwnerThread
from grader.languages import base
from tests.languages.graded import needed


class OpenGrading:
    """One engine for a module's tests; a language whose toolchain is not here skips the test."""

    def __init__(self, owner):
        self.owner = owner

    def verdict(self, task, completion, *, whole=False, trust="auto", reading="strict"):
        if base.named(task.spec["language"]) is None:
            pytest.skip(f"no toolchain for {task.spec['language']} can be had")
        needed(task.spec["language"])
        sample = Sample(task_id=task.id, index=0, body=completion, whole=whole)
        job = Job(task=task, sample=sample, trust=trust, reading=reading)
        return self.owner.result(self.owner.submit(self.owner.opened.attempt, job))


def opened(fresh):
    options = EngineOptions(fresh=fresh, retries=1)
    return OwnerThread(lambda: open_grading(options, f"languages-{fresh}"))


@pytest.fixture(scope="module")
def grading():
    owner = opened("slot")
    yield OpenGrading(owner)
    owner.close()


@pytest.fixture(scope="module")
def fresh_grading():
    owner = opened("task")
    yield OpenGrading(owner)
    owner.close()


def task_of(language, family, prompt, tests, *, name="task"):
    spec = {"language": language, "family": family, "name": name, "prompt": prompt, "tests": tests}
    limits = base.load(language).run_limits.model_copy(update={"cpu_s": 4.0, "wall_s": 10.0})
    return Task(id=name, benchmark=family, kind="translated", limits=limits, spec=spec)


def rows(path):
    return (
        [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
    )
