"""The parent's part of an evaluation in worker processes: it orders, journals and tells."""

from collections.abc import AsyncIterator

from anyio import move_on_after, to_thread

from grader.core.job import Job
from grader.core.result import Verdict
from grader.engine.twins import SampleTwins
from grader.executors.processes import WorkerPool
from grader.record import journal
from grader.record.journal import Journal
from grader.run.options import RunObserver
from grader.run.workers import WorkerLine, line_of


async def keep_lines(
    jobs: AsyncIterator[Job],
    pool: WorkerPool,
    book: Journal,
    *,
    twins: SampleTwins,
    observer: RunObserver,
) -> None:
    """Journal what workers hand over, in groups: they plan, run and judge, and write the lines."""

    def known(job: Job) -> WorkerLine | None:
        twin = twins.known(job)
        return None if twin is None else line_of(twin)

    async with pool.running(jobs, known) as batches:
        ended = False
        while not ended:
            with move_on_after(journal.GROUP_S):
                ended = await fill_lines(batches, book, observer)
            for digest, offset in await to_thread.run_sync(book.commit):
                twins.placed(digest, offset)


async def fill_lines(
    batches: AsyncIterator[list[WorkerLine]], book: Journal, observer: RunObserver
) -> bool:
    """Take workers' lines until a group is full (False) or there are no more (True)."""
    async for batch in batches:
        full = False
        for each in batch:
            ran = each.same_as is None and each.verdict is not Verdict.UNGRADED
            full |= book.append_text(each.text, each.sample_digest if ran else "")
            observer.result(each.result)
        if full:
            return False
    return True
