"""Find what a stored run says about one task."""

from difflib import get_close_matches
from pathlib import Path

from grader.core.result import Result
from grader.errors import UsageError
from grader.record import journal, manifest
from grader.record.artifacts import full


def find(run: Path, task_id: str) -> list[Result]:
    """All results of a task by index, long outputs whole as far as they were kept.

    Raises UsageError with the nearest task where the run has none of that name.
    """
    manifest.read(run)
    path = run / journal.NAME
    places: dict[int, int] = {}
    known: dict[str, None] = {}
    for entry in journal.scan(path):
        known[entry.task_id] = None
        if entry.task_id == task_id:
            places[entry.index] = entry.offset
    if not places:
        close = get_close_matches(task_id, known, n=1)
        hint = f"did you mean '{close[0]}'?" if close else f"it has results of {len(known)} tasks"
        raise UsageError(f"{run} has no result of task '{task_id}'; {hint}")
    return [full(journal.at(path, places[index]), run) for index in sorted(places)]
