"""The only places that a task may write to, empty before every step. Standard library only."""

import os
import socket
from contextlib import suppress
from typing import Protocol

from grader.sandboxes._slot import landlock, walls

READABLE = (
    "/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/passwd", "/etc/group",
    "/etc/hosts", "/etc/nsswitch.conf", "/etc/localtime", "/proc/cpuinfo", "/proc/filesystems",
    "/proc/loadavg", "/proc/meminfo", "/proc/stat", "/proc/sys", "/proc/sysvipc", "/proc/uptime",
    "/proc/version",
)  # fmt: skip
RIGHTS = 0o1777
"""Of every place: anybody may write, nobody may remove another's."""
SITE = "/site-packages"
"""Where plain folders show chosen packages."""
ROOT_RIGHTS = 0o711
"""Of the folder around plain places: tasks pass through, nobody lists it."""


class ScratchSpace(Protocol):
    """Writable space of a slot."""

    @property
    def job(self) -> str:
        """The working directory of every step."""
        ...

    @property
    def places(self) -> tuple[str, ...]:
        """Every folder that a step may write to."""
        ...

    forgets: bool
    """Whether after wiping files are numbered as if there had never been any."""

    def wipe(self, disk_mb: int) -> None:
        """Make every place empty and at most `disk_mb` large."""
        ...

    def rules(self, level: int) -> list[tuple[str, int]]:
        """Landlock rules of the slot."""
        ...

    def free_mb(self) -> float:
        """What is left for everybody on the file system below."""
        ...

    def used_mb(self) -> float:
        """What lies in the places now, as far as it has a name."""
        ...


class MountedScratch:
    """Memory-backed mounts of the slot's own mount namespace: wiped by mounting anew."""

    job = "/work"
    places = walls.SCRATCH
    forgets = True

    def wipe(self, disk_mb: int) -> None:
        """Replace the mounts."""
        walls.wipe(disk_mb)

    def free_mb(self) -> float:
        """The mounts are bounded."""
        return 0.0

    def used_mb(self) -> float:
        """The mounts are bounded."""
        return 0.0

    def rules(self, level: int) -> list[tuple[str, int]]:
        """Read what is there (little), write only here."""
        everything = landlock.ALL_BY_ABI[min(level, 5)]
        rules = [("/", landlock.READ), ("/dev", landlock.DEVICE | landlock.READ)]
        return rules + [(place, everything) for place in self.places]


class FolderScratch:
    """Plain folders below one of the host's: for hosts that refuse namespaces."""

    forgets = False

    def __init__(self, root: str, visible: list[str]) -> None:
        """`visible` are host paths that programs need to read."""
        self.root = root
        self.job = f"{root}/job"
        self.places = (self.job, f"{root}/tmp")
        self.visible = visible
        os.mkdir(root, ROOT_RIGHTS)

    def link(self, packages: list[tuple[str, str]], *, host_folder: str) -> None:
        """Show chosen packages beside the places that are wiped, by links to where they lie.

        packages: (place below `host_folder`, source on the host).
        """
        for place, source in packages:
            path = self.root + SITE + place.removeprefix(host_folder)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.symlink(source, path)
        self.visible = [*self.visible, self.root + SITE]

    def wipe(self, disk_mb: int) -> None:  # noqa: ARG002  a plain folder cannot be bounded
        """Empty every place and give it back its rights."""
        os.chmod(self.root, ROOT_RIGHTS)
        for place in self.places:
            os.makedirs(place, exist_ok=True)
            folder = os.open(place, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            os.chmod(f"/proc/self/fd/{folder}", RIGHTS)
            os.close(folder)
            for name in os.listxattr(place, follow_symlinks=False):
                with suppress(OSError):
                    os.removexattr(place, name, follow_symlinks=False)
            empty(place)

    def free_mb(self) -> float:
        """What the file system below has left for everybody."""
        status = os.statvfs(self.root)
        return status.f_bavail * status.f_frsize / (1 << 20)

    def used_mb(self) -> float:
        """What lies in the places now."""
        total, waiting = 0, list(self.places)
        while waiting:
            with suppress(OSError), os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        return total / (1 << 20)

    def rules(self, level: int) -> list[tuple[str, int]]:
        """Name every readable place: there is no smaller root to hide the rest."""
        everything = landlock.ALL_BY_ABI[min(level, 5)]
        rules = [(path, landlock.READ) for path in (*READABLE, *self.visible)]
        rules += [(f"/dev/{name}", landlock.DEVICE) for name in walls.DEVICES]
        return rules + [(place, everything) for place in self.places]


def dirty(places: tuple[str, ...], *, but: str = "") -> bool:
    """Whether anything is left in any place, or a place has other rights than it should.

    `but`: the path of a file that may be there.
    """
    try:
        for place in places:
            if os.lstat(place).st_mode & 0o7777 != RIGHTS or os.listxattr(place):
                return True
            with os.scandir(place) as entries:
                if any(entry.path != but for entry in entries):
                    return True
    except OSError:
        return True
    return False


def mounted_mb(places: tuple[str, ...]) -> int:
    """MiB of memory that the files in mounts of a slot's own take, rounded up."""
    found = map(os.statvfs, places)
    return sum((each.f_blocks - each.f_bfree) * each.f_frsize for each in found) // (1 << 20) + 1


def folder_of(path: str) -> int:
    """A descriptor of a folder itself, and of no link to one."""
    return os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)


def shown_folder(ours: socket.socket, theirs: socket.socket) -> int:
    """A descriptor of the folder that a process in other namespaces has sent, who sees it."""
    with ours, theirs:
        return socket.recv_fds(ours, 1, 1, socket.MSG_DONTWAIT)[1][0]


def remove(folder: str) -> None:
    """Remove a folder with all that is in it; what is not there is removed already."""
    with suppress(OSError):
        os.chmod(folder, 0o700)
        empty(folder)
        os.rmdir(folder)


def empty(folder: str) -> None:
    """Remove everything in `folder`, however deep or locked, without following links.

    Folders are moved to the top before they are emptied, so that no depth needs a stack or a long
    path. Nobody else may be at work here.
    """
    top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        waiting = _flatten(top, top)
        while waiting:
            name = waiting.pop()
            with suppress(OSError):
                inner = os.open(
                    name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=top
                )
                try:
                    waiting += _flatten(inner, top)
                finally:
                    os.close(inner)
                os.rmdir(name, dir_fd=top)
    finally:
        os.close(top)


def _flatten(folder: int, top: int) -> list[str]:
    """Remove a folder's files; its folders get new names in `top`, which are returned."""
    moved: list[str] = []
    with os.scandir(folder) as entries:
        found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    for name, is_folder in found:
        with suppress(OSError):
            if not is_folder:
                os.unlink(name, dir_fd=folder)
                continue
            os.chmod(name, 0o700, dir_fd=folder)
            new = os.urandom(16).hex()
            os.rename(name, new, src_dir_fd=folder, dst_dir_fd=top)
            moved.append(new)
    return moved
