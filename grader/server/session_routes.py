"""The routes of sessions."""

from pydantic import Field

from grader.core.record import Blob, bytes_to_text
from grader.dialects._native_asked import (
    LimitFields,
    NativeBody,
    RunBody,
    Seconds,
    limits_in,
    program_choices,
)
from grader.dialects._native_told import answered, ran
from grader.dialects.base import Answer, Backend, Endpoint, Request, body_of
from grader.engine.service.script import path_of
from grader.server.fair import FairBackend
from grader.server.sessions import SessionKeeper

PATH = "/v1/sessions"


class SessionBody(NativeBody):
    """`POST /v1/sessions`."""

    lease_s: Seconds | None = None
    """Seconds that it may be left alone before it ends; each use begins them anew."""
    limits: LimitFields | None = None
    """Of each step that brings none."""
    image: str = Field(default="", max_length=500)
    """A container of this image, where the sandbox is one."""


class FileBody(NativeBody):
    """`POST /v1/sessions/{id}/files`."""

    path: str
    content: Blob
    """Text, or `base64:…`."""


class SessionRoutes:
    """What a session's paths do."""

    def __init__(self, keeper: SessionKeeper) -> None:
        """`keeper`: has the sessions."""
        self._keeper = keeper

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """As a dialect has them."""
        one = PATH + "/{id}"
        return (
            Endpoint("POST", PATH, self.create),
            Endpoint("POST", one + "/run", self.run),
            Endpoint("POST", one + "/files", self.write),
            Endpoint("GET", one + "/files", self.read),
            Endpoint("POST", one + "/lease", self.renew),
            Endpoint("DELETE", one, self.end, works=False),
        )

    async def create(self, request: Request, backend: Backend) -> Answer:
        """Open one."""
        body = body_of(request, SessionBody)
        fair = fair_of(backend)
        name, lease_s = await self._keeper.open(
            fair.client, fair, lease_s=body.lease_s, limits=limits_in(body.limits), image=body.image
        )
        return answered({"session": name, "lease_s": lease_s}, 201)

    async def run(self, request: Request, backend: Backend) -> Answer:
        """One step."""
        body = body_of(request, RunBody)
        with self._keeper.using(*named(request, backend)) as held:
            return answered(ran(await held.sandbox.run(body.program, **program_choices(body))))

    async def write(self, request: Request, backend: Backend) -> Answer:
        """Put a file there."""
        body = body_of(request, FileBody)
        with self._keeper.using(*named(request, backend)) as held:
            await held.sandbox.write(body.path, body.content)
        return answered({"path": body.path, "bytes": len(body.content)})

    async def read(self, request: Request, backend: Backend) -> Answer:
        """Bring a file back."""
        path = path_of("path", request.query.get("path", ""))
        with self._keeper.using(*named(request, backend)) as held:
            content = await held.sandbox.read(path)
        return answered({"path": path, "content": bytes_to_text(content)})

    async def renew(self, request: Request, backend: Backend) -> Answer:
        """Begin the lease anew."""
        with self._keeper.using(*named(request, backend)) as held:
            return answered({"lease_s": held.lease_s})

    async def end(self, request: Request, backend: Backend) -> Answer:
        """End it."""
        await self._keeper.end(*named(request, backend))
        return answered({"ended": True})


def named(request: Request, backend: Backend) -> tuple[str, str]:
    """Whose session, and which."""
    return fair_of(backend).client, request.parameters["id"]


def fair_of(backend: Backend) -> FairBackend:
    """These routes are the server's own: it hands them its own backend."""
    assert isinstance(backend, FairBackend)  # noqa: S101
    return backend
