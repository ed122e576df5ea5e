"""Tests side by side in processes of one run: one marked `alone` runs while no other does."""

import fcntl
import os
from pathlib import Path

import pytest

AT_ONCE = 2
"""Processes of tests: what many of them start keeps a processor busy by itself."""


def processes(config: pytest.Config) -> int:
    """How many for this command line: none besides this one for a single file, or for `-s`."""
    one_file = len(config.args) == 1 and config.args[0].partition("::")[0].endswith(".py")
    if one_file or config.option.capture == "no":
        return 0
    able = min(AT_ONCE, len(os.sched_getaffinity(0)))
    return able if able > 1 else 0


class SideBySide:
    """Entering waits until all others have left what this test cannot stand beside it.

    The locks belong to a process, so that neither a dead one nor what it has forked holds any.
    """

    def __init__(self, folder: Path) -> None:
        self._door = (folder / "door").open("a+b")
        self._room = (folder / "room").open("a+b")
        self._inside = ""

    def enter(self, how: str) -> None:
        """As `alone` or `beside`; who waits for all to leave keeps the door, or would wait forever."""
        if self._inside == how == "alone":
            return
        self.leave()
        fcntl.lockf(self._door, fcntl.LOCK_EX)
        fcntl.lockf(self._room, fcntl.LOCK_EX if how == "alone" else fcntl.LOCK_SH)
        fcntl.lockf(self._door, fcntl.LOCK_UN)
        self._inside = how

    def leave(self) -> None:
        fcntl.lockf(self._room, fcntl.LOCK_UN)
        self._inside = ""
