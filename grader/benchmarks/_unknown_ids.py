"""Ids in samples that no task has: those of another benchmark or edition, or a slip."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

from grader.benchmarks._rows import shown

NAMED = 10
NEAR = 0.8
"""Share of two ids that must be equal (difflib) for one to be taken for a slip of the other."""
KEPT = 10_000
"""Distinct ids that are counted by themselves; a file may be full of them."""
NUMBER = "0"
"""The family of bare numbers. Tasks of other benchmarks may have such ids, too."""
FAMILIES = {
    "humaneval": "humaneval or humanevalplus",
    "mbpp": "mbpp, mbpp-sanitized or mbppplus",
    "bigcodebench": "BigCodeBench",
    "sample": "CRUXEval",
    NUMBER: "mbpp, mbpp-sanitized or mbppplus",
}
"""First word of well-known task ids, in lower case → where such ids are at home."""


class UnknownIds:
    """Samples of no known task, counted by id while a file is read."""

    def __init__(self) -> None:
        """Begin with none."""
        self.place = ""
        """Where the first one stood."""
        self.counts: dict[str, int] = {}
        self.samples = 0

    def add(self, task_id: str, place: str) -> None:
        """Count one sample."""
        self.place = self.place or place
        self.samples += 1
        if task_id in self.counts or len(self.counts) < KEPT:
            self.counts[task_id] = self.counts.get(task_id, 0) + 1

    def told(self, benchmark: str) -> str:
        """What is left out, for a note."""
        return f"left out {self._samples()} of {benchmark}'s unknown {self._ids()}"

    def complaint(self, benchmark: str, tasks: Iterable[str], *, known: int, skip: str) -> str:
        """One line: what is unknown, what it may be, and the next move.

        `known`: samples of the same source whose task is known; `skip`: the option that leaves the
        others out, empty where there is none.
        """
        first = next(iter(self.counts))
        missing = f"{self.place}: {benchmark} has no task {self._names()}"
        if len(self.counts) > 1 or self.samples > 1:
            missing += f" ({self._samples()} of {known + self.samples:,})"
        home, family = _home(first), _family(first)
        own = {_family(task_id) for task_id in islice(tasks, 1)}
        if home and family not in own and self.samples > known:
            return f"{missing}; these look like samples for {home}"
        close = get_close_matches(first, list(tasks), n=1, cutoff=NEAR)
        hints = [f"did you mean '{close[0]}'?"] if close else []
        if home and family in own and family != NUMBER:
            hints.append(f"Such ids are those of {home}")
        if not hints:
            like = next(iter(tasks), "")
            hints = [f"its ids are like {shown(like)}" if like else "there are no tasks"]
        return f"{missing}; {' '.join(hints)}" + (f"; {skip} leaves them out" if skip else "")

    def _names(self) -> str:
        names = ", ".join(shown(each) for each in islice(self.counts, NAMED))
        rest = len(self.counts) - NAMED
        return f"{names} and {rest:,} more" if rest > 0 else names

    def _samples(self) -> str:
        return f"{self.samples:,} sample{'s' * (self.samples != 1)}"

    def _ids(self) -> str:
        return f"id{'s' * (len(self.counts) != 1)} {self._names()}"


def _home(task_id: str) -> str:
    return FAMILIES.get(_family(task_id), "")


def _family(task_id: str) -> str:
    """`humaneval` of `HumanEval/3`; NUMBER of an id that is nothing but one."""
    if task_id.isdigit():
        return NUMBER
    return re.split(r"[/_]", task_id, maxsplit=1)[0].lower()
