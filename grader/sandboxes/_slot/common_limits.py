"""The limits that are the same for every task. Standard library only."""

import resource

OPEN_FILES = 1024


def lower_common_limits() -> None:
    """Set once, in the supervisor, and inherited."""
    lower(resource.RLIMIT_CORE, 1)  # 0 would not keep a host's crash reporter from being fed
    lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    lower(resource.RLIMIT_MSGQUEUE, 0)
    lower(resource.RLIMIT_MEMLOCK, 1 << 20)


def lower(kind: int, value: int) -> None:
    """Lower both limits of this process for good, or leave them where they are lower already."""
    hard = resource.getrlimit(kind)[1]
    allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (allowed, allowed))
