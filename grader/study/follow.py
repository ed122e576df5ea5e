"""Keep a page's figures up with a journal that grows: each line is read once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.core.report import Report
from grader.core.result import Result
from grader.record import journal, manifest, received
from grader.record.artifacts import full
from grader.record.line import CorruptLine, decode
from grader.reports.html import rows
from grader.run import report
from grader.run.placed import placed
from grader.stats.summary import RunTally

COLUMNS = ("task", "index", "verdict", "reason", "twin", "wall_us", "cpu_us", "peak_kb", "detail")


class RunFollower:
    """One run's tally and table; `poll` brings them up to date. Not for several threads at once."""

    def __init__(self, run: Path) -> None:
        """Read what there is; UsageError where there is no run or its journal is damaged."""
        self.run = run
        self.generation = 0
        """Grows when rows that were handed out have changed."""
        self.stored = manifest.read(run)
        self._begin()
        self.poll()

    def _begin(self) -> None:
        scope = report.scope_of(self.run, self.stored)
        self._known = frozenset(scope.task_ids)
        self._tally = RunTally(task_ids=scope.task_ids, known_broken=scope.known_broken)
        self._places: dict[tuple[str, int], tuple[int, int]] = {}
        """Key → place in the table, offset of its line."""
        self._end = 0
        self._inode = self._file_state()[0]
        self.table = rows.empty(self._tally.report(self.stored, ks=(), wall_s=0, complete=False))

    @property
    def path(self) -> Path:
        """The journal."""
        return self.run / journal.NAME

    def _file_state(self) -> tuple[int, int]:
        """Inode and size; zeros where there is no journal yet."""
        try:
            state = self.path.stat()
        except FileNotFoundError:
            return (0, 0)
        return (state.st_ino, state.st_size)

    def poll(self) -> None:
        """Take in what was appended; begin anew where the journal is another one."""
        inode, size = self._file_state()
        if (self._inode and inode != self._inode) or size < self._end:
            self.generation += 1
            self._begin()
        self._inode = inode
        for offset, result in self._appended():
            if result.task_id not in self._known:
                self.generation += 1
                self._begin()
                self.poll()
                return
            self._take(result, offset)

    def _appended(self) -> Iterator[tuple[int, Result]]:
        """Whole lines after the last one read; a damaged one ends the walk until it is whole."""
        if not received.is_there(self.path):
            return
        with received.opened(self.path) as file:
            file.seek(self._end)
            while line := file.readline(received.LINE_BYTES + 1):
                try:
                    result = decode(line)
                except CorruptLine:
                    return  # half written: the next poll finds the rest
                yield self._end, result
                self._end += len(line)

    def _take(self, result: Result, offset: int) -> None:
        key = (result.task_id, result.index)
        before = self._places.get(key)
        if before is None:
            self._tally.add(result)
            self._places[key] = (len(self.table.task), offset)
            rows.add(self.table, result)
            return
        place, old = before
        self._tally.add(result, supersedes=journal.at(self.path, old))
        self._places[key] = (place, offset)
        rows.add(self.table, result)
        for name in COLUMNS:
            column = getattr(self.table, name)
            column[place] = column.pop()
        self.generation += 1

    def report(self) -> Report:
        """The summary of what was read so far."""
        last = report.written(self.run)
        wall_s = last.wall_s if last else 0.0
        made = self._tally.report(
            self.stored, ks=self.stored.k, wall_s=wall_s, complete=last is not None
        )
        return placed(made, self.run)

    def news(self, *, since: int, generation: int) -> dict[str, Any] | None:
        """Rows from `since` on, or all where earlier ones changed; None where nothing is new."""
        begin = since if generation == self.generation else 0
        if begin == len(self.table.task) and generation == self.generation:
            return None
        packed = rows.columns(self.table, begin)
        return {**packed, "from": begin, "generation": self.generation, "columns": COLUMNS}

    def result(self, task: int, index: int) -> Result | None:
        """One sample's result with its outputs whole; `task` is its number in the table."""
        names = list(self.table.tasks)
        found = self._places.get((names[task], index)) if 0 <= task < len(names) else None
        return full(journal.at(self.path, found[1]), self.run) if found else None
