"""How long samples of a task take: remembered between runs, to know which to begin first.

Nothing but the order of jobs depends on it, so a file that cannot be read or written is passed
over.
"""

import json
import math
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from grader.benchmarks._data import cache_directory
from grader.core.result import Result
from grader.record import journal
from grader.run.schedule import renewed

FOLDER = "durations"
BYTES_MAX = 16 << 20
TASKS_MAX = 100_000


class TaskDurations:
    """Seconds by task: those of earlier runs, then those of this one."""

    def __init__(self, benchmark: str, run: Path) -> None:
        """`run`: the directory of a run that may have begun already."""
        self._path = cache_directory() / FOLDER / f"{benchmark}.json"
        self._seen: dict[str, list[float]] = {}
        self._known = stored(self._path)
        for result in journal.current(run / journal.NAME):
            self.note(result)

    def note(self, result: Result) -> None:
        """One more sample has run."""
        steps = result.execution.steps if result.execution else ()
        if steps:
            self._seen.setdefault(result.task_id, []).append(sum(step.wall_s for step in steps))

    def seconds(self) -> dict[str, float]:
        """What is known now."""
        return renewed(self._known, self._seen)

    def keep(self) -> None:
        """Write it down for the next run; two that end together keep one of both."""
        if not self._seen:
            return
        found = renewed(stored(self._path), self._seen)
        temporary = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            rounded = {task: round(found[task], 2) for task in list(found)[-TASKS_MAX:]}
            temporary.write_text(json.dumps(rounded), encoding="utf-8")
            temporary.replace(self._path)
            return
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def stored(path: Path) -> dict[str, float]:
    """A file's durations; what makes no sense is left out."""
    try:
        if path.stat().st_size > BYTES_MAX:
            return {}
        value: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(value, dict):
        return {}
    found = cast("dict[str, Any]", value)
    return {
        task: float(seconds)
        for task, seconds in found.items()
        if isinstance(seconds, int | float) and 0 <= seconds < math.inf
    }
