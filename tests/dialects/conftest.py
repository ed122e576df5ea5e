"""An open engine, `grader serve`, and a server over an engine that is in trouble, for real clients."""

import importlib.util
import json
import socket
import sys
import threading
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

import grader
from grader.dialects.base import Request
from grader.errors import GraderError, UsageError
from tests.server.served import RunningServer


@pytest.fixture(scope="session")
def opened():
    """A blocking engine keeps the sandbox warm; `asked` goes through an asynchronous one."""
    with grader.open(workers=2) as engine:
        yield engine


@pytest.fixture(scope="session")
def address(caches):
    """Where `grader serve` answers, all dialects at one address."""
    with RunningServer("--workers", "2") as running:
        yield f"http://{running.host}:{running.port}"


class OpenBackend:
    """The open engine's verbs for handlers that run in any loop."""

    def __init__(self, engine):
        self._inner = grader.Engine.__new__(grader.Engine)
        self._inner._held = engine._held

    def __getattr__(self, name):
        return getattr(self._inner, name)


@pytest.fixture(scope="session")
def backend(opened):
    return OpenBackend(opened)


class Asking:
    """Asks a dialect as a server would, without one."""

    def __init__(self, backend):
        self._backend = backend

    async def __call__(
        self, dialect, path, body=None, *, method="POST", headers=None, backend=None
    ):
        endpoint, parameters = route(dialect, method, path)
        data = (
            body
            if isinstance(body, bytes)
            else json.dumps(body).encode()
            if body is not None
            else b""
        )
        request = Request(data, parameters, {}, headers or {})
        answer = await answered(dialect, endpoint, request, backend or self._backend)
        return answer.status, json.loads(answer.body) if answer.body else None


@pytest.fixture
def ask(backend):
    return Asking(backend)


def route(dialect, method, path):
    for endpoint in dialect.endpoints:
        wanted, parts = endpoint.path.split("/"), path.split("/")
        if endpoint.method == method and len(wanted) == len(parts):
            pairs = dict(zip(wanted, parts, strict=True))
            if all(key == part or key.startswith("{") for key, part in pairs.items()):
                return endpoint, {
                    key[1:-1]: part for key, part in pairs.items() if key.startswith("{")
                }
    raise LookupError(path)


async def answered(dialect, endpoint, request, backend):
    """What a server answers: the dialect's words for what a handler raises."""
    try:
        return await endpoint.handle(request, backend)
    except UsageError as error:
        return dialect.refuse(422, str(error))
    except GraderError as error:
        return dialect.trouble(error)


@pytest.fixture
def serve(backend):
    """An HTTP server for one dialect over an engine of the test's own; gives its address."""
    servers = []

    def start(dialect, engine=None):
        app = Starlette(
            routes=[routed(dialect, each, engine or backend) for each in dialect.endpoints]
        )
        listening = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        servers.append((server, thread, listening))
        return f"http://127.0.0.1:{listening.getsockname()[1]}"

    yield start
    for server, thread, listening in servers:
        server.should_exit = True
        thread.join()
        listening.close()


def routed(dialect, endpoint, backend):
    async def handle(asked):
        request = Request(
            await asked.body(),
            dict(asked.path_params),
            dict(asked.query_params),
            dict(asked.headers),
        )
        answer = await answered(dialect, endpoint, request, backend)
        return Response(answer.body, answer.status, answer.headers, answer.content_type)

    return Route(endpoint.path, handle, methods=[endpoint.method])


@pytest.fixture(scope="session")
def verl_client():
    """verl's own client for SandboxFusion, out of the installed package, without its torch."""
    place = Path(sys.prefix, "oracles/verl/verl/utils/reward_score/sandbox_fusion")
    if not place.is_dir():
        pytest.skip("verl's client is not installed: scripts/install")
    spec = importlib.util.spec_from_file_location("verl_sandbox_fusion", place / "__init__.py")
    module = sys.modules["verl_sandbox_fusion"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def pypi_client():
    """The client `sandbox-fusion` of PyPI."""
    return pytest.importorskip("sandbox_fusion", reason="pip install 'grader[clients]'")


class TroubledBackend:
    """An engine whose every verb fails in our own way."""

    def __init__(self, error):
        self.error = error
        self.calls = 0

    async def run(self, *_, **__):
        self.calls += 1
        raise self.error

    grade = run

    def task(self, *_):
        raise self.error
