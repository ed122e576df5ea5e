"""Judging apart: the same result, and an end to a log that would never be read."""

import time

import pytest

from grader.core.execution import Execution, Isolation, StepEnd, StepResult
from grader.core.job import Job
from grader.core.result import Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.engine.judgement import judge, later
from grader.graders import repo

pytestmark = pytest.mark.anyio
START, END = "+ : '>>>>> Start Test Output'\n", "\n+ : '>>>>> End Test Output'\n"


def job(parser):
    spec = repo.Spec(repo="a/b", eval_script="run", log_parser=parser, fail_to_pass=("t",))
    task = Task(id="a__b-1", benchmark="b", kind="repo", spec=spec.model_dump(mode="json"))
    return Job(task=task, sample=Sample(task_id=task.id, index=0, body="patch"))


def execution(log):
    steps = (
        StepResult(name="apply", ended=StepEnd.EXIT),
        StepResult(name="eval", ended=StepEnd.EXIT, stdout=f"{START}{log}{END}".encode()),
    )
    return Execution(provider="x", isolation=Isolation(tier="docker"), steps=steps)


async def test_judged_apart_is_judged_the_same():
    given, facts = job("parse_log_pytest"), execution("PASSED t")
    result = await judge(given, facts)
    assert result == repo.judge(given, facts)
    assert result.verdict is Verdict.PASSED


async def test_log_that_keeps_a_parser_busy_is_an_error():
    began = time.monotonic()
    result = await judge(
        job("parse_log_minitest"), execution(". " * 20_000 + "=" * 20_000), bound_s=3
    )
    assert result.verdict is Verdict.ERROR
    assert "keeps the parser busy" in result.reason
    assert time.monotonic() - began < 30


async def test_log_that_keeps_a_parser_busy_asks_for_nothing_more():
    facts = execution(". " * 20_000 + "=" * 20_000)
    assert await later(job("parse_log_minitest"), facts, bound_s=3) == ("", ())


async def test_what_is_still_to_be_done_is_asked_apart():
    given, facts = job("parse_log_pytest"), execution("PASSED t")
    assert await later(given, facts) == repo.later(given, facts) == ("survey", ())
