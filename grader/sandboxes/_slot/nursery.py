"""A process that makes tasks by forking and does nothing else. Standard library only.

After a fork two processes share memory until one of them writes, and each page that is written is
copied (1 to 2 µs). And what is the same for every task of a kind is done here once instead of in
each: limits, rules, the filter.
"""

import os
import socket
from typing import Any, NoReturn

from grader.sandboxes._slot import forker, kernel, landlock, task
from grader.sandboxes._slot.forker import CHANNEL, NOTHING, Forker, ForkOrder

TASKS = 1000
"""It then makes room for a new one, long before the tasks' limit on CPU time could end it."""


class Nursery(Forker):
    """The supervisor's hold on that process, which is started when it is first wanted.

    Only where tasks have another user than it has, so that none can stop it or lower its limits.
    """

    def __init__(self, seed: Forker) -> None:
        """`seed`: who forks it."""
        super().__init__()
        self._seed = seed
        self._limits: dict[str, Any] = {}
        self._made = 0

    def is_ready(self, limits: dict[str, Any]) -> bool:
        """Whether it is up, for tasks of these limits."""
        return bool(self.pid) and limits == self._limits and self._made < TASKS

    def start(self, limits: dict[str, Any], ruleset: int) -> None:
        """Before a step begins, as it takes a socket that is none of the step's.

        `ruleset`: of Landlock, or -1.
        """
        self.bury()
        ours, theirs = socket.socketpair()
        descriptors = [theirs.fileno(), *([ruleset] if ruleset >= 0 else [])]
        with theirs:
            pid = self._seed.make(forker.NURSERY, limits, NOTHING, descriptors)
        self.take(pid, ours)
        self._limits, self._made = limits, 0

    def make(self, kind: int, said: Any, bodies: forker.Bodies, descriptors: list[int]) -> int:
        """See `Forker.make`; a nursery that fails may be in the middle of something."""
        self._made += 1
        try:
            return super().make(kind, said, bodies, descriptors)
        except OSError:
            self.bury()
            raise


def serve(prepared: task.TaskConfinement, job: str, processes: int, letter: ForkOrder) -> NoReturn:
    """In a child of the seed: give up what tasks must not have either, then make tasks.

    But for the right to become another user.
    """
    group_id = prepared.user_id
    if group_id is None:
        raise OSError("tasks have this process' own user")
    forked = kernel.sibling_fork(kernel.place_of_thread_id())
    task.limit(letter.said, has_cgroup=prepared.has_cgroup, processes=processes)
    os.setgroups([])
    os.setresgid(group_id, group_id, group_id)
    os.chdir(job)
    if letter.descriptors > 1:
        landlock.restrict(1)
    kernel.keep_only([0, forker.STATUS], CHANNEL)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    if prepared.filter is not None:
        kernel.install_filter(prepared.filter)

    def fork(_: int) -> int:
        return forked()

    def be_born(letter: ForkOrder) -> NoReturn:
        task.be_born(letter, lambda: task.become(prepared), forker.STATUS)

    forker.serve(socket.socket(fileno=CHANNEL), fork, be_born)
