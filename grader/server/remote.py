"""The server's end of one engine process: asks it, and knows when it is gone."""

import asyncio
import os
import socket
import subprocess
import sys
from contextlib import suppress
from itertools import count
from typing import Any

from anyio import to_thread

from grader import errors
from grader.engine.options import EngineOptions
from grader.errors import InfraError, SandboxError
from grader.executors._frames import Frames
from grader.sandboxes._forks import forget_in_forks
from grader.server.engine_process import CANCEL

START_S = 180.0
END_S = 10.0
GONE = "an engine process ended before it answered; nothing is known of this one, try it again"


class RemoteEngine:
    """One engine process that is open."""

    def __init__(self, process: "subprocess.Popen[bytes]", frames: Frames) -> None:
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
                    answer.set_exception(error_of(*failed))
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
        await to_thread.run_sync(self._wait)

    def _wait(self) -> None:
        try:
            self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def error_of(name: str, words: str) -> Exception:
    """An engine process's error as it is raised here."""
    if name == "FileNotFoundError":
        return FileNotFoundError(words)
    kind = getattr(errors, name, None) if name else None
    return kind(words) if kind is not None else InfraError(f"an engine failed: {words}")


async def started(options: EngineOptions) -> RemoteEngine:
    """An engine process that is open; raises what its opening raised."""
    ours, theirs = socket.socketpair()
    forget_in_forks(ours)
    with theirs:
        process = subprocess.Popen(  # noqa: ASYNC220  a fork and exec: some milliseconds
            [sys.executable, "-P", "-m", "grader.server.engine_process", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env=dict(os.environ),
        )
    engine = RemoteEngine(process, Frames(ours))
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
        raise error_of(*failed)
    return engine
