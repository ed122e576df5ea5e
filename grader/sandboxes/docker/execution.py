"""One command in a running container: start it, follow its output, end it at its limits."""

import time
from typing import Any, NamedTuple

import anyio

from grader.core.execution import DISK_LIMIT, StepEnd, StepResult
from grader.core.limits import Limits
from grader.sandboxes.docker import written
from grader.sandboxes.docker.api import EngineApi
from grader.sandboxes.docker.evidence import ContainerUsage, EngineEvidence, HostEvidence
from grader.sandboxes.docker.output import CommandOutput

FIRST_TICK_S, TICK_S = 0.05, 0.25
STARVED_FACTOR = 5
READ_BYTES = 64 << 10
HEADER_BYTES = 8
LAST_WORDS_S = 20.0
"""How long the engine may take to close the streams of a command whose processes are dead."""


class CommandRequest(NamedTuple):
    """A command as the engine is asked for it."""

    container_id: str
    argv: list[str]
    env: dict[str, str]
    user: str


class CommandUsage(NamedTuple):
    """What a command has used so far."""

    wall_s: float
    cpu_s: float
    wait_s: float


class RunningCommand:
    """A command that runs, and what is known of it."""

    def __init__(self, request: CommandRequest, output: CommandOutput) -> None:
        """Not started yet."""
        self.request = request
        self.output = output
        self.exec_id = ""
        self.pid = 0
        """As the engine's machine numbers it; 0: not asked yet."""
        self.over: tuple[StepEnd, str] | None = None
        """How and why it is to end for what it printed or wrote."""
        self.done = anyio.Event()

    def follow(self, client: Any) -> None:
        """Start the command and take its output until there is no more; blocks."""
        made = client.exec_create(
            self.request.container_id, self.request.argv,
            environment=self.request.env or None, user=self.request.user,
        )  # fmt: skip
        self.exec_id = made["Id"]
        # docker-py's own reader of raw sockets passes over what came together with the headers.
        answer = client._post_json(  # noqa: SLF001
            client._url("/exec/{0}/start", self.exec_id),  # noqa: SLF001
            data={"Tty": False, "Detach": False}, stream=True, timeout=None,
        )  # fmt: skip
        try:
            client._raise_for_status(answer)  # noqa: SLF001
            self._take(answer.raw)
        finally:
            answer.close()

    def _take(self, stream: Any) -> None:
        """Frames: stream number, three zeros, a big-endian 32-bit length, bytes (Docker's API)."""
        while len(header := stream.read(HEADER_BYTES)) == HEADER_BYTES:
            number, left = header[0] or 1, int.from_bytes(header[4:], "big")
            while left:
                data = stream.read(min(left, READ_BYTES))
                if not data:
                    return
                left -= len(data)
                if self.output.feed(number, data):
                    self.over = StepEnd.OUTPUT, "output cap"
                    return


class CommandClocks:
    """The clocks of one command."""

    def __init__(
        self, evidence: HostEvidence | EngineEvidence, before: ContainerUsage, *,
        limits: Limits, processors: float,
    ) -> None:  # fmt: skip
        """Start them."""
        self.evidence = evidence
        self.before = before
        self.limits = limits
        self.processors = processors
        self.wait_s = 0.0
        self.started = time.monotonic()
        evidence.waited(before.cpu_s, processors)  # what was before does not count

    async def look(self) -> tuple[CommandUsage, tuple[StepEnd, str] | None]:
        """What was spent, and whether that is too much: how it ends and why."""
        usage = await self.evidence.usage()
        self.wait_s += self.evidence.waited(usage.cpu_s, self.processors)
        wall_s = time.monotonic() - self.started
        spent = CommandUsage(wall_s, usage.cpu_s - self.before.cpu_s, min(self.wait_s, wall_s))
        return spent, excess(spent, self.limits)


def excess(spent: CommandUsage, limits: Limits) -> tuple[StepEnd, str] | None:
    """How and why a command that has spent this much is ended; None where it may go on."""
    if spent.cpu_s >= limits.cpu_s:
        return StepEnd.TIMEOUT, "cpu limit"
    if spent.wall_s - spent.wait_s >= limits.wall_s:
        return StepEnd.TIMEOUT, "wall limit"
    if spent.wall_s >= STARVED_FACTOR * limits.wall_s:
        return StepEnd.TIMEOUT, "starved"
    return None


async def watch(
    api: EngineApi, process: RunningCommand, clock: CommandClocks
) -> tuple[StepEnd, str] | None:
    """Until the command ends, or a limit is reached: which and why.

    A command may end before its output: the engine waits some seconds for what it left behind.
    """
    tick = FIRST_TICK_S
    while True:
        with anyio.move_on_after(tick):
            await process.done.wait()
        if process.over:
            return process.over
        if process.done.is_set():
            return None
        _, ended = await clock.look()
        if ended:
            return ended
        if process.exec_id and not process.pid:
            said = await api.call("find a command", lambda it: it.exec_inspect(process.exec_id))
            process.pid = said["Pid"]
        if clock.evidence.has_left(process.pid):
            return None
        tick = TICK_S


async def carry(api: EngineApi, process: RunningCommand) -> None:
    """Follow a command in a thread; what goes wrong is raised here."""
    try:
        await api.call("run a command", process.follow, bound_s=float("inf"))
    finally:
        process.done.set()


async def heed_disk(api: EngineApi, process: RunningCommand, disk_mb: int) -> None:
    """Note it when the command's container has written more than it may."""
    await written.exceeds(api, process.request.container_id, disk_mb)
    process.over = StepEnd.OUTPUT, DISK_LIMIT


async def exit_status(api: EngineApi, process: RunningCommand, *, patience_s: float = 5.0) -> int:
    """The command's status once the engine knows it; -1 where it does not in time."""
    deadline = time.monotonic() + patience_s
    while True:
        said = await api.call("ask for a status", lambda it: it.exec_inspect(process.exec_id))
        if not said["Running"] and said["ExitCode"] is not None:
            return int(said["ExitCode"])
        if time.monotonic() > deadline:
            return -1
        await anyio.sleep(0.02)


def facts(
    name: str,
    process: RunningCommand,
    *,
    spent: CommandUsage,
    ended: tuple[StepEnd, str],
    code: int,
    peak_mb: float,
) -> StepResult:
    """A command's facts."""
    return StepResult(
        name=name,
        ended=ended[0],
        code=code,
        evidence=ended[1],
        stdout=process.output.streams[1].data(),
        stderr=process.output.streams[2].data(),
        truncated=process.output.truncated(),
        wall_s=round(spent.wall_s, 6),
        cpu_s=round(max(spent.cpu_s, 0.0), 6),
        wait_s=round(spent.wait_s, 6),
        peak_mb=round(peak_mb, 3),
    )
