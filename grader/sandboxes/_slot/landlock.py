"""Landlock: file and signal walls that a process puts around itself. Standard library only.

Rights and ABI levels: Linux `Documentation/userspace-api/landlock.rst`.
"""

import ctypes
import os
import struct
from collections.abc import Iterable

from grader.sandboxes._slot import kernel

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
ALL_BY_ABI = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF, 5: 0xFFFF}
"""Every file-system right that an ABI level knows (2 adds REFER, 3 TRUNCATE, 5 IOCTL_DEV)."""
FILE_ONLY = EXECUTE | WRITE_FILE | READ_FILE | 0x4000 | 0x8000
READ = EXECUTE | READ_FILE | READ_DIR
DEVICE = READ_FILE | WRITE_FILE | 0x4000 | 0x8000
SCOPES = 3
"""No abstract Unix sockets and no signals across the wall (ABI 6)."""
SCOPE_ABI = 6


def abi() -> int:
    """The kernel's Landlock level; 0 where it has none."""
    try:
        return kernel.syscall(CREATE_RULESET, 0, 0, 1)
    except OSError:
        return 0


def ruleset(level: int, rules: Iterable[tuple[str, int]]) -> int:
    """A descriptor of a rule set that allows only `(path, rights)`; missing paths are skipped."""
    handled = ALL_BY_ABI[min(level, 5)]
    attributes = struct.pack("=QQQ", handled, 0, SCOPES if level >= SCOPE_ABI else 0)
    size = 24 if level >= SCOPE_ABI else 8
    buffer = ctypes.create_string_buffer(attributes)
    descriptor = kernel.syscall(CREATE_RULESET, buffer, size, 0, what="landlock_create_ruleset")
    for path, rights in rules:
        _add(descriptor, path, rights & handled)
    return descriptor


def restrict(descriptor: int) -> None:
    """Put this process behind the rule set (needs no_new_privs)."""
    kernel.syscall(RESTRICT_SELF, descriptor, 0, what="landlock_restrict_self")


def _add(ruleset_descriptor: int, path: str, rights: int) -> None:
    try:
        target = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):
            rights &= FILE_ONLY
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, target))
        kernel.syscall(ADD_RULE, ruleset_descriptor, 1, rule, 0, what=f"landlock rule {path}")
    finally:
        os.close(target)
