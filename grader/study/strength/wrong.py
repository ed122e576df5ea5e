"""Wrong solutions of a task: mutants of its own one, numbered from 1."""

import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from grader import plugins
from grader.core.sample import Sample
from grader.core.task import Task
from grader.errors import InfraError
from grader.mutation.of_patch import mutants_of_patch
from grader.mutation.of_python import Mutant

REMEMBERED = 64
PATCHED = "repo"
ANSWERED = "answer"
ASKED = frozenset({"function", "cases", "program"})
"""Kinds of which solutions can be asked apart from their tests. Of others each that passes counts
as a survivor, for nobody can say that it is equivalent."""


class OriginalSolution(NamedTuple):
    """A task's own solution and what stands around it in the program."""

    body: str
    whole: bool
    before: str = ""
    behind: str = ""

    @property
    def program(self) -> str:
        """The whole program."""
        return f"{self.before}{self.body}{self.behind}"

    def around(self, body: str) -> str:
        """The whole program with another body."""
        return f"{self.before}{body}{self.behind}"


class WrongSolutions(NamedTuple):
    """The mutants of a task, or why there are none."""

    original: OriginalSolution | None
    mutants: tuple[Mutant, ...]
    why: str = ""

    def sample(self, task: Task, number: int) -> Sample:
        """Mutant `number`, from 1; 0 is the task's own solution."""
        if self.original is None:
            raise IndexError(number)
        body = self.mutants[number - 1].body if number else self.original.body
        return Sample(task_id=task.id, index=number, body=body, whole=self.original.whole)


class MutantMaker:
    """Makes tasks' mutants when they are wanted, the same each time, from any thread."""

    def __init__(self, *, most: int, seed: str) -> None:
        """most: of a task; seed: with the task's id it decides which."""
        self._most = most
        self._seed = seed
        self._known = lru_cache(REMEMBERED)(self._of)
        self._tasks: dict[str, Task] = {}
        self._lock = threading.Lock()
        # Python warns of code that looks mistaken, as mutants do.
        command = [sys.executable, "-P", "-W", "ignore", "-m", "grader.mutation.child"]
        self._child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def close(self) -> None:
        """End the process that parses."""
        self._child.communicate()

    def of(self, task: Task) -> WrongSolutions:
        """All that are to be graded."""
        with self._lock:
            self._tasks[task.id] = task
            return self._known(task.id)

    def _of(self, task_id: str) -> WrongSolutions:
        """At most `most` mutants of a task's own solution."""
        task, seed = self._tasks[task_id], f"{self._seed} {task_id}"
        sample: Sample | None = plugins.load("graders", task.kind).reference(task)
        if sample is None or not sample.body.strip():
            return WrongSolutions(None, (), "it has no solution of its own")
        if task.kind == PATCHED:
            original = OriginalSolution(sample.body, whole=sample.whole)
            found = mutants_of_patch(sample.body, most=self._most, seed=seed)
            return WrongSolutions(original, found, "" if found else "its patch has one part alone")
        if task.kind == ANSWERED:
            return WrongSolutions(None, (), "its solution is no program")
        if task.spec.get("language"):
            return WrongSolutions(None, (), f"its solution is written in {task.spec['language']}")
        original = original_of(task, sample)
        found = self._mutants(original, seed)
        why = "" if found else "nothing in its solution can be changed"
        return WrongSolutions(original, found, why)

    def _mutants(self, original: OriginalSolution, seed: str) -> tuple[Mutant, ...]:
        if self._child.stdin is None or self._child.stdout is None:
            raise InfraError("the process that makes mutants has no pipes")
        around = {"before": original.before, "body": original.body, "behind": original.behind}
        try:
            self._child.stdin.write(json.dumps({**around, "most": self._most, "seed": seed}) + "\n")
            self._child.stdin.flush()
            found = json.loads(self._child.stdout.readline())
        except (OSError, ValueError) as error:
            raise InfraError(
                f"the process that makes mutants ended ({self._child.poll()}); run it again"
            ) from error
        return tuple(Mutant(*each) for each in found)


def original_of(task: Task, sample: Sample) -> OriginalSolution:
    """The task's own solution with the texts that a completion stands between."""
    if sample.whole or "prompt" not in task.spec:
        return OriginalSolution(sample.body, whole=sample.whole)
    before, behind = str(task.spec["prompt"]), str(task.spec.get("suffix", ""))
    return OriginalSolution(sample.body, whole=False, before=before, behind=behind)


def in_rounds(counts: Sequence[int], size: int) -> list[tuple[int, int]]:
    """(place, number) of all mutants, numbers from 1, `size` of each task in turn.

    So a budget that ends early has asked every task alike.
    """
    most = max(counts, default=0)
    return [
        (place, number)
        for first in range(1, most + 1, size)
        for place, count in enumerate(counts)
        for number in range(first, min(first + size, count + 1))
    ]
