"""Who solved what: runs against tasks, as counts of right samples."""

from collections.abc import Sequence
from itertools import compress
from typing import NamedTuple

from grader.stats.compare import RunScores


class ResponseMatrix(NamedTuple):
    """A matrix of counts; `trials` is 0 where a run has no graded sample of a task."""

    subjects: tuple[str, ...]
    items: tuple[str, ...]
    passed: tuple[tuple[int, ...], ...]
    """Subject by item: right samples."""
    trials: tuple[tuple[int, ...], ...]
    """Subject by item: graded samples."""

    def shares(self, item: int) -> list[float]:
        """Pass rate of every subject that tried the item."""
        pairs = (
            (row[item], tries[item]) for row, tries in zip(self.passed, self.trials, strict=True)
        )
        return [right / tries for right, tries in pairs if tries]

    def score(self, subject: int) -> float | None:
        """Mean pass rate of a subject over the items that it tried; None where there are none."""
        pairs = zip(self.passed[subject], self.trials[subject], strict=True)
        shares = [right / tries for right, tries in pairs if tries]
        return sum(shares) / len(shares) if shares else None

    def of(self, subjects: Sequence[int]) -> "ResponseMatrix":
        """Some of the subjects, in the given order."""
        return ResponseMatrix(
            tuple(self.subjects[i] for i in subjects),
            self.items,
            tuple(self.passed[i] for i in subjects),
            tuple(self.trials[i] for i in subjects),
        )

    def tried(self) -> "ResponseMatrix":
        """Without subjects that have no graded sample, and items of which nobody has one."""
        found = self.of([place for place, row in enumerate(self.trials) if any(row)])
        kept = [any(tries) for tries in zip(*found.trials, strict=True)]
        return ResponseMatrix(
            found.subjects,
            tuple(compress(found.items, kept)),
            tuple(tuple(compress(row, kept)) for row in found.passed),
            tuple(tuple(compress(row, kept)) for row in found.trials),
        )

    def groups(self) -> list[int]:
        """Numbers of subjects that common items link, directly or by others; the largest first."""
        left = {place: {i for i, tries in enumerate(row) if tries}
                for place, row in enumerate(self.trials)}  # fmt: skip
        sizes: list[int] = []
        while left:
            _, reached = left.popitem()
            size, grew = 1, True
            while grew:
                linked = [place for place, items in left.items() if items & reached]
                reached = reached.union(*(left.pop(place) for place in linked))
                size, grew = size + len(linked), bool(linked)
            sizes.append(size)
        return sorted(sizes, reverse=True)


def from_scores(runs: Sequence[RunScores]) -> ResponseMatrix:
    """Put runs beside each other; tasks in the order in which they first occur."""
    items = tuple(dict.fromkeys(task for run in runs for task in run.counts))
    counts = [[run.counts.get(task) for task in items] for run in runs]
    return ResponseMatrix(
        tuple(run.name for run in runs),
        items,
        tuple(tuple(count.passed if count else 0 for count in row) for row in counts),
        tuple(tuple(count.graded if count else 0 for count in row) for row in counts),
    )
