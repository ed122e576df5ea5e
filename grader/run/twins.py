"""Identical samples of a task are executed once; the others share what it showed."""

from collections import OrderedDict
from collections.abc import Callable

from anyio import Event

from grader.core.job import Job, sample_digest
from grader.core.result import Result, Verdict
from grader.executors.base import Attempt

REMEMBERED = 32_768
"""Samples remembered, about 2 KiB each. Twins lie near each other: all samples of a task together,
or one of every task in turn. The largest common set (164 tasks, 200 samples) fits whole."""

Key = tuple[str, str]
"""Task id and sample digest."""


def unknown(offset: int) -> Result:
    """Recall nothing: for a run that has no journal."""
    raise LookupError(offset)


class Twins:
    """The executed samples of a run, the most recently used ones."""

    def __init__(
        self, recall: Callable[[int], Result] = unknown, *, size: int = REMEMBERED
    ) -> None:
        """`recall` reads the result that a resumed journal holds at an offset."""
        self._recall = recall
        self._size = size
        self._known: OrderedDict[Key, Result | int] = OrderedDict()
        self._running: dict[Key, Event] = {}

    def remember(self, task_id: str, digest: str, *, found: Result | int) -> None:
        """Note an executed and graded sample: its result, or where the journal has it."""
        known, key = self._known, (task_id, digest)
        known[key] = found
        known.move_to_end(key)
        if len(known) > self._size:
            known.popitem(last=False)

    async def once(self, job: Job, attempt: Attempt) -> Result:
        """The twin's result under this job's index, or else what `attempt` brings.

        A twin that is still running is waited for; one that stayed ungraded says nothing, so the
        next in line is attempted itself.
        """
        digest = sample_digest(job.sample)
        key = (job.sample.task_id, digest)
        while (running := self._running.get(key)) is not None:
            await running.wait()
        if (twin := self._find(key)) is not None:
            return shared(twin, job)
        done = self._running.setdefault(key, Event())
        try:
            result = await attempt(job)
            if result.verdict is not Verdict.UNGRADED:
                self.remember(*key, found=result)
            return result
        finally:
            del self._running[key]
            done.set()

    def _find(self, key: Key) -> Result | None:
        found = self._known.get(key)
        if found is None:
            return None
        self._known.move_to_end(key)
        return self._recall(found) if isinstance(found, int) else found


def shared(twin: Result, job: Job) -> Result:
    """`twin`'s judgement for an identical sample that nothing ran for."""
    return twin.model_copy(
        update={
            "index": job.sample.index,
            "execution": None,
            "same_as": twin.index,
            "attempts": 0,
        }
    )
