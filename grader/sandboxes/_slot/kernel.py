"""System calls that Python does not have, through ctypes. Standard library only.

Numbers from 424 up are the same on every architecture (Linux `asm-generic/unistd.h`).
"""

import ctypes
import os

NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = (
    0x00020000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip
OPEN_TREE, MOVE_MOUNT, MOUNT_SETATTR = 428, 429, 442
CLOSE_RANGE = 436
AT_FDCWD, AT_EMPTY_PATH, AT_RECURSIVE = -100, 0x1000, 0x8000
OPEN_TREE_CLONE = 1
MOVE_MOUNT_F_EMPTY_PATH = 4
ATTR_RDONLY, ATTR_NOSUID, ATTR_NODEV, ATTR_NOEXEC = 1, 2, 4, 8
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REC, MS_PRIVATE = 0x4000, 1 << 18
MNT_DETACH = 2
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
PR_SET_CHILD_SUBREAPER = 36
CAPABILITY_VERSION_3 = 0x20080522
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
CAPSET = {"x86_64": 126, "aarch64": 91}

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_fork = ctypes.PyDLL(None).fork
_fork.restype = ctypes.c_int
# Made once: a child that makes such objects itself pays for it in copied pages.
_capset = ctypes.c_long(CAPSET.get(os.uname().machine, -1))
_capabilities = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()
_one, _zero = ctypes.c_ulong(1), ctypes.c_ulong(0)


class _MountAttr(ctypes.Structure):
    _fields_ = [
        ("attr_set", ctypes.c_uint64),
        ("attr_clr", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns_fd", ctypes.c_uint64),
    ]


def _checked(value: int, what: str) -> int:
    if value < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return value


def fork() -> int:
    """`fork(2)` without Python's own after-fork work, which costs half a millisecond in a child.

    Safe where there is one thread, no held lock and no pending signal, as in a supervisor; the
    child reseeds `random` itself.
    """
    return _fork()


def syscall(number: int, *arguments: object, what: str = "system call") -> int:
    """A raw system call; bytes are passed as pointers. Raises OSError."""
    converted = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return _checked(_libc.syscall(ctypes.c_long(number), *converted), what)


def unshare(flags: int) -> None:
    """New namespaces for this process (for NEWPID: for its next child)."""
    _checked(_libc.unshare(flags), f"unshare({flags:#x})")


def setns(descriptor: int, kind: int) -> None:
    """Enter the namespace that `descriptor` names."""
    _checked(_libc.setns(descriptor, kind), "setns")


def prctl(option: int, *arguments: int) -> None:
    """`prctl(2)` with up to four integers."""
    padded = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    _checked(_libc.prctl(option, *padded), f"prctl({option})")


def mount(source: str, target: str, kind: str, flags: int = 0, data: str = "") -> None:
    """`mount(2)`."""
    _checked(
        _libc.mount(
            source.encode(), target.encode(), kind.encode() or None,
            ctypes.c_ulong(flags), data.encode() or None,
        ),
        f"mount {kind or source} on {target}",
    )  # fmt: skip


def unmount(target: str, flags: int = 0) -> None:
    """`umount2(2)`."""
    _checked(_libc.umount2(target.encode(), flags), f"unmount {target}")


def clone_tree(path: str) -> int:
    """A detached copy of the mount tree at `path`, as a descriptor (Linux 5.2)."""
    flags = OPEN_TREE_CLONE | os.O_CLOEXEC | AT_RECURSIVE
    return syscall(OPEN_TREE, AT_FDCWD, path.encode(), flags, what=f"open_tree {path}")


def restrict_tree(descriptor: int, attributes: int) -> None:
    """Set mount attributes on a detached tree and everything below it (Linux 5.12)."""
    wanted = _MountAttr(attr_set=attributes)
    syscall(
        MOUNT_SETATTR, descriptor, b"", AT_EMPTY_PATH | AT_RECURSIVE,
        ctypes.byref(wanted), ctypes.sizeof(wanted), what="mount_setattr",
    )  # fmt: skip


def attach_tree(descriptor: int, target: str) -> None:
    """Attach a detached tree at `target`."""
    syscall(
        MOVE_MOUNT, descriptor, b"", AT_FDCWD, target.encode(), MOVE_MOUNT_F_EMPTY_PATH,
        what=f"move_mount to {target}",
    )  # fmt: skip


def restrict_mount(path: str, attributes: int) -> None:
    """Set mount attributes on the mount at `path` alone."""
    wanted = _MountAttr(attr_set=attributes)
    syscall(
        MOUNT_SETATTR, AT_FDCWD, path.encode(), 0,
        ctypes.byref(wanted), ctypes.sizeof(wanted), what=f"mount_setattr {path}",
    )  # fmt: skip


def pivot_root() -> None:
    """Make the working directory the root and let go of the old one."""
    syscall(PIVOT_ROOT[os.uname().machine], b".", b".", what="pivot_root")
    unmount(".", MNT_DETACH)
    os.chdir("/")


def close_from(first: int) -> None:
    """Close every descriptor from `first` up."""
    try:
        syscall(CLOSE_RANGE, first, 0xFFFFFFFF, 0)
    except OSError:
        os.closerange(first, 1 << 16)


def drop_capabilities() -> None:
    """Empty the effective, permitted and inheritable sets, and so the ambient one."""
    _checked(_libc.syscall(_capset, *_capabilities), "capset")


def become_dumpable() -> None:
    """Let this process look into its own part of `/proc`."""
    _checked(_libc.prctl(PR_SET_DUMPABLE, _one, _zero, _zero, _zero), "prctl")


def install_filter(program: ctypes.Structure) -> None:
    """Install a prepared seccomp program on this process (needs no_new_privs)."""
    _checked(
        _libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(2), ctypes.byref(program)), "seccomp filter"
    )
