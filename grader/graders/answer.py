"""Grade an answer that is no code: nothing runs, the text is compared with those that are wanted.

What was answered is kept in the result, so that figures over a whole data set (F1, Matthews,
correlations) are computed of the answers and never as a mean over tasks.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Literal

from pydantic import Field

from grader.core.execution import Execution
from grader.core.job import Job
from grader.core.plan import Plan
from grader.core.record import Record
from grader.core.result import Result, Trust, Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.graders import _answer_text as rules
from grader.graders._meaning import of_defect

DIAGNOSTIC = "unranked"
"""The part of a benchmark that counts for none of its ranked tasks."""
KEPT = 2000
"""Characters of an answer that are kept."""
SHOWN = 80
AnswerRule = Literal[
    "exact", "normalized", "f1", "choice", "number", "list", "ordered list", "json", "score"
]


class Spec(Record):
    """What `Task.spec` holds for this kind."""

    rule: AnswerRule = "normalized"
    targets: tuple[str, ...] = Field(min_length=1)
    """Answers that are right; any of them will do."""
    tolerance: float = Field(default=0.0, ge=0)
    """Of numbers, relative or absolute."""
    least: float = Field(default=1.0, gt=0, le=1)
    """Score from which an answer passes: below 1 only with rule `f1`."""
    marker: str = ""
    """What stands before the answer in the text, as `Answer:`; its last one counts. Empty: the
    whole text is the answer."""
    statement: str = ""
    group: str = ""
    """The data set that the task is an item of."""
    metrics: tuple[str, ...] = ()
    """Figures over that data set: names in `stats.predictions`."""
    unit: str = ""
    """What an item is a part of, where a figure counts those: a question, a pair."""


def plan(job: Job) -> Plan:
    """Nothing to run."""
    return Plan(image=job.task.image, limits=job.task.limits, steps=())


def judge(job: Job, execution: Execution) -> Result:  # noqa: ARG001  nothing ran
    """Compare; an answer without any text is empty."""
    spec = Spec.model_validate(job.task.spec)
    said = answer_in(job.sample.body, spec.marker)
    score: float | None = None
    if job.sample.defect:
        verdict, reason = of_defect(job.sample)
    elif not said:
        missing = f"no '{spec.marker}' in the text" if spec.marker else "no answer"
        verdict, reason = Verdict.EMPTY, missing
        score = 0.0
    else:
        score = score_of(spec, said)
        verdict = Verdict.PASSED if score >= spec.least else Verdict.FAILED
        reason = "" if verdict is Verdict.PASSED else told(spec, said, score)
    return Result(
        task_id=job.sample.task_id,
        index=job.sample.index,
        verdict=verdict,
        reason=reason,
        trust=Trust.SEPARATED,
        answer=said[:KEPT],
        score=score,
    )


def reference(task: Task) -> Sample | None:
    """The first of the right answers."""
    spec = Spec.model_validate(task.spec)
    body = f"{spec.marker} {spec.targets[0]}" if spec.marker else spec.targets[0]
    return Sample(task_id=task.id, index=0, body=body)


def empty(task: Task) -> Sample:
    """An answer that says nothing."""
    marker = Spec.model_validate(task.spec).marker
    return Sample(task_id=task.id, index=0, body=f"{marker} I do not know.\n".lstrip())


def answer_in(text: str, marker: str) -> str:
    """What is behind the last marker, up to the line's end where it has any text, else all of it.

    Upper and lower case of the marker count alike, and stars around it (Markdown) are skipped.
    """
    text = text[-rules.LONGEST :]
    if not marker:
        return text.strip()
    ends = [each.end() for each in re.finditer(re.escape(marker), text, re.IGNORECASE)]
    if not ends:
        return ""
    behind = text[ends[-1] :].lstrip("* \t")
    first = behind.partition("\n")[0].strip(" \t*")
    return first if first and not first.startswith(("```", "[", "{")) else behind.strip()


def score_of(spec: Spec, said: str) -> float:
    """From 0 to 1: how right an answer is."""
    ways: dict[str, Callable[[str, str], float]] = {
        "exact": rules.exact,
        "normalized": rules.same_words,
        "f1": rules.word_f1,
        "choice": rules.choice,
        "number": partial(rules.number, tolerance=spec.tolerance),
        "score": partial(rules.number, tolerance=spec.tolerance),
        "list": partial(rules.listed, ordered=False),
        "ordered list": partial(rules.listed, ordered=True),
        "json": partial(rules.same_json, tolerance=spec.tolerance),
    }
    return rules.best(ways[spec.rule], said, spec.targets)


def told(spec: Spec, said: str, score: float) -> str:
    """Why an answer is wrong, without saying which one would be right."""
    text = " ".join(said.split())
    text = text if len(text) <= SHOWN else text[:SHOWN] + "…"
    partly = f", F1 {score:.2f}" if spec.rule == "f1" else ""
    return f"answered '{text}'{partly}, which is not what is wanted (rule: {spec.rule})"
