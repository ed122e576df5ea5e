"""Jobs of known outcome that every chunk carries: one that must pass, one that must fail.

They are drawn anew for each chunk, look like any small function's sample and stand anywhere among
the others: a machine that mistakes right for wrong, answers without running, or answers what others
asked, is found before anything of its is believed. A machine that lies about some samples only and
tells canaries apart from them cannot be found so; machines are the caller's own.
"""

import random
from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.result import Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.engine.build.function import function_task

WORDS = ("scale", "shift", "weigh", "combine", "adjust", "balance", "project", "settle")
"""One for each task of a run: a machine keeps each, so they are few; samples are always new."""
LIMITS = Limits(cpu_s=30, wall_s=120)
LARGEST = 10_000
MARKER = "# null: failed\n"
"""See `sandboxes/null`."""


class CanaryJob(NamedTuple):
    """A job and the only verdict that it may have."""

    job: Job
    verdict: Verdict


class LinearFunction(NamedTuple):
    """A task whose right answers are known."""

    task: Task
    name: str
    factor: int


class CanarySource:
    """Draws canaries."""

    def __init__(self, *, runs_nothing: bool = False) -> None:
        """`runs_nothing`: the sandbox has to be told how a program ends."""
        self._chance = random.SystemRandom()
        self._runs_nothing = runs_nothing
        self._functions = [self._function(word) for word in WORDS]
        self._numbers = count()

    def _function(self, word: str) -> LinearFunction:
        name = f"{word}_{self._chance.randrange(16**6):06x}"
        factor = self._chance.randrange(2, LARGEST)
        pairs = [(self._number(), self._number()) for _ in range(3)]
        tests = [f"assert {name}({a}, {b}) == {a * factor + b}" for a, b in pairs]
        task = function_task(tests=tests, entry_point=name, limits=LIMITS, id=name)
        return LinearFunction(task, name, factor)

    def _number(self) -> int:
        return self._chance.randrange(1, LARGEST)

    def pair(self) -> tuple[CanaryJob, CanaryJob]:
        """One that must pass and one that must fail, of a length and look."""
        return self._job(0, Verdict.PASSED), self._job(self._number(), Verdict.FAILED)

    def _job(self, off: int, verdict: Verdict) -> CanaryJob:
        chosen = self._chance.choice(self._functions)
        step = self._number()
        body = (
            f"def {chosen.name}(a, b):\n"
            f"    total = a * {chosen.factor} + {step}\n"
            f"    return total + b - {step + off}\n"
        )
        if self._runs_nothing and verdict is Verdict.FAILED:
            body += MARKER
        sample = Sample(task_id=chosen.task.id, index=next(self._numbers), body=body, whole=True)
        return CanaryJob(Job(task=chosen.task, sample=sample), verdict)

    def scattered(self, count: int, canaries: Sequence[CanaryJob]) -> list[int]:
        """Places of `count` jobs in their order, with those of canaries (from `count`) anywhere."""
        mixed = list(range(count))
        for place in range(count, count + len(canaries)):
            mixed.insert(self._chance.randrange(len(mixed) + 1), place)
        return mixed
