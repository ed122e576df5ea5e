"""What repository jobs lie ahead, in which order, and which images they still need."""

from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial

from anyio import Event, create_task_group

from grader.core.groups import only
from grader.core.job import Attempt, Job
from grader.core.result import Result
from grader.core.task import Image
from grader.errors import InfraError
from grader.run.schedule import arranged, images_of
from grader.sandboxes.base import ImageProvider

WINDOW = 4096
"""Jobs that are arranged at one time: patches have 2 to 50 KiB, and all of them wait in memory."""


async def room_in(images: ImageProvider) -> bool:
    """Whether to fetch ahead; an engine in trouble is met again by the jobs, which say so."""
    try:
        return await images.has_room()
    except InfraError:
        return False


class JobAgenda:
    """Jobs in the order of `schedule.arranged`, and what is known of those that have not ended."""

    def __init__(
        self, jobs: AsyncIterator[Job], seconds: Mapping[str, float], *, window: int
    ) -> None:
        """`seconds`: durations by task; `window`: jobs arranged at one time, 1 or more."""
        self._source = jobs
        self._seconds = seconds
        self._window = window
        self._open: Counter[Image] = Counter()
        self._ahead: list[Image] = []
        self._begun: set[Image] = set()
        self._moved = Event()
        self._over = False

    async def jobs(self) -> AsyncIterator[Job]:
        """Every job, one window after the other."""
        while window := await self._fill():
            for job in window:
                self._begun.add(job.task.image)
                self._move()
                yield job
        self._over = True
        self._move()

    async def _fill(self) -> list[Job]:
        found: list[Job] = []
        async for job in self._source:
            found.append(job)
            if len(found) >= self._window:
                break
        found = arranged(found, self._seconds)
        self._open.update(job.task.image for job in found)
        self._ahead = images_of(found)
        self._begun = set()
        return found

    def watched(self, attempt: Attempt, note: Callable[[Result], None]) -> Attempt:
        """`attempt`, after which a job is known to have ended; `note` hears its result."""

        async def attempted(job: Job) -> Result:
            try:
                result = await attempt(job)
                note(result)
                return result
            finally:
                self._open[job.task.image] -= 1
                if not self._open[job.task.image]:
                    del self._open[job.task.image]
                    self._move()

        return attempted

    def needed(self) -> frozenset[Image]:
        """The images of this window's jobs that have not ended."""
        return frozenset(self._open)

    def upcoming(self, count: int) -> list[Image]:
        """The next images that no job has begun with, at most `count`."""
        return [image for image in self._ahead if image not in self._begun][:count]

    async def fetch(self, images: ImageProvider, *, ahead: int) -> None:
        """Have the next `ahead` images ready before their jobs begin; one at a time.

        What cannot be had is left to its job, which says so.
        """
        tried: set[Image] = set()
        while not self._over:
            moved = self._moved
            waiting = [image for image in self.upcoming(ahead) if image not in tried]
            if waiting and await room_in(images):
                tried.add(waiting[0])
                with suppress(InfraError):
                    await images.image(waiting[0])
            else:
                await moved.wait()

    @asynccontextmanager
    async def fetching(self, provider: object, *, ahead: int) -> AsyncGenerator[None]:
        """`fetch` beside what is done in the context, where `provider` has images."""
        try:
            async with create_task_group() as group:
                if isinstance(provider, ImageProvider):
                    provider.needed = self.needed
                if ahead and isinstance(provider, ImageProvider):
                    group.start_soon(partial(self.fetch, provider, ahead=ahead))
                try:
                    yield
                finally:
                    group.cancel_scope.cancel()
        except BaseExceptionGroup as several:
            raise only(several) from None

    def _move(self) -> None:
        self._moved.set()
        self._moved = Event()
