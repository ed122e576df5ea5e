"""What a slot's control groups and folder are called, and who that says they belong to."""

import os
import secrets
from typing import NamedTuple

from grader.sandboxes import _owner

PREFIX = "grader-"
FOLDERS = "/dev/shm"
UID_BASE, UID_SPAN, UID_SLOTS = 1_879_048_192, 4, 1 << 24
"""Host user ids that no distribution gives to anybody; each slot of a machine takes four."""
NO_USER = "own"


class LabelParts(NamedTuple):
    """A label taken apart."""

    run_id: str
    stamp: str
    """Of the engine's process."""
    user: str


def label(run_id: str, number: int, user_id: int | None) -> str:
    """A new slot's label; `user_id`: the first of its tasks' users, None where it has none."""
    user = NO_USER if user_id is None else str(user_id)
    return f"{run_id}-{_owner.stamp()}-{user}-{number}-{secrets.token_hex(3)}"


def words_of(name: str) -> LabelParts | None:
    """What a group's or folder's name says; None where no slot is called so."""
    parts = name.removeprefix(PREFIX).rsplit("-", 6)
    if not name.startswith(PREFIX) or len(parts) != 7:  # noqa: PLR2004  see `label`
        return None
    run_id, *stamp, user, _, _ = parts
    return LabelParts(run_id, "-".join(stamp), user)


def user_of(path: str) -> int | None:
    """The user of a slot's tasks, if they have one that can be nobody else's."""
    words = words_of(os.path.basename(path))
    if words is None or not words.user.isdigit():
        return None
    number = int(words.user)
    last = UID_BASE + UID_SPAN * UID_SLOTS
    return number if UID_BASE <= number < last and os.geteuid() == 0 else None
