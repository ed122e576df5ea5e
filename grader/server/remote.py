"""The server's end of one engine process: asks it, and knows when it is gone."""

import asyncio
from contextlib import suppress
from itertools import count
from typing import Any

from anyio import to_thread

from grader.engine.options import EngineOptions
from grader.errors import InfraError, SandboxError
from grader.executors._children import Process, error_of, spawned, waited
from grader.executors._frames import Frames
from grader.server.engine_process import CANCEL

START_S = 180.0
END_S = 10.0
GONE = "an engine process ended before it answered; nothing is known of this one, try it again"


class RemoteEngine:
    """One engine process that is open."""

    def __init__(self, process: Process, frames: Frames) -> None:
        """Use `started`."""
        self.process = process
        self.is_gone = False
        self.sessions = 0
        self.facts: Any = None
        """What a manifest says of its sandbox."""
        self.frames = frames
        self._numbers = count(1)
        self._asked: dict[int, asyncio.Future[Any]] = {}

    @property
    def load(self) -> int:
        """What it was asked and has not answered."""
        return len(self._asked)

    async def ask(self, verb: str, *arguments: object) -> Any:
        """What it answers; raises what it raises, SandboxError where it is gone."""
        if self.is_gone:
            raise SandboxError(GONE)
        number = next(self._numbers)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        try:
            try:
                await self.frames.send((number, verb, arguments))
            except OSError:
                raise SandboxError(GONE) from None
            return await answer
        except asyncio.CancelledError:
            with suppress(OSError):
                await self.frames.send((number, CANCEL, ()))
            raise
        finally:
            self._asked.pop(number, None)

    async def attend(self) -> None:
        """Take its answers until it is gone; who waits for one is told."""
        try:
            while True:
                number, value, failed = await self.frames.receive()
                answer = self._asked.get(number)
                if answer is None or answer.done():
                    continue
                if failed is None:
                    answer.set_result(value)
                else:
                    answer.set_exception(raised(*failed))
        except (EOFError, OSError):
            pass
        self.is_gone = True
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(SandboxError(GONE))

    async def end(self) -> None:
        """End it: it closes what it has when its channel ends."""
        self.is_gone = True
        await self.frames.idle()
        self.frames.close()
        await to_thread.run_sync(waited, self.process, END_S)


def raised(name: str, words: str) -> Exception:
    """An engine process's error as it is raised here."""
    if name == "FileNotFoundError":
        return FileNotFoundError(words)
    return error_of(name, words, who="an engine")


async def started(options: EngineOptions) -> RemoteEngine:
    """An engine process that is open; raises what its opening raised."""
    process, frames = spawned("grader.server.engine_process")
    engine = RemoteEngine(process, frames)
    try:
        async with asyncio.timeout(START_S):
            await engine.frames.send(options)
            _, engine.facts, failed = await engine.frames.receive()
    except (EOFError, OSError, TimeoutError) as error:
        process.kill()
        await engine.end()
        raise InfraError(
            f"an engine process did not start (status {process.returncode})"
        ) from error
    except BaseException:
        process.kill()
        raise
    if failed is not None:
        await engine.end()
        raise raised(*failed)
    return engine
