"""Calls to a container engine: in worker threads, each with a client of its own, each bounded."""

import os
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit

import anyio
import anyio.to_thread

from grader.errors import ProviderError, SandboxError, UsageError

T = TypeVar("T")
DEFAULT_HOST = "unix:///var/run/docker.sock"
CALL_S = 60.0
"""How long one call may take. Creating takes 0.05 s and starting 0.4 s on an idle machine."""
PATIENCE, PATIENCE_S = "GRADER_ENGINE_PATIENCE", 60.0
"""How long an engine that does not answer is waited for, and the variable that says otherwise (in
seconds): a restart takes some seconds."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 2.0


class EngineGone(SandboxError):  # noqa: N818  what happened, not whose error it is
    """The container engine does not answer."""


class EngineApi:
    """A bounded number of calls at one time to one engine."""

    def __init__(self, host: str, *, together: int) -> None:
        """`together`: calls at one time, streams included."""
        self.host = host or os.environ.get("DOCKER_HOST", "") or DEFAULT_HOST
        self._idle: list[Any] = []
        self._limiter = anyio.CapacityLimiter(together)
        self._closed = False
        self._gone = ""

    async def call(self, what: str, function: Callable[[Any], T], *, bound_s: float = CALL_S) -> T:
        """`function(client)` in a thread.

        Raises EngineGone where nobody answers, SandboxError for every other trouble; docker's own
        `NotFound` and other `APIError`s pass through `function`'s hands only.
        """
        try:
            with anyio.fail_after(bound_s):
                return await anyio.to_thread.run_sync(
                    self._served, what, function, abandon_on_cancel=True, limiter=self._limiter
                )
        except TimeoutError as error:
            raise EngineGone(
                f"{what}: the container engine at {self.host} gave no answer within {bound_s:g} s"
            ) from error

    def _served(self, what: str, function: Callable[[Any], T]) -> T:
        from docker.errors import APIError, DockerException  # noqa: PLC0415  heavy
        from requests.exceptions import RequestException  # noqa: PLC0415
        from urllib3.exceptions import HTTPError  # noqa: PLC0415

        client = None
        try:
            knock(self.host)
            client = self._idle.pop() if self._idle else self._connect()
            answer = function(client)
        except APIError as error:
            self._give_back(client)
            said = str(error.explanation or error).strip().splitlines()
            raise SandboxError(f"{what}: {said[0] if said else error}") from error
        except (DockerException, RequestException, HTTPError, OSError, ValueError) as error:
            close(client)
            why = reason(error)
            may = "become a member of its group" if "Permission denied" in why else "start it"
            raise EngineGone(
                f"{what}: no container engine answers at {self.host} ({why});"
                f" {may}, or choose another --sandbox"
            ) from error
        except BaseException:
            close(client)
            raise
        self._give_back(client)
        return answer

    def _connect(self) -> Any:
        import docker  # noqa: PLC0415  heavy

        return docker.APIClient(base_url=self.host, timeout=int(CALL_S), version="1.41")

    def _give_back(self, client: Any) -> None:
        if self._closed:
            close(client)
        else:
            self._idle.append(client)

    async def answers(self) -> None:
        """Wait until the engine answers; ProviderError where it does not in time.

        Only the first one to find it gone waits that long: the run is then over for all others.
        """
        deadline = anyio.current_time() + (FIRST_PAUSE_S if self._gone else patience_s())
        pause = FIRST_PAUSE_S
        while True:
            try:
                await self.call("ping", lambda client: client.ping(), bound_s=5)
            except EngineGone as error:
                if anyio.current_time() >= deadline:
                    self._gone = str(error)
                    raise ProviderError(self._gone) from error
                self.forget()
                await anyio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
            else:
                self._gone = ""
                return

    def forget(self) -> None:
        """Let go of every idle connection."""
        while self._idle:
            close(self._idle.pop())

    def close(self) -> None:
        """Let go of every connection, now and when those in use come back."""
        self._closed = True
        self.forget()

    def at_once(self, function: Callable[[Any], object]) -> None:
        """In this thread, for the last resort: whatever goes wrong is left to the reaper."""
        from docker.errors import DockerException  # noqa: PLC0415  heavy
        from requests.exceptions import RequestException  # noqa: PLC0415

        with suppress(DockerException, RequestException, OSError):
            client = self._connect()
            try:
                function(client)
            finally:
                close(client)


def knock(host: str) -> None:
    """OSError where nobody listens: docker-py would leave a socket open for every such attempt."""
    address = urlsplit(host)
    if address.scheme == "unix":
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(CALL_S)
            probe.connect(address.path)


def close(client: Any) -> None:
    """Close a client; a broken one may complain."""
    if client is not None:
        with suppress(OSError):
            client.close()


def reason(error: BaseException) -> str:
    """The innermost words of a library's nested exception."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return f"{type(error).__name__}: {error}"[:200]


@asynccontextmanager
async def open_api(host: str, *, together: int) -> AsyncGenerator[EngineApi]:
    """An engine that answers; EngineGone where none does."""
    api = EngineApi(host, together=together)
    try:
        await api.call("connect", lambda client: client.ping(), bound_s=10)
        yield api
    finally:
        api.close()


def patience_s() -> float:
    """Seconds that an engine may stay away; UsageError where the variable is no number of them."""
    said = os.environ.get(PATIENCE, "")
    try:
        wanted = float(said or PATIENCE_S)
    except ValueError:
        wanted = -1.0
    if not 0 <= wanted < float("inf"):
        raise UsageError(f"{PATIENCE}={said}: not a number of seconds")
    return wanted
