"""The system-call filter: what no graded program needs and many escapes do. Standard library only.

A deny list: fidelity first, as the walls that decide are the namespaces, the other uid and the
missing capabilities. Each entry removes attack surface of the shared kernel or a channel between
tasks. Numbers: Linux `arch/x86/entry/syscalls/syscall_64.tbl` and `asm-generic/unistd.h`.
"""

import ctypes
import errno
import socket
import struct

DENIED: dict[str, tuple[int, int | None]] = {  # (x86_64, aarch64), None: has no such call
    "ptrace": (101, 117), "syslog": (103, 116), "vhangup": (153, 58), "modify_ldt": (154, None),
    "pivot_root": (155, 41), "adjtimex": (159, 171), "chroot": (161, 51), "acct": (163, 89),
    "settimeofday": (164, 170), "mount": (165, 40), "umount2": (166, 39), "swapon": (167, 224),
    "swapoff": (168, 225), "reboot": (169, 142), "sethostname": (170, 161),
    "setdomainname": (171, 162), "iopl": (172, None), "ioperm": (173, None),
    "init_module": (175, 105), "delete_module": (176, 106), "quotactl": (179, 60),
    "nfsservctl": (180, 42), "lookup_dcookie": (212, 18), "mq_open": (240, 180),
    "kexec_load": (246, 104), "add_key": (248, 217), "request_key": (249, 218),
    "keyctl": (250, 219), "migrate_pages": (256, 238), "unshare": (272, 97),
    "move_pages": (279, 239), "perf_event_open": (298, 241), "fanotify_init": (300, 262),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "clock_adjtime": (305, 266), "setns": (308, 268), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "kcmp": (312, 272), "finit_module": (313, 273),
    "kexec_file_load": (320, 294), "bpf": (321, 280), "userfaultfd": (323, 282),
    "shmget": (29, 194), "semget": (64, 190), "msgget": (68, 186),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440), "mount_setattr": (442, 442),
    "quotactl_fd": (443, 443), "memfd_secret": (447, 447), "process_mrelease": (448, 448),
    "open_tree_attr": (467, 467), "file_setattr": (469, 469),
    # memory and requests that no limit of a task counts
    "vmsplice": (278, 75), "io_setup": (206, 0),
    # what happens to files that others use, and where the host keeps them
    "inotify_init": (253, None), "inotify_init1": (294, 26), "statmount": (457, 457),
    "listmount": (458, 458), "listns": (470, 470), "file_getattr": (468, 468),
    "ustat": (136, None), "sysfs": (139, None), "lsm_get_self_attr": (459, 459),
    "lsm_set_self_attr": (460, 460), "lsm_list_modules": (461, 461),
}  # fmt: skip
OWN_ONLY = {  # name: (x86_64, aarch64, argument that must be 0: only the caller itself)
    "prlimit64": (302, 261, 0), "sched_setaffinity": (203, 122, 0),
}  # fmt: skip
PRETENDED = {  # the same; succeeds without effect: who lets others pass is no busy host's victim
    "setpriority": (141, 140, 1), "ioprio_set": (251, 30, 1), "sched_setattr": (314, 274, 0),
}  # fmt: skip
OF_THREADS = {  # the same for threads by their ids: Mono prints what it is refused
    "sched_setparam": (142, 118, 0), "sched_setscheduler": (144, 119, 0),
}  # fmt: skip
SUPERVISOR = 1
"""Its id where processes have a namespace of their own; elsewhere ids may be anybody's."""
SKIPPED: dict[str, tuple[int, int | None]] = {"sync": (162, 81), "syncfs": (306, 267)}
"""These succeed without effect: a program has nothing on a disk, and would keep the host's busy."""
MISSING: dict[str, tuple[int, int | None]] = {"clone3": (435, 435), "openat2": (437, 437)}
"""What no filter can look into; callers know that a kernel may not have it."""
UNMETERED: dict[str, tuple[int, int | None]] = {"memfd_create": (319, 279)}
"""Memory that only a control group sees."""
CONNECTING: dict[str, tuple[int, int | None]] = {
    "connect": (42, 203), "bind": (49, 200), "listen": (50, 201), "accept": (43, 202),
    "accept4": (288, 242),
}  # fmt: skip
"""Ways to the host's own sockets, which Landlock does not guard; socket pairs stay."""
OF_PATHS: dict[str, tuple[int, int | None]] = {
    "chown": (92, None), "lchown": (94, None), "fchown": (93, 55), "fchownat": (260, 54),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "setxattrat": (463, 463),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "removexattrat": (466, 466), "utime": (132, None), "utimes": (235, None),
    "futimesat": (261, None), "utimensat": (280, 88), "truncate": (76, 45),
}  # fmt: skip
"""What Landlock lets a program do to every file of its own user."""
RIGHTS_OF_PATHS: dict[str, tuple[int, int | None]] = {
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
}  # fmt: skip
"""The same; these succeed without effect, as copying a file needs them."""
SOCKET, CLONE, IOCTL, SOCKETPAIR = (41, 198), (56, 220), (16, 29), (53, 199)
SETSOCKOPT, OPEN, OPENAT = (54, 208), (2, None), (257, 56)
UNIX, STREAM, DATAGRAM, PACKETS, KIND_OF_SOCKET = 1, 1, 2, 5, 0xF
PROTOCOLS = (0, 6, 17)
"""TCP and UDP: no other is counted, limited and cleaned up as well as these."""
OPTIONS_OF_SOCKETS, SEND_BUFFER, RECEIVE_BUFFER = 1, 7, 8
NAMELESS = 0x400000
"""O_TMPFILE: a file whose making no folder shows."""
CLONE_NEW = 0x7E020080
"""Every CLONE_NEW* flag: cgroup, user, pid, net, ipc, uts, mount, time."""
TERMINAL_COMMANDS = (0x5412, 0x541C)
"""TIOCSTI and TIOCLINUX: typing into somebody else's terminal."""
AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32_BIT = 0x40000000

ALLOW, DENY = 0x7FFF0000, 0x00050000 | errno.EPERM
NO_SUCH_CALL, PRETEND = 0x00050000 | errno.ENOSYS, 0x00050000
NO_SUCH_PROTOCOL = 0x00050000 | errno.EPROTONOSUPPORT
NO_SUCH_FLAG = 0x00050000 | errno.EOPNOTSUPP
LOAD, AND, SKIP, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x54, 0x05, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16


class FilterProgram(ctypes.Structure):
    """`struct sock_fprog`; keeps its instructions alive."""

    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def build(
    machine: str, *, families: tuple[int, ...], metered: bool = True, shared_user: bool = False
) -> FilterProgram:
    """The filter for `machine`; `families` are the socket families that stay open.

    Not `metered`: no control group counts memory. `shared_user`: the host has files of this user.
    """
    column = 0 if machine == "x86_64" else 1
    code = [_load(ARCHITECTURE), _jump(EQUAL, AUDIT_ARCH[machine], 1, 0), _return(DENY)]
    code.append(_load(NUMBER))
    if machine == "x86_64":
        code += [_jump(AT_LEAST, X32_BIT, 0, 1), _return(DENY)]
    rules = _rules(column, families, metered=metered, shared_user=shared_user)
    code += _tree(sorted(rules.items()))
    return FilterProgram(len(code), b"".join(code))


def _rules(
    column: int, families: tuple[int, ...], *, metered: bool, shared_user: bool
) -> dict[int, list[bytes]]:
    """What is done about each call that is not simply allowed: code that ends in an answer."""
    rules = _all(MISSING, column, NO_SUCH_CALL)
    rules |= _all(DENIED, column, DENY) | _all(SKIPPED, column, PRETEND)
    if not metered:
        rules |= _all(UNMETERED, column, NO_SUCH_CALL)
    if shared_user:
        rules |= _all(OF_PATHS, column, DENY) | _all(RIGHTS_OF_PATHS, column, PRETEND)
    for x86, arm, argument in OWN_ONLY.values():
        rules[(x86, arm)[column]] = _if_one_of(argument, (0,), ALLOW, otherwise=DENY)
    for x86, arm, argument in PRETENDED.values():
        rules[(x86, arm)[column]] = _if_one_of(argument, (0,), PRETEND, otherwise=DENY)
    for x86, arm, argument in OF_THREADS.values():
        theirs = _if_one_of(argument, (SUPERVISOR,), DENY, otherwise=PRETEND)
        own = _if_one_of(argument, (0,), PRETEND, otherwise=DENY)
        rules[(x86, arm)[column]] = theirs if families else own
    flags = [_jump(ANY_BIT, CLONE_NEW, 0, 1), _return(DENY), _return(ALLOW)]
    rules[CLONE[column]] = [_argument(0), *flags]
    rules[IOCTL[column]] = _if_one_of(1, TERMINAL_COMMANDS, DENY, otherwise=ALLOW)
    rules[SETSOCKOPT[column]] = [
        *_unless(1, (OPTIONS_OF_SOCKETS,), ALLOW),
        *_if_one_of(2, (SEND_BUFFER, RECEIVE_BUFFER), PRETEND, otherwise=ALLOW),
    ]
    nameless = [_jump(ANY_BIT, NAMELESS, 0, 1), _return(NO_SUCH_FLAG), _return(ALLOW)]
    for call, flags in ((OPEN, 1), (OPENAT, 2)):
        number = call[column]
        if number is not None:
            rules[number] = [_argument(flags), *nameless]
    pairs = (STREAM, DATAGRAM, PACKETS) if families else (STREAM, PACKETS)
    rules[SOCKET[column]] = _sockets(families, (STREAM, DATAGRAM, PACKETS))
    rules[SOCKETPAIR[column]] = _sockets((UNIX,), pairs)
    if not families:
        rules |= _all(CONNECTING, column, DENY)
    return rules


def _sockets(families: tuple[int, ...], kinds: tuple[int, ...]) -> list[bytes]:
    """Only these; packets in order only between processes of one machine."""
    packets = [_jump(EQUAL, PACKETS, 0, 3), _argument(0), _jump(EQUAL, UNIX, 1, 0), _return(DENY)]
    return [
        *_unless(0, families, DENY),
        *_unless(1, kinds, DENY, mask=KIND_OF_SOCKET),
        *packets,
        *_unless(2, PROTOCOLS, NO_SUCH_PROTOCOL),
        _return(ALLOW),
    ]


def _unless(argument: int, values: tuple[int, ...], action: int, *, mask: int = 0) -> list[bytes]:
    """Answer unless an argument's low word is one of these; otherwise go on."""
    masked = [struct.pack("=HBBI", AND, 0, 0, mask)] if mask else []
    checks = [_jump(EQUAL, value, len(values) - at, 0) for at, value in enumerate(values)]
    return [_argument(argument), *masked, *checks, _return(action)]


def _tree(rules: list[tuple[int, list[bytes]]]) -> list[bytes]:
    """Find a call's rule by halving: a kernel tries every number when a filter is installed."""
    if not rules:
        return [_return(ALLOW)]
    if len(rules) == 1:
        ((number, body),) = rules
        return [_jump(EQUAL, number, 1, 0), _return(ALLOW), *body]
    middle = len(rules) // 2
    below, above = _tree(rules[:middle]), _tree(rules[middle:])
    skip = struct.pack("=HBBI", SKIP, 0, 0, len(below))
    return [_jump(AT_LEAST, rules[middle][0], 0, 1), skip, *below, *above]


def _all(
    calls: dict[str, tuple[int, int | None]], column: int, action: int
) -> dict[int, list[bytes]]:
    numbers = (each[column] for each in calls.values())
    return {number: [_return(action)] for number in numbers if number is not None}


def _if_one_of(
    argument: int, values: tuple[int, ...], action: int, *, otherwise: int
) -> list[bytes]:
    """Look at an argument's low word."""
    checks = [_jump(EQUAL, value, len(values) - at, 0) for at, value in enumerate(values)]
    return [_argument(argument), *checks, _return(otherwise), _return(action)]


def families(*, internet: bool) -> tuple[int, ...]:
    """Socket families that a network namespace confines; without one: none at all."""
    if not internet:
        return ()
    return (int(socket.AF_UNIX), int(socket.AF_INET), int(socket.AF_INET6))


def _argument(index: int) -> bytes:
    return _load(ARGUMENTS + 8 * index)


def _load(offset: int) -> bytes:
    return struct.pack("=HBBI", LOAD, 0, 0, offset)


def _jump(test: int, value: int, if_true: int, if_false: int) -> bytes:
    return struct.pack("=HBBI", test, if_true, if_false, value)


def _return(action: int) -> bytes:
    return struct.pack("=HBBI", RETURN, 0, 0, action)
