"""Serve a board until a signal."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import closing

import uvicorn

from grader.errors import UsageError
from grader.hosting.app import BoardSite
from grader.hosting.settings import BoardSettings
from grader.hosting.store import BoardStore
from grader.server.options import ConnectionBounds
from grader.server.serving import address_of, config_of, listening
from grader.vault.file import is_sealed

DRAIN_S = 5


def serve(settings: BoardSettings, host: str, port: int, tell: Callable[[str], None]) -> int:
    """Serve; `tell` is given the line that names the address. UsageError as it says."""
    (settings.folder / "uploads").mkdir(mode=0o700, parents=True, exist_ok=True)
    if settings.data and is_sealed(settings.data) and not settings.key:
        raise UsageError(f"{settings.data} is sealed; name its key in the board's file")
    with closing(BoardStore(settings.url)) as store, closing(listening(host, port)) as listener:
        return asyncio.run(served(settings, store, listener, tell))


async def served(
    settings: BoardSettings,
    store: BoardStore,
    listener: socket.socket,
    tell: Callable[[str], None],
) -> int:
    """Answer and grade until a signal."""
    site = BoardSite(settings, store)
    server = uvicorn.Server(config_of(site.app, ConnectionBounds(), drain_s=DRAIN_S))
    work = asyncio.ensure_future(site.queue.work())
    ended = asyncio.ensure_future(server.serve([listener]))
    tell(f"grader serves the board at {address_of(listener)}")
    try:
        await asyncio.wait((work, ended), return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await ended
        if work.done():
            work.result()
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
    return 0
