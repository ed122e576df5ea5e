"""The network of steps that may have one: a bridge of the run's own, made when first wanted."""

import secrets
from contextlib import suppress
from typing import Any

import anyio

from grader.sandboxes.docker import labels
from grader.sandboxes.docker.api import EngineApi

NO_NEIGHBOURS = {"com.docker.network.bridge.enable_icc": "false"}
"""Containers of one bridge do not reach each other."""


class SetupBridge:
    """A bridge that containers leave before their tests."""

    def __init__(self, api: EngineApi, run_id: str) -> None:
        """Nothing is made yet."""
        self.api = api
        self.run_id = run_id
        self._name = ""
        self._distrusted: list[str] = []
        self._lock = anyio.Lock()

    async def name(self) -> str:
        """The bridge's name; it is made, or made again, where it is not there."""
        async with self._lock:  # the race: two workers find none at the same time
            return await self.api.call("make a network", self._ready)

    def _ready(self, client: Any) -> str:
        from docker.errors import NotFound  # noqa: PLC0415  heavy

        if self._name:
            try:
                client.inspect_network(self._name)
            except NotFound:
                self._name = ""
            else:
                return self._name
        name = f"grader-{self.run_id}-{secrets.token_hex(4)}"
        client.create_network(
            name, driver="bridge", labels=labels.labels(self.run_id), options=NO_NEIGHBOURS
        )
        self._name = name
        return name

    def distrust(self, name: str) -> None:
        """No container could be joined to it: its device may be gone. The next one is made anew."""
        if name and name == self._name:
            self._name = ""
            self._distrusted.append(name)

    async def disconnect(self, container_id: str, name: str) -> None:
        """Take a container off the bridge of that name."""
        await self.api.call(
            "take a container off its network",
            lambda client: client.disconnect_container_from_network(container_id, name, force=True),
        )

    async def close(self) -> None:
        """Remove the bridges."""
        names, self._name = [*self._distrusted, self._name], ""
        self._distrusted = []
        for name in filter(None, names):
            await self.api.call("remove a network", lambda client, name=name: remove(client, name))


def remove(client: Any, name: str) -> None:
    """Remove a network; one that is gone is removed already."""
    from docker.errors import NotFound  # noqa: PLC0415  heavy

    with suppress(NotFound):
        client.remove_network(name)
