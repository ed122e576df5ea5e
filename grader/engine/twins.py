"""Identical samples of a task are executed once; the others share what it showed.

A sample's digest covers its task. Memory does not grow with outputs and hardly with samples: what
the journal holds is read there again.
"""

from collections import OrderedDict
from collections.abc import Callable

from anyio import Event

from grader.core.job import Attempt, Job, sample_digest
from grader.core.result import Result, Verdict

REMEMBERED = 32_768
"""Samples of which the journal's place is remembered, about 250 bytes each. Twins lie near each
other: all samples of a task together, or one of every task in turn. The largest common set (164
tasks, 200 samples) fits whole."""
RECENT = 4096
"""How many results (one with tests counts for each of them) are held themselves, a few MiB: those
that were not written yet, and those that most twins are asked for."""

Recall = Callable[[int], Result]
"""Reads the result that a journal holds at an offset."""


def of_sample(job: Job) -> str:
    """What tells the jobs of one run apart."""
    return sample_digest(job.sample)


class SampleTwins:
    """The executed samples of a run, the most recently used ones, by their digests."""

    def __init__(
        self,
        recall: Recall | None = None,
        *,
        size: int = REMEMBERED,
        recent: int = RECENT,
        identity: Callable[[Job], str] = of_sample,
    ) -> None:
        """`recall`: None where there is no journal; then only recent samples are known.

        `identity`: a digest of all in which the jobs may differ. Within a run, whose tasks have an
        id each, the sample's is enough, and it is in the journal.
        """
        self._recall = recall
        self._identity = identity
        self._size = size
        self._places: OrderedDict[str, int] = OrderedDict()
        self._recent: OrderedDict[str, Result] = OrderedDict()
        self._room = recent
        self._running: dict[str, Event] = {}

    def placed(self, digest: str, offset: int) -> None:
        """Note where the journal holds an executed and graded sample."""
        places = self._places
        places[digest] = offset
        places.move_to_end(digest)
        if len(places) > self._size:
            places.popitem(last=False)

    def remember(self, digest: str, result: Result) -> None:
        """Note an executed and graded sample's judgement; the facts are not shared."""
        recent = self._recent
        self._drop(digest)
        recent[digest] = result.model_copy(update={"execution": None})
        self._room -= weight(result)
        while self._room < 0:
            self._drop(next(iter(recent)))

    def _drop(self, digest: str) -> None:
        dropped = self._recent.pop(digest, None)
        if dropped is not None:
            self._room += weight(dropped)

    def known(self, job: Job) -> Result | None:
        """The result of a twin that was graded already, under this job's index."""
        twin = self._find(self._identity(job))
        return None if twin is None else shared(twin, job)

    async def once(self, job: Job, attempt: Attempt) -> Result:
        """The twin's result under this job's index, or else what `attempt` brings.

        A twin that is still running is waited for; one that stayed ungraded says nothing, so the
        next in line is attempted itself.
        """
        digest = self._identity(job)
        while (running := self._running.get(digest)) is not None:
            await running.wait()
        if (twin := self._find(digest)) is not None:
            return shared(twin, job)
        done = self._running.setdefault(digest, Event())
        try:
            result = await attempt(job)
            if result.verdict is not Verdict.UNGRADED:
                self.remember(digest, result)
            return result
        finally:
            del self._running[digest]
            done.set()

    def _find(self, digest: str) -> Result | None:
        found = self._recent.get(digest)
        if found is not None:
            self._recent.move_to_end(digest)
            return found
        place = self._places.get(digest)
        if place is None or self._recall is None:
            return None
        self._places.move_to_end(digest)
        found = self._recall(place)
        self.remember(digest, found)
        return found


def weight(result: Result) -> int:
    """What a result takes, its tests counted."""
    return 1 + len(result.tests)


def shared(twin: Result, job: Job) -> Result:
    """`twin`'s judgement for an identical sample that nothing ran for."""
    return twin.model_copy(
        update={
            "task_id": job.sample.task_id,
            "index": job.sample.index,
            "known_broken": job.task.known_broken,
            "execution": None,
            "same_as": twin.index,
            "attempts": 0,
        }
    )
