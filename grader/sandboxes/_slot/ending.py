"""End processes that try not to be ended, where no pid namespace does it. Standard library only."""

import os
import signal
from contextlib import suppress
from typing import NoReturn

from grader.sandboxes._slot.meter import descendants

KILLER_OFFSET = 3
"""The last of a slot's four user ids: it may end the task's processes, and they cannot end it."""


def end_children(user_id: int | None) -> None:
    """Kill and reap everything below this subreaper; `user_id`: the tasks' own user, if any."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid:
            continue
        if user_id is not None:
            end_user(user_id)
        if _kill_below(os.getpid()):
            os.waitpid(-1, 0)


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


def _kill_below(root: int) -> bool:
    """Kill every descendant that can be seen now; whether there was one.

    The kernel's list of children is read in microseconds: a chain of processes that live shorter
    than a walk through `/proc` takes is caught too.
    """
    found, frontier = False, [root]
    while frontier:
        for pid in _children(frontier.pop()):
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
