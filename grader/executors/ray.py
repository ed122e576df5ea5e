"""Attempts on the nodes of a Ray cluster: one agent on each, chunks there, lines back.

Ray is a transport: its retries are off, and what is sent again, believed or refused is decided by
the same dispatcher as for machines over HTTP.
"""

import os
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from typing import Any

import anyio
from anyio import to_thread
from pydantic import ValidationError

from grader.engine.options import EngineOptions
from grader.errors import UsageError
from grader.executors._machines.machine import MachineLostError, MachineRefusedError
from grader.executors._machines.node_agent import LEASE_S, OPENING_S, NodeAgent
from grader.executors._machines.wire import AskedReading, MachineFacts

RESOURCE = "grader_node"
"""Where some nodes declare it (`ray start --resources '{"grader_node": 1}'`), only these grade."""
CALLS = 100
"""That an agent takes at one time: chunks and words that the driver is there."""
RENEW_S = LEASE_S / 6
KNOCK_S = 10.0


def library() -> Any:
    """Ray; UsageError where it is not installed."""
    try:
        import ray  # noqa: PLC0415  an extra, and heavy
    except ModuleNotFoundError as error:
        if error.name != "ray":
            raise
        raise UsageError(
            "--executor ray needs the extra 'ray' (ray is missing); pip install 'grader[ray]'"
        ) from error
    return ray


class RayNodes:
    """The cluster's nodes, and which of them have a link."""

    def __init__(self, ray: Any) -> None:
        """Connected."""
        self.ray = ray
        self.taken: set[str] = set()

    def alive(self) -> dict[str, Any]:
        """Nodes that may grade, by id; blocks."""
        found = {each["NodeID"]: each for each in self.ray.nodes() if each["Alive"]}
        marked = {name: each for name, each in found.items() if RESOURCE in each["Resources"]}
        return marked or found

    def claim(self, before: str) -> Any:
        """The node of a link, or another one that has none; MachineLostError without any."""
        alive = self.alive()
        if before in alive:
            return alive[before]
        self.taken.discard(before)
        free = [name for name in alive if name not in self.taken]
        if not free:
            raise MachineLostError("its node is not in the cluster any more")
        self.taken.add(free[0])
        return alive[free[0]]


class RayLink:
    """One node's agent."""

    contact_s = OPENING_S

    def __init__(
        self, nodes: RayNodes, number: int, options: EngineOptions, asked: AskedReading
    ) -> None:
        """`number`: from 1 up."""
        self.name = f"node-{number}"
        self._asked = asked
        self._nodes = nodes
        self._options = options
        self._node = ""
        self._agent: Any = None

    async def facts(self) -> MachineFacts:
        """What a new agent says of its node."""
        await to_thread.run_sync(self._begin)
        try:
            data: bytes = await self._agent.facts.remote()
            return MachineFacts.model_validate_json(data)
        except ValidationError as error:
            raise MachineRefusedError(f"another version of grader ({error.title})") from None
        except self._nodes.ray.exceptions.RayError as error:
            raise MachineLostError(first_line(error)) from None

    def _begin(self) -> None:
        ray = self._nodes.ray
        if self._agent is not None:
            with suppress(Exception):  # it may be gone
                ray.kill(self._agent)
        node = self._nodes.claim(self._node)
        self._node = node["NodeID"]
        strategies = import_module("ray.util.scheduling_strategies")
        placed = strategies.NodeAffinitySchedulingStrategy(self._node, soft=False)
        workers = max(1, int(node["Resources"].get("CPU", 1)))
        marked = {RESOURCE: 1} if RESOURCE in node["Resources"] else {}
        made = ray.remote(NodeAgent).options(
            num_cpus=0,
            resources=marked,
            max_restarts=0,
            max_task_retries=0,
            max_concurrency=CALLS,
            scheduling_strategy=placed,
        )
        options = self._options.model_copy(update={"workers": workers})
        self._agent = made.remote(options, self._asked)

    @asynccontextmanager
    async def answers(self, chunk: bytes) -> AsyncGenerator[AsyncIterator[list[bytes]]]:
        """Its lines for a chunk."""
        stream = self._agent.answers.options(num_returns="streaming").remote(chunk)
        try:
            yield self._lines(stream)
        finally:
            with suppress(Exception):  # it may be over, or gone
                self._nodes.ray.cancel(stream)

    async def _lines(self, stream: Any) -> AsyncIterator[list[bytes]]:
        renewed = anyio.current_time()
        try:
            async for piece in stream:
                lines: bytes = await piece
                if anyio.current_time() - renewed > RENEW_S:
                    renewed = anyio.current_time()
                    self._agent.renew.remote()
                yield lines.split(b"\n")
        except self._nodes.ray.exceptions.RayError as error:
            raise MachineLostError(first_line(error)) from None


def first_line(error: Exception) -> str:
    """What Ray says, in a line."""
    name = type(error).__name__
    return f"{name}: {str(error).strip().partition(chr(10))[0]}"[:300]


def refuse_silent(address: str) -> None:
    """UsageError for an address at which nothing listens: Ray itself would wait for minutes."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or "/" in host:
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), KNOCK_S).close()
    except (OSError, OverflowError) as error:
        raise no_cluster(address, error) from error


def no_cluster(address: str, error: Exception) -> UsageError:
    """What is said where there is none."""
    return UsageError(
        f"no Ray cluster answers at RAY_ADDRESS={address} ({first_line(error)}); start one:"
        " ray start --head"
    )


def links(options: EngineOptions, asked: AskedReading) -> Sequence[RayLink]:
    """A link to each node of the cluster; UsageError where Ray or a cluster is missing."""
    ray = library()
    if not ray.is_initialized():
        address = os.environ.get("RAY_ADDRESS", "") or "auto"
        refuse_silent(address)
        try:
            ray.init(address=address, log_to_driver=False, configure_logging=False)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise no_cluster(address, error) from error
    nodes = RayNodes(ray)
    own = EngineOptions.model_validate(
        {name: getattr(options, name) for name in EngineOptions.model_fields}
    )
    count = len(nodes.alive())
    made = [RayLink(nodes, number, own, asked) for number in range(1, count + 1)]
    if not made:
        raise UsageError("the Ray cluster has no node that grades; add one: ray start --address …")
    return made
