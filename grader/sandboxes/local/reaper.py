"""Find and remove what slots left whose engine and outer process were killed together.

Control groups with all that lives in them, folders in memory, and processes that have such a folder
for a home. Never what a living engine owns, nor what cannot be judged from here: names say which
process made them, and folders must be this user's own.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from grader.sandboxes import _owner
from grader.sandboxes._slot import cgroup, host, sweep
from grader.sandboxes._slot.slot import PACKAGE_PARENT
from grader.sandboxes.local.names import FOLDERS, PREFIX, user_of, words_of


class SlotRemains(NamedTuple):
    """What is left of a slot."""

    kind: str
    """`group` or `folder`."""
    name: str
    """Its path."""


def left_behind(*, everywhere: bool = False) -> list[SlotRemains]:
    """What dead engines of this place left; `everywhere`: in all groups, not only nearby."""
    found = [SlotRemains("group", path) for path in cgroup.named(PREFIX, everywhere=everywhere)]
    found += [SlotRemains("folder", str(path)) for path in Path(FOLDERS).glob(f"{PREFIX}*")]
    return [each for each in found if _is_nobodys(each)]


def _is_nobodys(found: SlotRemains) -> bool:
    words = words_of(os.path.basename(found.name))
    if words is None or not _owner.is_forsaken(words.stamp):
        return False
    if found.kind == "group":
        return os.access(found.name, os.W_OK)
    with suppress(OSError):
        status = os.lstat(found.name)
        return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    return False


def end(found: SlotRemains) -> None:
    """Remove one, and whatever still lives there."""
    if found.kind == "group":
        cgroup.remove_group(found.name)
        return
    label = os.path.basename(found.name).removeprefix(PREFIX)
    config = {
        "tier": "bare", "folder": found.name, "label": label, "uid_base": user_of(found.name),
    }  # fmt: skip
    sweep.sweep(config, python=host.python(), package_parent=str(PACKAGE_PARENT))


def reap(*, dry: bool = False, everywhere: bool = True) -> list[SlotRemains]:
    """Remove all that is nobody's any more; what there was."""
    found = left_behind(everywhere=everywhere)
    if not dry:
        for each in found:
            end(each)
    return found
