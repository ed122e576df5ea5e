"""Build what a slot can see: a read-only root with little in it. Standard library only.

Runs as pid 1 of fresh namespaces. Host trees are cloned while the host's file permissions still
hold, then the process becomes the slot's own user, then the trees are attached to an empty root.
"""

import fcntl
import os
import socket
import struct
from contextlib import suppress
from typing import Any

from grader.sandboxes._slot import covers, kernel

DEVICES = ("null", "zero", "full", "random", "urandom")
DEVICE_LINKS = {
    "fd": "/proc/self/fd", "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2",
}  # fmt: skip
SCRATCH = ("/work", "/tmp", "/dev/shm")
SCRATCH_INODES = 16384
STAGE = "/tmp"
READ_ONLY = kernel.ATTR_RDONLY | kernel.ATTR_NOSUID | kernel.ATTR_NODEV
USER_ID = 1000
"""What graded programs see as their user and group."""
ETC = {
    "passwd": "root:x:0:0:root:/:/bin/false\ngrader:x:1000:1000:grader:/tmp:/bin/sh\n"
    "nobody:x:65534:65534:nobody:/:/bin/false\n",
    "group": "root:x:0:\ngrader:x:1000:\nnogroup:x:65534:\n",
    "hosts": "127.0.0.1 localhost grader\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "resolv.conf": "",
}
ETC_FROM_HOST = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "mime.types")
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def clone_host_trees(config: dict[str, Any]) -> dict[str, int]:
    """Detached read-only copies of all that the slot may see: {place in the slot: descriptor}."""
    trees: dict[str, int] = {}
    places = {path: path for path in config["visible"]}
    places.update({place: source for place, source in config["packages"]})  # noqa: C416
    names = (*ETC_FROM_HOST, *config.get("etc", ()))
    places.update({f"/etc/{name}": f"/etc/{name}" for name in names})
    for place, source in places.items():
        if os.path.exists(source):
            trees[place] = kernel.clone_tree(source)
            kernel.restrict_tree(trees[place], READ_ONLY)
    for name in DEVICES:
        trees[f"/dev/{name}"] = kernel.clone_tree(f"/dev/{name}")
        kernel.restrict_tree(trees[f"/dev/{name}"], kernel.ATTR_NOSUID | kernel.ATTR_NOEXEC)
    return trees


def build(config: dict[str, Any], trees: dict[str, int]) -> int:
    """Assemble the new root, enter it, leave the host's behind; returns the process table."""
    kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("tmpfs", STAGE, "tmpfs", kernel.MS_NOSUID, "size=4m,mode=755")
    os.chdir(STAGE)
    for folder in ("dev/shm", "dev/pts", "etc", "work", "proc", "tmp", "sys", "run", "var/tmp"):
        os.makedirs(folder, exist_ok=True)
    for name, text in ETC.items():
        with open(f"etc/{name}", "w") as file:
            file.write(text)
    for path, target in config["links"]:
        os.makedirs(os.path.dirname(path[1:]) or ".", exist_ok=True)
        os.symlink(target, path[1:])
    hidden = [path for path in config["hidden"] if path not in trees]
    hiding: list[str] = []
    for place in sorted(trees, key=len):
        _place(place[1:], trees[place])
        for cover in [path for path in hidden if path.startswith(place + "/")]:
            hidden.remove(cover)
            hiding += _cover(cover[1:])
    for cover in hiding:
        kernel.restrict_mount(cover, READ_ONLY)
    for name, target in DEVICE_LINKS.items():
        os.symlink(target, f"dev/{name}")
    covers.prepare()
    process_table = mount_process_table("proc")
    covers.cover("", "proc")
    with suppress(OSError):
        kernel.mount("devpts", "dev/pts", "devpts", 0, "newinstance,ptmxmode=0666,mode=600")
        os.symlink("pts/ptmx", "dev/ptmx")
    for place in SCRATCH:
        mount_scratch(place[1:], config["disk_mb"])
    kernel.restrict_mount(".", READ_ONLY)
    kernel.pivot_root()
    return process_table


def _place(target: str, tree: int) -> None:
    """Attach a tree, making its mount point; a folder that exists below another tree is used."""
    is_folder = os.path.isdir(f"/proc/self/fd/{tree}")
    if is_folder:
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if not os.path.exists(target):
            os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
    kernel.attach_tree(tree, target)
    os.close(tree)


def _cover(target: str) -> list[str]:
    """Hide a host folder behind an empty one, in which chosen packages may be attached later."""
    if not os.path.isdir(target):
        return []
    kernel.mount("tmpfs", target, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "size=1m,mode=755")
    return [target]


def mount_process_table(target: str) -> int:
    """A read-only `/proc` of this namespace alone; each user sees only its own processes.

    Returns a descriptor of a writable one below it that has no path any more, and in which nobody
    can hide: a process that gave up being looked into would be missing in the other.
    """
    flags = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
    kernel.mount("proc", target, "proc", flags)
    writable = os.open(target, os.O_RDONLY | os.O_CLOEXEC)
    kernel.mount("proc", target, "proc", flags | kernel.MS_RDONLY, "hidepid=2")
    return writable


def mount_scratch(target: str, size_mb: int) -> None:
    """An empty, bounded, memory-backed folder that everyone may write to.

    Reading leaves no trace in it: the next step would find it.
    """
    flags = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOATIME
    options = f"size={size_mb}m,nr_inodes={SCRATCH_INODES},mode=1777"
    kernel.mount("tmpfs", target, "tmpfs", flags, options)


def wipe(size_mb: int) -> None:
    """Replace every scratch folder by an empty one; all users of the old ones must be dead.

    Detached, as a file may be open in a message that nobody will receive any more.
    """
    for place in reversed(SCRATCH):
        kernel.unmount(place, kernel.MNT_DETACH)
    for place in SCRATCH:
        mount_scratch(place, size_mb)


def loopback_up() -> None:
    """Bring up the namespace's own loopback device."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(probe, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))
