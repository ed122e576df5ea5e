"""Jobs that wait for a machine, and which of them the next one gets."""

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice

from grader.core.job import Job
from grader.core.task import Task
from grader.executors._machines.machine import AskedJob, Machine
from grader.executors._machines.wire import named_task

CHUNK_BYTES = 24 << 20
ALONE = 2
"""Machines that went away with a sample, after which it has a chunk of its own."""
STRAGGLES_S = 3.0
STRAGGLES = 3.0
"""Times the expected time, and at least `STRAGGLES_S`, after which idle machines do it too."""
LOOKED_AT = 64


class JobQueue:
    """Jobs without a result: those that wait, and those that some machine has."""

    def __init__(self, ring: Callable[[], None], *, has_images: bool) -> None:
        """`ring`: called when one more waits."""
        self.open: set[AskedJob] = set()
        self._has_images = has_images
        self._pending: deque[AskedJob] = deque()
        self._texts: dict[str, tuple[str, bytes]] = {}
        self._ring = ring

    def put(self, job: Job) -> AskedJob:
        """One more waits."""
        asked = AskedJob(job)
        self.open.add(asked)
        self._pending.append(asked)
        self._ring()
        return asked

    def again(self, asked: AskedJob) -> None:
        """Let a job run elsewhere, unless somebody has it still."""
        if asked.result is None and not asked.holders and asked in self.open:
            asked.since = time.monotonic()
            self._pending.appendleft(asked)
            self._ring()

    def taken(self, machine: Machine, ready: Sequence[Machine]) -> list[AskedJob]:
        """The next jobs for a machine; none where a further chunk would be too small."""
        if not self._pending:
            return []
        if self._has_images:
            return self._one_with_image(machine, ready)
        pace = sum(each.pace or machine.pace or 1.0 for each in ready)
        part = math.ceil(len(self._pending) * (machine.pace or 1.0) / pace)
        most = max(1, min(machine.wanted, part))
        if machine.chunks and len(self._pending) < machine.wanted / 2:
            return []
        return self._picked(machine, most)

    def _picked(self, machine: Machine, most: int) -> list[AskedJob]:
        found: list[AskedJob] = []
        passed_by: list[AskedJob] = []
        size = 0
        while self._pending and len(found) < most and size < CHUNK_BYTES:
            asked = self._pending.popleft()
            if asked.done.is_set() or asked not in self.open:
                continue
            is_alone = asked.losses >= ALONE
            if machine.name in asked.ungraded or (is_alone and found):
                passed_by.append(asked)
                if len(passed_by) >= LOOKED_AT:
                    break
                continue
            found.append(asked)
            size += len(asked.job.sample.body) + len(self.text_of(asked.job.task)[1])
            if is_alone:
                break
        self._pending.extendleft(reversed(passed_by))
        return found

    def _one_with_image(self, machine: Machine, ready: Sequence[Machine]) -> list[AskedJob]:
        """A job whose image the machine has; else one whose image nobody has; else the first."""
        looked_at = [
            each
            for each in islice(self._pending, LOOKED_AT)
            if each in self.open and machine.name not in each.ungraded
        ]
        if not looked_at:
            return []
        elsewhere = {name for each in ready for name in each.images}

        def rank(asked: AskedJob) -> int:
            name = asked.job.task.image.name
            return 0 if name in machine.images else 2 if name in elsewhere else 1

        chosen = min(looked_at, key=rank)
        self._pending.remove(chosen)
        return [chosen]

    def straggling(self, machine: Machine, ready: Sequence[Machine]) -> list[AskedJob]:
        """Jobs that another machine has had for too long, where there is nothing else to do."""
        if self._pending or machine.chunks or self._has_images or not machine.pace:
            return []
        now = time.monotonic()
        for other in ready:
            if other is machine:
                continue
            for chunk in other.chunks:
                expected_s = chunk.size / (other.pace or machine.pace)
                if now - chunk.sent < max(STRAGGLES_S, STRAGGLES * expected_s):
                    continue
                late = [
                    each
                    for each in chunk.jobs.values()
                    if each in self.open and len(each.holders) == 1
                ]
                if late:
                    other.share["stragglers"] += len(late)
                    return late[: machine.wanted]
        return []

    def text_of(self, task: Task) -> tuple[str, bytes]:
        """A task's digest and JSON."""
        found = self._texts.get(task.id)
        if found is None:
            found = self._texts[task.id] = named_task(task)
        return found
