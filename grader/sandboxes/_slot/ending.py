"""End processes that try not to be ended. Standard library only."""

import os
import signal
from contextlib import suppress
from typing import NoReturn

from grader.sandboxes._slot import kernel
from grader.sandboxes._slot.kin import StepProcesses
from grader.sandboxes._slot.meter import descendants

NOBODY = 65534
KILLER_OFFSET = 3
"""The last of a slot's four user ids: it may end the task's processes, and they cannot end it."""


def end_namespace(kin: StepProcesses, user_id: int | None) -> None:
    """Kill and reap everything in this process' pid namespace but its kin."""
    while not _reaped(kin):
        if not kin.pids():
            with suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
        elif user_id is not None:
            _kill_user(user_id)
        else:
            _kill_below(os.getpid(), kin.pids())
        with suppress(ChildProcessError):
            os.waitpid(-1, 0)


def end_children(user_id: int | None, kin: StepProcesses | None = None) -> None:
    """Kill and reap everything below this subreaper but `kin`.

    `user_id`: the tasks' own, if any.
    """
    while not _reaped(kin):
        if user_id is not None:
            end_user(user_id)
        if _kill_below(os.getpid(), kin.pids() if kin else set()):
            with suppress(ChildProcessError):
                os.waitpid(-1, 0)


def _reaped(kin: StepProcesses | None) -> bool:
    """Bury all that are dead; whether nobody else is left."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
        return kin is not None and kin.is_alone()
    return True


def _kill_user(user_id: int) -> None:
    """Kill all processes of the tasks' user at one instant, and no other's (needs root).

    As one who has that user's rights and no other; the first process of a namespace is out of
    their reach even so.
    """
    os.setresuid(NOBODY, user_id, 0)
    try:
        os.kill(-1, signal.SIGKILL)
    except ProcessLookupError:
        pass
    finally:
        os.setresuid(0, 0, 0)
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)  # another user's is forgotten


def end_user(user_id: int) -> None:
    """Kill all processes of a user that only tasks have, at one instant (needs root).

    Does nothing where there are too many processes to fork one more.
    """
    try:
        helper = os.fork()
    except OSError:
        return
    if not helper:
        _end_as(user_id)
    with suppress(ChildProcessError):
        os.waitpid(helper, 0)


def _end_as(user_id: int) -> NoReturn:
    """Signals reach processes whose user is the sender's effective one: the tasks, nobody else."""
    killer = user_id + KILLER_OFFSET
    try:
        os.setgroups([])
        os.setresgid(killer, killer, killer)
        os.setresuid(killer, user_id, killer)
        if user_id and os.getresuid() == (killer, user_id, killer):
            os.kill(-1, signal.SIGKILL)
    finally:
        os._exit(0)


def _kill_below(root: int, spared: set[int]) -> bool:
    """Kill every descendant that can be seen now and is not spared; whether there was one.

    The kernel's list of children is read in microseconds: a chain of processes that live shorter
    than a walk through `/proc` takes is caught too.
    """
    found, frontier = False, [root]
    while frontier:
        for pid in set(_children(frontier.pop())) - spared:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
                found = True
            frontier.append(pid)
    return found


def _children(pid: int) -> list[int]:
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return descendants(pid) if pid == os.getpid() else []
