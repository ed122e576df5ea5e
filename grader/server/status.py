"""What a server says of itself: alive, ready, its counters, its document."""

from collections.abc import Callable
from typing import Any, Protocol

from grader.dialects._native_told import answered as told
from grader.dialects.base import Answer
from grader.executors._facts import ProviderFacts
from grader.server.front import Service
from grader.server.metrics import TYPE
from grader.server.reading import Receive, Send
from grader.server.visit import Visit
from grader.version import VERSION


class Engines(Protocol):
    """What is asked of the engine processes."""

    @property
    def working(self) -> int:
        """How many work; each has shown that its sandbox tells right from wrong."""
        ...

    @property
    def restarts(self) -> int:
        """How many were started anew."""
        ...

    @property
    def facts(self) -> ProviderFacts:
        """What a manifest says of their sandbox."""
        ...


def healthz(_service: Service) -> Answer:
    """This process answers."""
    return told({"status": "alive", "version": VERSION})


def readyz(service: Service, engines: Engines) -> Answer:
    """Whether a request would be taken in now."""
    why = ""
    if service.house.is_draining:
        why = "the server is about to end"
    elif not engines.working:
        why = "no engine works yet; one is being started"
    elif service.house.is_full:
        why = "the queue is full"
    if why:
        return told({"status": "not ready", "reason": why}, 503, {"Retry-After": "2"})
    return told({"status": "ready", "engines": engines.working})


def metrics(service: Service, engines: Engines, sessions: int) -> Answer:
    """Prometheus's text."""
    shared = service.shared
    others: dict[str, float] = {
        "grader_requests_in_house": service.house.count,
        "grader_bytes_in_house": service.house.bytes,
        "grader_waiting": shared.turns.waiting,
        "grader_running": shared.turns.running,
        "grader_turns_total": shared.turns.given,
        "grader_joined_total": shared.joined.joined,
        "grader_remembered_total": shared.joined.remembered,
        "grader_sessions": sessions,
        "grader_engines": engines.working,
        "grader_engine_restarts_total": engines.restarts,
    }
    return Answer(200, service.metrics.text(others).encode(), TYPE)


def always(make: Callable[[], Answer]) -> Any:
    """A route's work that needs nothing of the request."""

    async def work(_visit: Visit, _receive: Receive, _send: Send) -> Answer:
        return make()

    return work
