"""Runs a server until it is told to end: opens, listens, drains."""

import asyncio
import logging
import socket
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    closing,
    nullcontext,
)
from functools import partial
from types import FrameType
from typing import Any, NamedTuple, cast

import uvicorn
import uvloop
from anyio import to_thread

from grader.core.job import Job
from grader.core.result import Result
from grader.dialects.base import WorkingEngine
from grader.engine.service.near import NearEngine
from grader.engine.service.tasks import loaded
from grader.errors import UsageError
from grader.executors._facts import ProviderFacts, facts_of
from grader.executors._machines.desk import MachineDesk, open_desk_for_runs
from grader.record import directory
from grader.server import working
from grader.server.access import AccessLog
from grader.server.admission import House
from grader.server.connection import GuardedConnection, guarded
from grader.server.fair import SharedBackend
from grader.server.front import Service
from grader.server.joined import JoinedJobs
from grader.server.metrics import ServerMetrics
from grader.server.options import ConnectionBounds, ServerOptions
from grader.server.pool import open_pool
from grader.server.routes import application, dialects_of
from grader.server.served_run import ServedRuns
from grader.server.sessions import SessionKeeper
from grader.server.status import Engines
from grader.server.tokens import read_tokens
from grader.server.turns import FairTurns

BACKLOG = 2048
AHEAD = 1
"""Jobs beyond the workers that the engine gets: it screens them while others run."""
TICK_S = 0.1
CUT_SHORT = 130


class SingleEngine(NamedTuple):
    """What is told of an engine in this process."""

    facts: ProviderFacts
    working: int = 1
    restarts: int = 0


class DrainingServer(uvicorn.Server):
    """Told to end it lets running requests finish; told twice it ends at once."""

    def __init__(self, config: uvicorn.Config, house: House) -> None:
        """`house`: tells when nothing runs any more."""
        super().__init__(config)
        self._house = house
        self._signals = 0

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal came."""
        del sig, frame
        self._signals += 1
        self._house.is_draining = True
        self.force_exit = self._signals > 1

    async def drained(self) -> None:
        """Wait until it was told to end and nothing runs, then end it."""
        while not self._house.is_draining:  # noqa: ASYNC110  a signal may wake no event
            await asyncio.sleep(TICK_S)
        ends_at = time.monotonic() + self._house.bounds.drain_s
        while self._house.count and not self.force_exit and time.monotonic() < ends_at:  # noqa: ASYNC110
            await asyncio.sleep(TICK_S)
        if self._house.count:
            self.force_exit = True
            for each in list(self.server_state.connections):
                cast("GuardedConnection", each).abort()
        await asyncio.sleep(TICK_S)  # what was answered last is on its way
        self.should_exit = True


def serve(options: ServerOptions, tell: Callable[[str], None]) -> int:
    """Serve until a signal; `tell` is given the line that names the address.

    Returns 0 after a drain and 130 where it was cut short. UsageError where the address cannot be
    had, or may not be served without tokens; SandboxError where no sandbox can be trusted.
    """
    tokens = read_tokens(options.token_file)
    if not tokens and not options.is_local:
        raise UsageError(
            f"--host {options.host}: others can reach it, so it needs tokens; give --token-file"
            " FILE with lines NAME TOKEN, or serve 127.0.0.1"
        )
    dialects_of(options.dialects)
    for benchmark, path in options.data.items():
        loaded(benchmark, path)  # what is wrong with it is said now
    listener = listening(options.host, options.port)
    with closing(listener), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(served(options, listener, tell))


def listening(host: str, port: int) -> socket.socket:
    """A socket at the address; UsageError where it cannot be had."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(BACKLOG)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        raise UsageError(f"--host {host} --port {port}: {error.strerror}") from error
    return listener


def address_of(listener: socket.socket) -> str:
    """Its URL."""
    host, port, *_ = listener.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def config_of(app: Any, bounds: ConnectionBounds, *, drain_s: int | None = None) -> uvicorn.Config:
    """How uvicorn does its part; drain_s: what running requests get at the end, None: all."""
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    connection, _ = guarded(bounds)
    return uvicorn.Config(
        app,
        http=connection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=int(bounds.idle_s),
        timeout_graceful_shutdown=drain_s,
        backlog=BACKLOG,
    )


async def served(
    options: ServerOptions, listener: socket.socket, tell: Callable[[str], None]
) -> int:
    """Open the engine, answer, close; the exit status."""
    if options.out is not None:
        directory.refuse_occupied(options.out)
    house, metrics = House(options.requests), ServerMetrics()
    takers: list[Callable[[Job, Result], None]] = [
        lambda _, result: metrics.note_verdict(result.verdict.value)
    ]

    def observe(job: Job, result: Result) -> None:
        for take in takers:
            take(job, result)

    with closing(AccessLog(options.access_log)) as log:
        async with opened(options, observe) as (shared, engines):
            runs = runs_of(options, engines, house)
            if runs is not None:
                takers.append(runs.take)
            service = Service(options, read_tokens(options.token_file), house, shared, metrics, log)
            try:
                is_cut = await answering(service, engines, listener, tell)
            finally:
                kept = [] if runs is None else await to_thread.run_sync(runs.close)
    for each in kept:
        tell(f"run kept: {each}")
    return CUT_SHORT if is_cut else 0


async def answering(
    service: Service, engines: Engines, listener: socket.socket, tell: Callable[[str], None]
) -> bool:
    """Answer until a signal; whether it was cut short."""
    options = service.options
    keeper = SessionKeeper(options.engine.sessions, options.leases)
    async with desk_of(options) as desk:
        app = application(service, dialects_of(options.dialects), keeper, engines, desk)
        server = DrainingServer(config_of(app, options.connections), service.house)
        drain = asyncio.ensure_future(server.drained())
        tell(f"grader serves {address_of(listener)}")
        try:
            await server.serve([listener])
        finally:
            drain.cancel()
            await keeper.end_all()
    return server.force_exit


def desk_of(options: ServerOptions) -> AbstractAsyncContextManager[MachineDesk | None]:
    """What grades for drivers elsewhere, where that is wanted."""
    if not options.worker:
        return nullcontext()
    return open_desk_for_runs(options.engine, partial(working.allowed, options))


def runs_of(options: ServerOptions, engines: Engines, house: House) -> ServedRuns | None:
    """What keeps results, where that is wanted; where the disk fails the server drains."""
    if options.out is None:
        return None

    def broken() -> None:
        house.is_draining = True

    return ServedRuns(options.out, options, engines.facts, broken)


@asynccontextmanager
async def opened(
    options: ServerOptions, observe: Callable[[Job, Result], None]
) -> AsyncGenerator[tuple[SharedBackend, Engines]]:
    """What requests share, over an open engine in this process or in several of their own."""
    engine = options.engine
    if options.processes > 1:
        async with open_pool(engine, options.processes, ahead=AHEAD) as pool:
            joined = JoinedJobs(options.joins, pool.turns)
            yield shared_of(options, pool, pool.turns, joined, observe), pool
        return
    turns = FairTurns(engine.workers + AHEAD)
    async with NearEngine(engine) as single:
        joined = JoinedJobs(options.joins, turns)
        shared = shared_of(options, single, turns, joined, observe)
        yield shared, SingleEngine(facts_of(single.provider))


def shared_of(
    options: ServerOptions,
    engine: WorkingEngine,
    turns: FairTurns,
    joined: JoinedJobs,
    observe: Callable[[Job, Result], None],
) -> SharedBackend:
    """What requests share, over one engine or several."""
    return SharedBackend(
        engine, options.engine, options.data, options.ceiling, turns, joined, observe
    )
