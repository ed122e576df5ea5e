"""The process from which everything of a slot is forked that a program will see.

It is a copy of the supervisor from before the first step, and no step's bytes stay in it: what is
forked from it finds nothing of earlier programs, neither in its memory nor in its descriptors.
Standard library only.
"""

import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType
from typing import Any, NoReturn

from grader.sandboxes._slot import (
    covers,
    forker,
    kernel,
    landlock,
    large_pages,
    mappings,
    nursery,
    step,
    task,
    walls,
)
from grader.sandboxes._slot.forker import (
    CHANNEL,
    FRESH,
    NETWORK,
    NOTHING,
    NURSERY,
    STATUS,
    Forker,
    ForkOrder,
)
from grader.sandboxes._slot.scratch import ScratchSpace, folder_of

PROCESS_TABLE, NAMESPACE = STATUS + 1, STATUS + 2


class SeedProcess(Forker):
    """The supervisor's hold on it, and what it needs to know."""

    def __init__(
        self, prepared: task.TaskConfinement, place: ScratchSpace, *, level: int,
        own_namespace: bool, processes: int, status: int, examination: ModuleType | None,
    ) -> None:  # fmt: skip
        """`level` of Landlock; `processes` of the tasks' user that are none of a task's.

        `status`: where tasks say that they are set up. `examination`: holds interviews, in a slot
        for checkers.
        """
        super().__init__()
        self.prepared = prepared
        self.place = place
        self.level = level
        self.own_namespace = own_namespace
        self.processes = processes
        self.status = status
        self.examination: Any = examination
        self._fork: Callable[[int], int] = kernel.fork_orphan
        with suppress(OSError):
            forked = kernel.sibling_fork(kernel.place_of_thread_id())
            self._fork = lambda _: forked()
            self.has_siblings = True

    has_siblings = False
    """Whether what it forks has its parent at once, as a nursery's tasks must."""

    def start(self) -> None:
        """Before the first step; OSError where it cannot be forked."""
        ours, theirs = socket.socketpair()
        pid = kernel.fork()
        if not pid:
            try:
                self._serve(theirs.fileno())
            finally:
                os._exit(1)
        theirs.close()
        if pid < 0:
            ours.close()
            raise OSError("the process that forks tasks could not be forked")
        self.take(pid, ours)

    def move(self, network: int) -> None:
        """Into another network namespace, whose descriptor is closed."""
        try:
            self.make(NETWORK, None, NOTHING, [network])
        finally:
            os.close(network)

    def is_well(self) -> bool:
        """Whether it lives and runs; where tasks have its user, some may have reached it."""
        if self.prepared.user_id is not None:
            return True
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.pid, signal.SIGCONT)
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
        return False

    def _serve(self, channel: int) -> NoReturn:
        prepared = self.prepared
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        mappings.join()
        large_pages.settle()
        wanted = [channel, self.status, prepared.process_table]
        if self.own_namespace:
            wanted.append(os.open("self/ns/pid", os.O_RDONLY, dir_fd=prepared.process_table))
        kernel.keep_only(wanted, CHANNEL)
        prepared.process_table = PROCESS_TABLE
        if prepared.score:
            kernel.become_dumpable()  # until the file is open
            prepared.score = task.KillScore(PROCESS_TABLE)
            prepared.score.move(CHANNEL + len(wanted))
            kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
        forker.serve(socket.socket(fileno=CHANNEL), self._forked, self._be_born)

    def _forked(self, kind: int) -> int:
        if kind == NETWORK:
            kernel.setns(0, kernel.NEWNET)
            return os.getpid()
        score = self.prepared.score
        if score:
            score.raise_it()
        try:
            if kind != FRESH:
                return self._fork(0)
            return self._fork_into_namespace()
        finally:
            if score:
                score.lower_it()

    def _fork_into_namespace(self) -> int:
        if not self.has_siblings:
            return self._fork(kernel.NEWPID)
        kernel.unshare(kernel.NEWPID)
        pid = self._fork(0)
        if pid:
            kernel.setns(NAMESPACE, kernel.NEWPID)
        return pid

    def _be_born(self, letter: ForkOrder) -> NoReturn:
        if letter.kind == NURSERY:
            nursery.serve(self.prepared, self.place.job, self.processes, letter)
        confine = self._fresh(letter) if letter.kind == FRESH else self._confine(letter)
        is_checker = letter.said[0].get("role") == "checker"
        task.be_born(letter, confine, STATUS, self._examine if is_checker else None)

    def _examine(self, order: task.TaskOrder) -> NoReturn:
        """The trusted side of one interview, or of many."""
        try:
            if order.request.get("stays"):
                self.examination.stand(self.place)
            self.examination.once(order.request, bytes(order.source), order.nonce)
        finally:
            os._exit(113)

    def _confine(self, letter: ForkOrder) -> Callable[[], None]:
        """The task's place and what takes its rights away."""
        prepared, limits = self.prepared, letter.said[0]["limits"]
        count = letter.said[2]

        def confine() -> None:
            os.chdir(self.place.job)
            prepared.ruleset = count if letter.descriptors > count else -1
            task.confine(prepared, limits, processes=self.processes)

        return confine

    def _fresh(self, letter: ForkOrder) -> Callable[[], None]:
        """The same in a namespace that this process begins: its child returns from here."""
        request = letter.said[0]
        prepared, place = self.prepared, self.place
        try:
            self._become_init(request["limits"], letter)
            step.put_files(request, letter.files, place.job)
            step.put_program(request, letter.source)
        except BaseException as error:  # noqa: BLE001  boundary: this is ours, not the task's
            task.fail(STATUS, error)

        def confine() -> None:
            os.chdir(place.job)
            if self.level:
                prepared.ruleset = landlock.ruleset(self.level, place.rules(self.level))
            task.confine(prepared, request["limits"], processes=self.processes)

        return confine

    def _become_init(self, limits: dict[str, int], letter: ForkOrder) -> None:
        """Pid 1 of a fresh namespace, which forks the task and reaps for it."""
        count = letter.said[2]
        kernel.unshare(kernel.NEWNS | kernel.NEWIPC)
        self.place.wipe(limits["disk_mb"])
        self.prepared.process_table = walls.mount_process_table("/proc")
        covers.cover("/", "/proc")
        if letter.descriptors > count:
            with socket.socket(fileno=count) as sight:
                socket.send_fds(sight, [b"/"], [folder_of(self.place.job)])
        inner = kernel.fork()
        if not inner:
            return
        try:
            os.dup2(STATUS, 0)
            kernel.close_from(1)
            pid = ended = 0
            while pid != inner:
                pid, ended = os.wait()
            os.write(0, str(ended).encode())
        finally:
            os._exit(0)
