"""How much a container has written: engines bound memory and processes, but seldom the disk."""

import time
from typing import Any

import anyio

from grader.sandboxes.docker.api import EngineApi, EngineGone

FIRST_LOOK_S = 1.0
SHARE = 25
"""The engine adds up files: so many times as long as that took passes until the next look."""


async def exceeds(api: EngineApi, container_id: str, disk_mb: int) -> None:
    """Return once a container's own layer holds more than `disk_mb` MiB; else never."""
    pause = FIRST_LOOK_S
    while True:
        await anyio.sleep(pause)
        began = time.monotonic()
        try:
            size = await api.call("ask what was written", lambda it: written(it, container_id))
        except EngineGone:  # whoever waits for the command finds that out too, and says it better
            size = 0
        if size > disk_mb << 20:
            return
        pause = max(FIRST_LOOK_S, SHARE * (time.monotonic() - began))


def written(client: Any, container_id: str) -> int:
    """Bytes of a container's own layer; blocks. Files on a tmpfs count as memory instead."""
    found = client.containers(all=True, size=True, filters={"id": container_id})
    return int(found[0].get("SizeRw") or 0) if found else 0
