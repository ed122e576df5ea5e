"""The queue: each submission is a run of `grader evaluate`, in a process of its own.

The process ends with the service. A run goes on where it was: its journal knows what is graded.
"""

import asyncio
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from anyio import to_thread

from grader.core.report import Report
from grader.core.result import Verdict
from grader.errors import UsageError
from grader.hosting.settings import BoardSettings
from grader.hosting.store import FAILED, GRADED, REFUSED, BoardStore, Submission
from grader.run import report
from grader.sandboxes._slot import kernel

IDLE_S = 0.5
TRIES = 3
USAGE = 2
"""Exit status: the caller erred (README, exit status)."""
SAID_CHARS = 500


class GradedFacts(NamedTuple):
    """What came of one submission."""

    state: str
    why: str = ""
    passed: int | None = None
    samples: int | None = None
    score: float | None = None


class GradingQueue:
    """Takes what is queued, one after the other."""

    def __init__(
        self, settings: BoardSettings, store: BoardStore, changed: Callable[[], None]
    ) -> None:
        """`changed`: is told after each step."""
        self._settings = settings
        self._store = store
        self._changed = changed
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Something was queued."""
        self._wake.set()

    async def work(self) -> None:
        """Grade until cancelled."""
        await to_thread.run_sync(self._store.resume)
        while True:
            found = await to_thread.run_sync(self._store.take)
            if found is None:
                self._wake.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), IDLE_S)
                continue
            self._changed()
            facts = await self._graded(found)
            told = facts._asdict()
            finish = partial(self._store.finish, found.id, told.pop("state"), **told)
            await to_thread.run_sync(finish)
            self._changed()

    async def _graded(self, found: Submission) -> GradedFacts:
        place = run_of(self._settings, found.id)
        said = ""
        for _ in range(TRIES):
            status, said = await ran(words_of(self._settings, found, place), self._settings.folder)
            if status == USAGE:
                return GradedFacts(REFUSED, why=said)
            if (made := await to_thread.run_sync(finished, place)) is not None:
                return made
        return GradedFacts(FAILED, why="our trouble; submit it again, it does not count")


def run_of(settings: BoardSettings, number: str) -> Path:
    """Where a submission's run is kept."""
    return settings.folder / "runs" / number


def upload_of(settings: BoardSettings, number: str) -> Path:
    """Where a submission's samples are kept."""
    return settings.folder / "uploads" / f"{number}.jsonl"


def words_of(settings: BoardSettings, found: Submission, place: Path) -> list[str]:
    """The command that grades, or goes on grading, one submission."""
    words = [
        "evaluate",
        settings.benchmark,
        str(upload_of(settings, found.id)),
        "--quiet",
        "--json",
    ]
    words += ["--out", str(place), f"--model={found.name}", *settings.options]
    words += ["--data", str(settings.data)] if settings.data else []
    words += ["--key", settings.key] if settings.key else []
    return [*words, "--resume"] if place.is_dir() else words  # also where it has not begun


async def ran(words: list[str], folder: Path) -> tuple[int, str]:
    """Run the command; its status, and the last line that it said, without our paths."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "grader", *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=end_with_parent,
    )  # fmt: skip
    try:
        _, said = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    lines = said.decode(errors="replace").strip().splitlines() or [""]
    last = lines[-1].removeprefix("grader: ").replace(str(folder), "…")
    return process.returncode or 0, last[:SAID_CHARS]


def end_with_parent() -> None:
    """In the child: it must not go on writing when the service was killed."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)


def finished(place: Path) -> GradedFacts | None:
    """What a whole run says; None where it is none."""
    try:
        made: Report | None = report.written(place)
    except UsageError:
        return None
    if made is None or made.counts.get(Verdict.UNGRADED.value, 0):
        return None
    first = next((each for each in made.metrics if each.name == "pass@1"), None)
    return GradedFacts(
        GRADED,
        passed=made.counts.get(Verdict.PASSED.value, 0),
        samples=made.samples,
        score=first.value if first else None,
    )
