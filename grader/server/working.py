"""`grader serve --worker`: chunks of a run's jobs for a driver elsewhere, `/v1/worker`.

Opt-in: a driver's tasks are taken as they are, with any kind of grader and image; whoever may send
them decides what runs in this machine's sandboxes, within the ceiling.
"""

import asyncio
import os
from contextlib import aclosing

from grader.core.job import Job
from grader.dialects.base import Answer
from grader.engine import packages
from grader.engine.grading import REPOSITORY, needs_image
from grader.errors import UsageError
from grader.executors._machines.desk import MachineDesk
from grader.executors._machines.wire import facts_for, text_of
from grader.sandboxes.base import has_images
from grader.server.caller import JSON_TYPES, refuse_other_types
from grader.server.fair import refuse_above
from grader.server.front import Service, Work, unless_gone
from grader.server.options import ServerOptions
from grader.server.reading import Receive, Send, refuse_long, whole_body
from grader.server.status import Engines
from grader.server.visit import Visit

LINES = b"application/x-ndjson"


def facts_work(service: Service, engines: Engines) -> Work:
    """What this machine is, for a driver that wonders whether it will do."""

    async def work(_visit: Visit, _receive: Receive, _send: Send) -> Answer:
        engine = service.options.engine
        shown = packages.shown(engine)
        told = await asyncio.to_thread(
            facts_for, engine, engines.facts, packages=shown, host=os.uname().nodename
        )
        return Answer(200, text_of(told))

    return work


def chunk_work(service: Service, desk: MachineDesk) -> Work:
    """A chunk in, lines out as they come; who leaves is not worked for any more."""

    async def work(visit: Visit, receive: Receive, send: Send) -> Answer | None:
        refuse_other_types(visit.headers, JSON_TYPES)
        refuse_long(visit.headers, service.options.requests.body_bytes)
        with service.house.entered(visit.client) as guest:
            body = await whole_body(receive, guest, service.options.requests)
            visit.bytes_in = len(body)
            headers = [(b"content-type", LINES)]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await unless_gone(told(desk, body, visit.client, send), receive)
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        return None

    return work


async def told(desk: MachineDesk, body: bytes, client: str, send: Send) -> None:
    """Send each line."""
    async with aclosing(desk.answers(body, client)) as lines:
        async for line in lines:
            await send({"type": "http.response.body", "body": line + b"\n", "more_body": True})


def allowed(options: ServerOptions, job: Job) -> None:
    """UsageError for a job that this machine gives nobody."""
    if needs_image(job.task) and not has_images(options.engine.sandbox):
        raise UsageError(
            f"repositories are graded in images, and this machine's sandbox"
            f" '{options.engine.sandbox}' has none"
        )
    if job.task.kind != REPOSITORY:
        refuse_above(job.task.limits, options.ceiling)
