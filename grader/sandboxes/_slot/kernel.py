"""System calls that Python does not have, through ctypes. Standard library only.

Numbers from 424 up are the same on every architecture (Linux `asm-generic/unistd.h`).
"""

import ctypes
import errno
import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = (
    0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip
OPEN_TREE, MOVE_MOUNT, MOUNT_SETATTR = 428, 429, 442
CLOSE_RANGE = 436
AT_FDCWD, AT_EMPTY_PATH, AT_RECURSIVE = -100, 0x1000, 0x8000
OPEN_TREE_CLONE = 1
MOVE_MOUNT_F_EMPTY_PATH = 4
ATTR_RDONLY, ATTR_NOSUID, ATTR_NODEV, ATTR_NOEXEC = 1, 2, 4, 8
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_NOATIME, MS_BIND, MS_REC, MS_PRIVATE = 0x400, 0x1000, 0x4000, 1 << 18
MNT_DETACH = 2
MADV_HUGEPAGE, MREMAP_OVER = 14, 3
"""The second: MREMAP_MAYMOVE | MREMAP_FIXED."""
NEW_MEMORY = (3, 0x22, -1)
"""PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, no file."""
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
PR_SET_CHILD_SUBREAPER, PR_GET_TID_ADDRESS = 36, 40
CAPABILITY_VERSION_3 = 0x20080522
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
CAPSET = {"x86_64": 126, "aarch64": 91}
CLONE = {"x86_64": 56, "aarch64": 220}
CLONE_PARENT, CLONE_CHILD_CLEARTID, CLONE_CHILD_SETTID = 0x8000, 0x200000, 0x1000000
SIGCHLD = 17
THREAD_BYTES = 1 << 12
"""No C library's record of a thread is larger."""

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_libc.pthread_self.restype = ctypes.c_void_p
_mmap, _mremap = _libc.mmap, _libc.mremap
_mmap.restype = _mremap.restype = ctypes.c_ssize_t
# Calls through it keep the interpreter's lock: a child has nobody to get it from.
_holding = ctypes.PyDLL(None)
_fork = _holding.fork
_fork.restype = ctypes.c_int
_call = _holding.syscall
_call.restype = ctypes.c_long
_prctl = _holding.prctl
_place_of_errno = getattr(_holding, "__errno_location")
_place_of_errno.restype = ctypes.POINTER(ctypes.c_int)
# Made once: a child that makes such objects itself pays for it in copied pages.
_machine = os.uname().machine
_long: Callable[[int], Any] = ctypes.c_long.from_param
_capset = _long(CAPSET.get(_machine, -1))
_clone_number = _long(CLONE.get(_machine, -1))
_header, _none = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()
_capabilities = ctypes.byref(_header), ctypes.byref(_none)
_one, _zero = _long(1), _long(0)
_set_dumpable: Any = ctypes.c_int.from_param(PR_SET_DUMPABLE)


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


def _held(value: int, what: str) -> int:
    """The same for calls through `_holding`, which leave the error where the C library has it."""
    if value < 0:
        code = _place_of_errno().contents.value
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return value


def fork() -> int:
    """`fork(2)` without Python's own after-fork work, which costs half a millisecond in a child.

    Safe where there is one thread, no held lock and no pending signal, as in a supervisor; the
    child reseeds `random` itself.
    """
    return _fork()


def place_of_thread_id() -> int:
    """Address at which the C library keeps the id of this process' one thread; OSError without.

    The kernel knows it as the address to clear at a thread's end (glibc). musl clears another one,
    which is none of the thread's own record.
    """
    place = ctypes.c_void_p()
    _checked(_libc.prctl(PR_GET_TID_ADDRESS, ctypes.byref(place), _zero, _zero, _zero), "thread id")
    start = _libc.pthread_self()
    if not place.value or not start <= place.value < start + THREAD_BYTES:
        raise OSError("this C library keeps thread ids elsewhere")
    return place.value


def sibling_fork(thread_id: int) -> Callable[[], int]:
    """A `fork` whose child has this process' parent: its id, 0 in the child, or minus an errno.

    `thread_id`: see `place_of_thread_id`; the C library's own `fork` sets it anew in a child.
    """
    flags = CLONE_PARENT | CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD
    place = _long(thread_id)
    # (flags, stack, parent's id, child's id, thread storage); aarch64 swaps the last two
    last = (place, _zero) if _machine == "x86_64" else (_zero, place)
    arguments = (_clone_number, _long(flags), _zero, _zero, *last)

    def fork() -> int:
        pid = _call(*arguments)
        return pid if pid >= 0 else -_place_of_errno().contents.value

    return fork


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
    if _machine not in PIVOT_ROOT:
        raise OSError(errno.ENOSYS, f"pivot_root on {_machine}")
    syscall(PIVOT_ROOT[_machine], b".", b".", what="pivot_root")
    unmount(".", MNT_DETACH)
    os.chdir("/")


def close_from(first: int) -> None:
    """Close every descriptor from `first` up."""
    try:
        syscall(CLOSE_RANGE, first, 0xFFFFFFFF, 0)
    except OSError:
        os.closerange(first, 1 << 16)


def fork_orphan(namespace: int) -> int:
    """The same where `sibling_fork` cannot be had: by a process between, which ends at once.

    This process' parent must be who gets orphans. `namespace`: NEWPID to begin a new one, or 0.
    """
    reader, writer = os.pipe()
    middle = fork()
    if not middle:
        if namespace:
            unshare(namespace)
        pid = fork()
        if pid:
            os.write(writer, b"%d" % pid)
            os._exit(0)
        os.close(reader)
        os.close(writer)
        return 0
    os.close(writer)
    said = os.read(reader, 32)
    os.close(reader)
    if middle > 0:
        os.waitpid(middle, 0)
    return int(said or b"-11")  # EAGAIN


def close_all(descriptors: list[int]) -> None:
    """Close them, with one call for each row of numbers."""
    numbers = sorted(descriptors)
    start = 0
    for place, number in enumerate(numbers):
        if place + 1 == len(numbers) or numbers[place + 1] != number + 1:
            os.closerange(numbers[start], number + 1)
            start = place + 1


def keep_only(descriptors: list[int], first: int) -> None:
    """Move descriptors to the numbers from `first` up, and close all others."""
    end = first + len(descriptors)
    for place, descriptor in enumerate([above(each, end) for each in descriptors]):
        os.dup2(descriptor, first + place, inheritable=False)
    close_from(end)
    os.closerange(0, first)


def above(descriptor: int, floor: int) -> int:
    """The descriptor, or a duplicate of it whose number is at least `floor`."""
    if descriptor >= floor:
        return descriptor
    return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, floor)


def trim() -> None:
    """Give memory that is free back to the kernel, where the C library can."""
    with suppress(AttributeError):
        _libc.malloc_trim(ctypes.c_size_t(0))


def protect(start: int, end: int, rights: int) -> bool:
    """`mprotect(2)`; whether the kernel did it."""
    size = ctypes.c_size_t(end - start)
    return not _libc.mprotect(ctypes.c_void_p(start), size, ctypes.c_int(rights))


def reserve(size: int, alignment: int) -> int:
    """Address of new memory at a multiple of `alignment` that may have large pages; or OSError."""
    whole = size + alignment
    area = _checked(_mmap(None, ctypes.c_size_t(whole), *NEW_MEMORY, ctypes.c_long(0)), "mmap")
    start = -(-area // alignment) * alignment
    for gap, end in ((area, start), (start + size, area + whole)):
        if gap < end:
            release(gap, end - gap)
    _libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), MADV_HUGEPAGE)
    return start


def release(start: int, size: int) -> None:
    """`munmap(2)`."""
    _libc.munmap(ctypes.c_void_p(start), ctypes.c_size_t(size))


def move_over(source: int, target: int, size: int) -> bool:
    """Have memory where something else is mapped; whether the kernel did it."""
    length, place = ctypes.c_size_t(size), ctypes.c_void_p(target)
    return _mremap(ctypes.c_void_p(source), length, length, MREMAP_OVER, place) == target


def drop_capabilities() -> None:
    """Empty the effective, permitted and inheritable sets, and so the ambient one."""
    _held(_call(_capset, *_capabilities), "capset")


def become_dumpable() -> None:
    """Let this process look into its own part of `/proc`."""
    _held(_prctl(_set_dumpable, _one, _zero, _zero, _zero), "prctl")


def install_filter(program: ctypes.Structure) -> None:
    """Install a prepared seccomp program on this process (needs no_new_privs)."""
    _checked(
        _libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(2), ctypes.byref(program)), "seccomp filter"
    )
