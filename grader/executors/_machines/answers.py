"""What is believed of a machine's answer: facts that can be, judged here.

Whoever answers may be anybody: nothing of it becomes a path, a number that no run has, or the word
of another sample; and the verdict is what this engine's grader makes of the facts.
"""

import re
from collections.abc import Iterator

from grader import plugins
from grader.core.execution import Execution, StepResult
from grader.core.job import Job, sample_digest
from grader.core.result import Cause, Result, Verdict
from grader.engine.judgement import judge
from grader.errors import GraderError
from grader.executors._machines.wire import MachineFacts
from grader.version import VERSION

HEX = re.compile(r"[0-9a-f]{0,64}", re.ASCII)
WORD = re.compile(r"[\w .:/+-]{0,100}", re.ASCII)
LONGEST = 1e12
"""Seconds or MiB: nothing that anybody measures is more."""
IMMEASURABLE = "a figure that cannot be measured"
"""Nor is what is no number: it is not between any two."""
LATEST = 253402300799.0
REASON_CHARS = 20_000
STEPS_MOST = 10_000
ATTEMPTS_MOST = 1000
FACTLESS = frozenset({Verdict.UNGRADED, Verdict.ERROR, Verdict.EMPTY, Verdict.PATCH_REJECTED})
"""What may be said of a sample for which no step's facts are there; none of them is a pass."""


class FalseAnswerError(Exception):
    """An answer that no honest machine of this engine gives."""


async def accepted(told: Result, job: Job, facts: MachineFacts) -> Result:
    """The result of a job from a machine's answer; FalseAnswerError says what cannot be."""
    if why := impossible(told, facts):
        raise FalseAnswerError(why)
    execution = told.execution
    if execution is not None:
        execution = execution.model_copy(update={"host": facts.host})
    known = {
        "task_id": job.sample.task_id,
        "index": job.sample.index,
        "sample_digest": sample_digest(job.sample),
        "known_broken": job.task.known_broken,
        "execution": execution,
    }
    if execution is None or not execution.steps:
        return factless(told.model_copy(update=known))
    if told.verdict is Verdict.UNGRADED:
        return told.model_copy(update=known)
    if getattr(plugins.load("graders", job.task.kind), "JUDGED_APART", False):
        return told.model_copy(update=known)
    try:
        judged = await judge(job, execution)
    except GraderError as error:
        why = {"verdict": Verdict.UNGRADED, "cause": Cause.ENGINE, "reason": str(error)}
        return told.model_copy(update={**known, **why})
    except Exception as error:
        raise FalseAnswerError(f"facts that no plan has ({type(error).__name__})") from error
    return agreed(told, judged).model_copy(update=known)


def factless(told: Result) -> Result:
    """An answer that rests on no step; FalseAnswerError where it would have to."""
    if told.verdict not in FACTLESS or told.tests or told.readings:
        raise FalseAnswerError(f"a verdict '{told.verdict}' without any facts")
    if told.verdict is Verdict.UNGRADED and told.cause is None:
        return told.model_copy(update={"cause": Cause.ENGINE})
    return told


def agreed(told: Result, judged: Result) -> Result:
    """A told result whose judgement is the one that its facts have here."""
    same = (told.verdict, told.trust, told.tests, told.readings) == (
        judged.verdict,
        judged.trust,
        judged.tests,
        judged.readings,
    )
    if not same:
        raise FalseAnswerError(f"'{told.verdict}', and its own facts say '{judged.verdict}'")
    if not told.reason.startswith(judged.reason):
        return told.model_copy(update={"reason": judged.reason})
    return told


def impossible(told: Result, facts: MachineFacts) -> str:
    """What no honest machine says; empty where all may be."""
    share = told.solution_share
    checks = (
        (told.same_as is not None or told.cached_from, "it names another run or sample"),
        (told.engine_version != VERSION, f"judged by grader {told.engine_version:.40}"),
        (not HEX.fullmatch(told.plan_digest), "a digest that is none"),
        (not WORD.fullmatch(told.extraction), "an extraction that is none"),
        (not 0 <= told.attempts <= ATTEMPTS_MOST, "a count that no sample has"),
        (not 0 <= told.solution_lines <= LONGEST, "a count that no patch has"),
        (share is not None and not 0 <= share <= 1, "a share that is none"),
        (max(len(told.reason), len(told.begins)) > REASON_CHARS, "a reason longer than any"),
    )
    found = next((why for is_wrong, why in checks if is_wrong), "")
    if found or told.execution is None:
        return found
    return impossible_facts(told.execution, facts)


def impossible_facts(execution: Execution, facts: MachineFacts) -> str:
    """The same of what happened."""
    digest = execution.image_digest.rpartition(":")[2]
    walls = (execution.provider, execution.isolation)
    checks = (
        (walls != (facts.provider, facts.isolation), "facts of another sandbox than it has"),
        (len(execution.steps) > STEPS_MOST, "more steps than any plan has"),
        (not HEX.fullmatch(digest), "an image's digest that is none"),
        (not 0 <= execution.started_at <= LATEST, "a time that is none"),
        (not are_measurable(execution), IMMEASURABLE),
    )
    return next((why for is_wrong, why in checks if is_wrong), "")


def are_measurable(execution: Execution) -> bool:
    """Whether every figure is one that can be measured: no NaN, nothing below 0 or without end."""
    around = execution.around
    if around is not None:
        waits = (around.queue_s, around.pull_s, around.create_s, around.teardown_s)
        if not all(0 <= each <= LONGEST for each in waits):
            return False
    return all(
        0 <= step.wall_s <= LONGEST
        and 0 <= step.cpu_s <= LONGEST
        and 0 <= step.wait_s <= LONGEST
        and 0 <= step.stopped_s <= LONGEST
        and 0 <= step.peak_mb <= LONGEST
        and abs(step.code) <= LONGEST
        and 0 <= step.completion.line <= LONGEST
        for step in sides(execution.steps)
    )


def sides(steps: tuple[StepResult, ...]) -> Iterator[StepResult]:
    """Every process's facts, checkers' too."""
    for step in steps:
        yield step
        if step.checker is not None:
            yield step.checker
            if step.checker.checker is not None:
                raise FalseAnswerError("a checker that has a checker")


def same_outcome(one: Result, other: Result) -> bool:
    """Whether two runs of a sample came to the same."""
    return (one.verdict, outcomes(one)) == (other.verdict, outcomes(other))


def outcomes(result: Result) -> tuple[tuple[str, str], ...]:
    """Its tests' outcomes, without what they said."""
    return tuple((test.name, test.outcome.value) for test in result.tests)
