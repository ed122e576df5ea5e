"""All paths of a server: its own verbs, the dialects', and what it says of itself."""

from collections.abc import Sequence
from typing import cast

from starlette.routing import Route, Router

from grader import plugins
from grader.dialects.base import Dialect, Endpoint
from grader.errors import UsageError
from grader.server import batch, endpoints, openapi, status
from grader.server.front import Handler, Path, Service
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
    service: Service, dialects: dict[str, Dialect], keeper: SessionKeeper, engines: Engines
) -> Router:
    """The ASGI application."""
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
    document = openapi.document(paths)
    for path, make, is_open in (
        ("/healthz", lambda: status.healthz(service), True),
        ("/readyz", lambda: status.readyz(service, engines), True),
        ("/metrics", lambda: status.metrics(service, engines, len(keeper)), False),
        ("/openapi.json", lambda: document, False),
    ):
        paths[path] = {"GET": Handler(always(make), native, is_open)}
    routes = [
        Route(path, cast("type", Path(service, path, methods, native)))
        for path, methods in paths.items()
    ]
    nowhere = Path(service, "", {}, native)
    return Router(routes, redirect_slashes=False, default=cast("type", nowhere))
