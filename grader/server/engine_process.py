"""An engine in a process of its own: does what the server's process sends, ends with its channel.

Started as `python -m grader.server.engine_process DESCRIPTOR`. A message is (number, verb,
arguments); the answer (number, value, None) or (number, None, (name of the error, its words)).
"""

import asyncio
import os
import signal
import socket
import sys
from typing import Any

from grader.core.limits import Limits
from grader.engine.service.near import NearEngine
from grader.engine.service.session import Session
from grader.errors import GraderError, UsageError
from grader.executors._facts import facts_of
from grader.executors._frames import Frames

CANCEL = "cancel"
PLAIN = (GraderError, FileNotFoundError)


class EngineDesk:
    """Does what messages say."""

    def __init__(self, engine: NearEngine, frames: Frames) -> None:
        """`engine`: open."""
        self._engine = engine
        self._frames = frames
        self._going: dict[int, asyncio.Task[None]] = {}
        self._sessions: dict[int, Session] = {}

    async def serve(self) -> None:
        """Take messages until there are none."""
        try:
            while True:
                number, verb, arguments = await self._frames.receive()
                if verb == CANCEL:
                    if number in self._going:
                        self._going[number].cancel()
                    continue
                self._going[number] = asyncio.create_task(self._do(number, verb, arguments))
        except (EOFError, OSError):
            return

    async def _do(self, number: int, verb: str, arguments: tuple[Any, ...]) -> None:
        try:
            told = (number, await getattr(self, f"_{verb}")(*arguments), None)
        except asyncio.CancelledError:
            return
        except PLAIN as error:
            told = (number, None, (type(error).__name__, str(error)))
        except Exception as error:  # noqa: BLE001  boundary: the server's process tells of it
            told = (number, None, ("", f"{type(error).__name__}: {error}"))
        finally:
            del self._going[number]
        try:
            await self._frames.send(told)
        except OSError:
            return

    async def _grade(self, task: Any, solution: Any, choices: Any) -> Any:
        return await self._engine.grade(task, solution, **choices)

    async def _run(self, program: Any, choices: Any) -> Any:
        return await self._engine.run(program, **choices)

    async def _begin(self, name: int, limits: Limits | None, image: str) -> None:
        session = self._engine.session(limits=limits, image=image)
        await session.__aenter__()
        self._sessions[name] = session

    async def _end(self, name: int) -> None:
        session = self._sessions.pop(name, None)
        if session is not None:
            await session.__aexit__()

    async def _step(self, name: int, verb: str, arguments: tuple[Any, ...], choices: Any) -> Any:
        session = self._sessions.get(name)
        if session is None:
            raise UsageError("the session is over")
        return await getattr(session, verb)(*arguments, **choices)


async def main(descriptor: int) -> None:
    """Open the engine, say so or why not, and serve."""
    frames = Frames(socket.socket(fileno=descriptor))
    options = await frames.receive()
    try:
        async with NearEngine(options) as engine:
            await frames.send((0, facts_of(engine.provider), None))
            await EngineDesk(engine, frames).serve()
    except GraderError as error:
        await frames.send((0, None, (type(error).__name__, str(error))))


if __name__ == "__main__":
    # A terminal's ^C and a supervisor's SIGTERM to the group: the server says when to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    asyncio.run(main(int(sys.argv[1])))
    os._exit(0)  # idle helper threads are of no use any more
