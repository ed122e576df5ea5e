"""On which samples a compat reading and the strict one disagree: counted, and the first named."""

from bisect import insort
from collections.abc import Iterator, Mapping

from grader.core.report import DifferentSample, RuleDifferences
from grader.core.result import Result, Verdict

KEPT = 1000
"""Samples that are named per reading; all are counted."""
COMPAT = "compat"
"""`compat-base` is the peer's reading of `base`, `compat` that of the verdict itself."""

Key = tuple[int, str, int]
"""Place of the task in the dataset, its id, the sample's index."""


class RuleDisagreements:
    """What was found so far. Memory does not grow with samples; their order does not matter."""

    def __init__(self, order: Mapping[str, int]) -> None:
        """`order`: task id → its place, for naming samples in the dataset's order."""
        self._order = order
        self._compared: dict[str, int] = {}
        self._differ: dict[str, int] = {}
        self._first: dict[str, list[tuple[Key, str, str]]] = {}

    def add(self, result: Result, by: int) -> None:
        """Count one more result, or one less where `by` is -1."""
        for name, strict, compat in compared(result):
            self._compared[name] = self._compared.get(name, 0) + by
            if (strict == Verdict.PASSED) == (compat == Verdict.PASSED):
                continue
            self._differ[name] = self._differ.get(name, 0) + by
            key = (self._order[result.task_id], result.task_id, result.index)
            first = self._first.setdefault(name, [])
            if by < 0:
                first[:] = [each for each in first if each[0] != key]
            else:
                insort(first, (key, strict, compat))
                del first[KEPT:]

    def found(self) -> tuple[RuleDifferences, ...]:
        """One record per reading that could be compared, whether anything differs or not."""
        return tuple(
            RuleDifferences(
                reading=name,
                compared=count,
                differ=self._differ.get(name, 0),
                samples=tuple(
                    DifferentSample(task_id=key[1], index=key[2], strict=strict, compat=compat)
                    for key, strict, compat in self._first.get(name, ())
                ),
            )
            for name, count in sorted(self._compared.items())
            if count > 0
        )


def compared(result: Result) -> Iterator[tuple[str, str, str]]:
    """Each compat reading with the strict verdict that it stands beside, where both are known."""
    for name, compat in result.readings.items():
        if name != COMPAT and not name.startswith(f"{COMPAT}-"):
            continue
        of = name.removeprefix(COMPAT).removeprefix("-")
        strict = result.readings.get(of) if of else result.verdict.value
        if strict is not None and Verdict.UNGRADED not in {strict, compat}:
            yield name, strict, compat
