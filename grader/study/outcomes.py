"""What stored runs say about each task: the counts that comparisons, audits and fits rest on."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from grader.core.manifest import DatasetRef, Manifest
from grader.core.result import Verdict
from grader.errors import UsageError
from grader.record import journal, manifest
from grader.stats.compare import RunScores
from grader.stats.passk import TaskCount


class RunOutcomes(NamedTuple):
    """One run's counts."""

    path: Path
    manifest: Manifest
    verdicts: dict[str, dict[str, int]]
    """Task → verdict value → samples, in the order of the journal."""

    def scores(self, name: str) -> RunScores:
        """The same for the mathematics."""
        counts = {task: _count(verdicts) for task, verdicts in self.verdicts.items()}
        lost = {
            task: verdicts[Verdict.UNGRADED.value]
            for task, verdicts in self.verdicts.items()
            if Verdict.UNGRADED.value in verdicts
        }
        return RunScores(name, self.manifest.run_id, counts, lost)


def read(directory: Path) -> RunOutcomes:
    """Read the keys of a run's journal; UsageError where there is no run or it is damaged."""
    stored = manifest.read(directory)
    path = directory / journal.NAME
    last = journal.rewritten(path)
    verdicts: dict[str, dict[str, int]] = {}
    for entry in journal.scan(path):
        if last.get(entry.task_id, {}).get(entry.index, entry.offset) == entry.offset:
            counts = verdicts.setdefault(entry.task_id, {})
            counts[entry.verdict] = counts.get(entry.verdict, 0) + 1
    if not verdicts:
        raise UsageError(f"{directory} has no results yet; resume it first")
    return RunOutcomes(directory, stored, verdicts)


def read_all(directories: Sequence[Path]) -> list[RunOutcomes]:
    """Read runs of one benchmark; UsageError where they graded different data."""
    found = [read(directory) for directory in directories]
    first = found[0].manifest.dataset
    for other in found[1:]:
        data = other.manifest.dataset
        if identity(data) != identity(first):
            raise UsageError(
                f"{other.path} graded {data.benchmark} {data.version} ({data.sha256[:8]}), and"
                f" {found[0].path} {first.benchmark} {first.version} ({first.sha256[:8]});"
                " only runs of the same data can be put side by side"
            )
    return found


def identity(data: DatasetRef) -> tuple[str, str, str]:
    """Which data they are, as boards tell them apart."""
    return data.benchmark, data.version, data.sha256


def names_of(directories: Sequence[Path]) -> list[str]:
    """Short names that differ: the folder's own, with as many parents as it takes.

    Raises UsageError where one run is named twice.
    """
    resolved = [directory.resolve() for directory in directories]
    for place, path in enumerate(resolved):
        if path in resolved[:place]:
            raise UsageError(f"{directories[place]} is named twice; name each run once")
    depth = 1
    while len({path.parts[-depth:] for path in resolved}) < len(resolved):
        depth += 1
    return ["/".join(path.parts[-depth:]) for path in resolved]


def _count(verdicts: dict[str, int]) -> TaskCount:
    graded = sum(verdicts.values()) - verdicts.get(Verdict.UNGRADED.value, 0)
    return TaskCount(graded, verdicts.get(Verdict.PASSED.value, 0))
