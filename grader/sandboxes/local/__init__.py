"""The embedded default: Linux, no daemon, no root needed.

Slots are in `_slot`: each is pid 1 of namespaces of its own, or what a host without namespaces
allows instead. This member chooses the tier and lends the slots out.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from grader.sandboxes.base import Provider, ProviderSettings

HAS_IMAGES = False
"""Programs run in this machine's own file system: repositories, which have images, cannot."""


def open_provider(settings: "ProviderSettings") -> "AbstractAsyncContextManager[Provider]":
    """Slots on this machine. Raises SandboxError where nothing above the floor can be built."""
    from grader.sandboxes.local.provider import open_local  # noqa: PLC0415  keeps the child light

    return open_local(settings)
