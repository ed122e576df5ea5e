"""`placement.json`: which machines graded a run, kept while it goes on."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import anyio
from anyio import to_thread
from pydantic import ValidationError

from grader.core.placement import NAME, Placement, added
from grader.record import manifest, received

EVERY_S = 10.0
"""Between two writes: what a kill loses of figures, never of results."""


def read(run: Path) -> Placement | None:
    """What is known of a run's machines; None where it was graded on one, or nothing is left."""
    path = run / NAME
    if not received.is_there(path):
        return None
    try:
        found = Placement.model_validate_json(received.data(path))
    except (OSError, ValidationError):
        return None
    return None if received.implausible(found) else found


def write(run: Path, found: Placement) -> None:
    """Put it into the run, where there is one yet."""
    if received.is_there(run / manifest.NAME):
        manifest.write_record(run / NAME, found)


@asynccontextmanager
async def kept(run: Path, now: Callable[[], Placement]) -> AsyncGenerator[None]:
    """Write it every few seconds and at the end, with what earlier parts of the run had."""
    before = read(run) or Placement()

    async def write_on() -> None:
        while True:
            await anyio.sleep(EVERY_S)
            await to_thread.run_sync(partial(write, run, added(before, now())))

    async with anyio.create_task_group() as group:
        group.start_soon(write_on)
        try:
            yield
        finally:
            group.cancel_scope.cancel()
            write(run, added(before, now()))
