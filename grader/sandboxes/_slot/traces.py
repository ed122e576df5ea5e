"""Whether a step touched its scratch space, told by change times. Standard library only.

Each name that is made, removed or moved in a folder, and each change of its rights or attributes,
sets the folder's change time to now, and nobody can set it to anything else (inode(7)). The clock
behind it stands still for some milliseconds; where a change could hide in them, we look inside.
"""

import os
import time

from grader.sandboxes._slot.scratch import ScratchSpace, dirty

COARSE = 5
"""CLOCK_REALTIME_COARSE (linux/time.h): what file systems take for now, read without the kernel."""


class SlotTraces:
    """What is known of a slot's places from step to step."""

    def __init__(self, place: ScratchSpace) -> None:
        """Nothing yet."""
        self._place = place
        self._before: list[int] = []
        self._moment = 0

    def forget(self) -> None:
        """The supervisor itself has changed something there."""
        self._before = []

    def begin(self) -> None:
        """A program is about to begin."""
        if not self._before:
            self._before = self._changed_at()
        self._moment = time.clock_gettime_ns(COARSE)

    def touched(self) -> bool:
        """Whether anything was changed since `begin`, as far as the clock can tell."""
        return self._changed_at() != self._before

    def doubtful(self) -> tuple[str, ...]:
        """The places changed so shortly before `begin` that another change may look alike."""
        if not self._before:
            return self._place.places
        times = zip(self._place.places, self._before, strict=True)
        return tuple(place for place, moment in times if moment >= self._moment)

    def is_clean(self) -> bool:
        """Whether all is as `begin` found it."""
        return not self.touched() and not dirty(self.doubtful())

    def _changed_at(self) -> list[int]:
        return [os.lstat(place).st_ctime_ns for place in self._place.places]
