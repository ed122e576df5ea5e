"""What an executor is: where attempts happen.

A member in whose process attempts happen has one top-level function
`running(jobs, attempt, workers=…) -> async context manager of a stream of results`. The others make
their attempts elsewhere: `processes` has `open_pool`; those that reach machines have `links`, each
a `MachineLink` for the dispatcher in `_machines/`.
"""

from collections.abc import AsyncIterable, AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from grader.core.job import Attempt, Job
from grader.core.result import Result


class Executor(Protocol):
    """Runs attempts for jobs, at most `workers` at a time, and hands out results as they come."""

    def running(
        self, jobs: AsyncIterable[Job] | Iterable[Job], attempt: Attempt, *, workers: int
    ) -> AbstractAsyncContextManager[AsyncIterator[Result]]:
        """Pull jobs only as fast as results are taken (back-pressure, bounded memory)."""
        ...
