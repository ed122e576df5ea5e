"""The only places that a task may write to, empty before every step. Standard library only."""

import os
import shutil
from contextlib import suppress
from typing import Protocol

from grader.sandboxes.local import landlock, walls

READABLE = (
    "/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/passwd", "/etc/group",
    "/etc/hosts", "/etc/nsswitch.conf", "/etc/localtime", "/proc",
)  # fmt: skip


class Scratch(Protocol):
    """Writable space of a slot."""

    @property
    def job(self) -> str:
        """The working directory of every step."""
        ...

    @property
    def places(self) -> tuple[str, ...]:
        """Every folder that a step may write to."""
        ...

    def wipe(self, disk_mb: int) -> None:
        """Make every place empty and at most `disk_mb` large."""
        ...

    def rules(self, level: int) -> list[tuple[str, int]]:
        """Landlock rules of the slot."""
        ...


class Mounted:
    """Memory-backed mounts of the slot's own mount namespace: wiped by mounting anew."""

    job = "/work"
    places = walls.SCRATCH

    def wipe(self, disk_mb: int) -> None:
        """Replace the mounts."""
        walls.wipe(disk_mb)

    def rules(self, level: int) -> list[tuple[str, int]]:
        """Read what is there (little), write only here."""
        everything = landlock.ALL_BY_ABI[min(level, 5)]
        rules = [("/", landlock.READ), ("/dev", landlock.DEVICE | landlock.READ)]
        return rules + [(place, everything) for place in self.places]


class Folders:
    """Plain folders below one of the host's: for hosts that refuse namespaces."""

    def __init__(self, root: str, visible: list[str]) -> None:
        """`visible` are host paths that programs need to read."""
        self.job = f"{root}/job"
        self.places = (self.job, f"{root}/tmp")
        self.visible = visible
        os.mkdir(root, 0o711)  # tasks pass through, nobody lists it

    def wipe(self, disk_mb: int) -> None:  # noqa: ARG002  a plain folder cannot be bounded
        """Remove what is there; folders that were made unreadable are opened up first."""
        for place in self.places:
            _open_up(place)
            shutil.rmtree(place, ignore_errors=True)
            os.makedirs(place, exist_ok=True)
            os.chmod(place, 0o1777)  # noqa: S103

    def rules(self, level: int) -> list[tuple[str, int]]:
        """Name every readable place: there is no smaller root to hide the rest."""
        everything = landlock.ALL_BY_ABI[min(level, 5)]
        rules = [(path, landlock.READ) for path in (*READABLE, *self.visible)]
        rules += [(f"/dev/{name}", landlock.DEVICE) for name in walls.DEVICES]
        return rules + [(place, everything) for place in self.places]


def dirty(places: tuple[str, ...]) -> bool:
    """Whether anything is left in any place."""
    for place in places:
        with os.scandir(place) as entries:
            if next(entries, None) is not None:
                return True
    return False


def _open_up(place: str) -> None:
    for folder, names, _ in os.walk(place):
        for name in names:
            with suppress(OSError):
                os.chmod(os.path.join(folder, name), 0o700)
