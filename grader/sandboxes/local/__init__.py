"""The embedded default: Linux, no daemon, no root needed.

A slot is a trusted supervisor (standard library only) that is pid 1 of namespaces of its own and
forks one untrusted process per step. `provider` and `slot` run in the engine; `boot`,
`supervisor`, `task`, `kernel`, `seccomp`, `landlock`, `walls` and `wire` also run on the other
side and import nothing but the standard library.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from grader.sandboxes.base import Provider, Settings


def open_provider(settings: "Settings") -> "AbstractAsyncContextManager[Provider]":
    """Slots on this machine. Raises SandboxError where nothing above the floor can be built."""
    from grader.sandboxes.local.provider import open_local  # noqa: PLC0415  keeps the child light

    return open_local(settings)
