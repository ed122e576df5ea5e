"""All paths of a server: its own verbs, the dialects', and what it says of itself."""

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, cast

from starlette.routing import Route, Router

from grader import plugins
from grader.dialects.base import Dialect, Endpoint
from grader.errors import UsageError
from grader.executors._machines.desk import MachineDesk
from grader.executors._machines.wire import CHUNK_PATH, FACTS_PATH
from grader.server import batch, endpoints, openapi, status, working
from grader.server.front import Handler, Path, Service
from grader.server.reading import Receive, Send
from grader.server.session_routes import SessionRoutes
from grader.server.sessions import SessionKeeper
from grader.server.status import Engines, always

NATIVE = "native"


def dialects_of(names: Sequence[str]) -> dict[str, Dialect]:
    """Dialects by name, the native one always; UsageError for a name that is none."""
    chosen = names or plugins.names("dialects")
    found = {name: cast("Dialect", plugins.load("dialects", name).DIALECT) for name in chosen}
    native = cast("Dialect", plugins.load("dialects", NATIVE).DIALECT)
    return {NATIVE: native, **found}


def application(
    service: Service,
    dialects: dict[str, Dialect],
    keeper: SessionKeeper,
    engines: Engines,
    desk: MachineDesk | None = None,
) -> "Paths":
    """The ASGI application; `desk`: where this machine grades for drivers elsewhere."""
    native = dialects[NATIVE]
    paths: dict[str, dict[str, Handler]] = {}

    def add(owner: str, endpoint: Endpoint, handler: Handler) -> None:
        methods = paths.setdefault(endpoint.path, {})
        if endpoint.method in methods:
            raise UsageError(
                f"--dialect: {owner} and another one both have {endpoint.method} {endpoint.path};"
                " choose one of them"
            )
        methods[endpoint.method] = handler

    for name, dialect in dialects.items():
        for each in dialect.endpoints:
            add(name, each, Handler(endpoints.work_of(each, service), dialect))
    for each in SessionRoutes(keeper).endpoints:
        add(NATIVE, each, Handler(endpoints.work_of(each, service), native))
    paths["/v1/grade/batch"] = {"POST": Handler(batch.work_of(service), native)}
    if desk is not None:
        paths[FACTS_PATH] = {"GET": Handler(working.facts_work(service, engines), native)}
        paths[CHUNK_PATH] = {"POST": Handler(working.chunk_work(service, desk), native)}
    document = openapi.document(paths)
    for path, make, is_open in (
        ("/healthz", lambda: status.healthz(service), True),
        ("/readyz", lambda: status.readyz(service, engines), True),
        ("/metrics", lambda: status.metrics(service, engines, len(keeper)), False),
        ("/openapi.json", lambda: document, False),
    ):
        paths[path] = {"GET": Handler(always(make), native, is_open)}
    return Paths(
        {path: Path(service, path, has, native) for path, has in paths.items()},
        nowhere=Path(service, "", {}, native),
    )


class Paths:
    """Finds the path that a request is for: most have no parameters, and are looked up."""

    def __init__(self, paths: Mapping[str, Path], nowhere: Path) -> None:
        """`paths`: by their templates; `nowhere`: for all others."""
        self._plain = {name: path for name, path in paths.items() if "{" not in name}
        routes = [Route(name, cast("type", path)) for name, path in paths.items() if "{" in name]
        self._others = Router(routes, redirect_slashes=False, default=cast("type", nowhere))

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """As ASGI's application."""
        await self._plain.get(scope["path"], self._others)(scope, receive, send)
