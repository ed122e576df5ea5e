"""Ask once, outside any sandbox slot, whether a program compiles at all.

5 to 13 % of real samples do not; none of them needs a fork. Compiling never runs the program, but
hostile text may crash a compiler, so it happens in a process of its own that may open no file and
start no other program. When that process dies the answer is "unknown" and a sandbox decides.
There are two such processes, the second only when it is wanted, and none works on one source for
longer than `_child.ANSWER_CPU_S`: so no source holds up the others'.
"""

import socket
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import anyio

from grader.core.execution import CompletionRecord, CompletionWord
from grader.core.turns import OneTurn
from grader.sandboxes._line import SocketLine

CHILD = Path(__file__).with_name("_child.py")
ANSWER_S = 10.0
"""Wall clock for one source, where the machine is busy; its processor time ends sooner."""
PROCESSES = 2
LINE_DIGITS = 12
ANSWER_BYTES_MAX = 1 << 28
SIZE_DIGITS = 10
CHUNK_BYTES = 64 << 10
ACCEPTED = b"+"


class CompileOutcome(NamedTuple):
    """What the compiling process made of a source."""

    refusal: CompletionRecord | None = None
    code: bytes = b""
    """Marshalled, by a process that hostile text may have taken over: for candidates only."""


def refusal_of(answer: bytes) -> CompletionRecord:
    """Name, line and message on three lines; as much of it as is there."""
    exception, _, rest = answer.decode(errors="replace").partition("\n")
    line, _, message = rest.partition("\n")
    number = int(line) if line.isascii() and line.isdigit() and len(line) < LINE_DIGITS else 0
    return CompletionRecord(
        said=CompletionWord.REFUSED, exception=exception, line=number, message=message
    )


class SyntaxGate:
    """Compiling processes, each of which works on one source at a time."""

    def __init__(self, most: int = PROCESSES) -> None:
        """Start the first one at the first question."""
        self._turns = anyio.Semaphore(most, fast_acquire=True)
        self.compilers = [CompilingProcess() for _ in range(most)]
        """Those that have nothing to do; the one that was used last is the last."""

    async def warm(self) -> None:
        """Have a process that is ready for a question."""
        await self.refusal("")

    async def refusal(self, source: str, *, name: str = "solution.py") -> CompletionRecord | None:
        """Why `source` does not compile; None where it does, or where nobody can say."""
        return (await self.compiled(source, path=name)).refusal

    async def compiled(self, source: str, *, path: str) -> CompileOutcome:
        """The code of `source`, or why it has none; both empty where nobody can say.

        `path` is what tracebacks will call it.
        """
        async with OneTurn(self._turns):
            compiler = self.compilers.pop()
            try:
                return await compiler.compiled(source, path)
            finally:
                self.compilers.append(compiler)

    def close(self) -> None:
        """End the processes; nobody may be asking."""
        for compiler in self.compilers:
            compiler.close()


class CompilingProcess:
    """A compiling process, restarted when hostile text kills it. One source at a time."""

    def __init__(self) -> None:
        """Start it at the first question."""
        self.process: subprocess.Popen[bytes] | None = None
        self._line: SocketLine | None = None

    async def compiled(self, source: str, path: str) -> CompileOutcome:
        """See `SyntaxGate.compiled`."""
        data, name = source.encode(errors="surrogatepass"), path.encode()
        try:
            lengths = f"{len(data):010d}{len(name):04d}"
            answer = await self._ask(lengths.encode() + name + data)
        except (OSError, EOFError, TimeoutError, ValueError):
            self.close()
            return CompileOutcome()
        except BaseException:
            self.close()
            raise
        if answer.startswith(ACCEPTED):
            return CompileOutcome(code=answer[len(ACCEPTED) :])
        return CompileOutcome(refusal=refusal_of(answer))

    async def _ask(self, question: bytes) -> bytes:
        line = self._line or self._start()
        line.within(ANSWER_S)
        await line.send(question)
        answer = await line.some(CHUNK_BYTES)
        while len(answer) < SIZE_DIGITS:
            answer += await line.some(CHUNK_BYTES)
        size = SIZE_DIGITS + int(answer[:SIZE_DIGITS])
        if not len(answer) <= size <= ANSWER_BYTES_MAX:
            raise ValueError(f"an answer of {size} bytes")
        if len(answer) < size:
            answer = bytes(await line.filled(answer, size))
        line.at_leisure()
        return answer[SIZE_DIGITS:]

    def _start(self) -> SocketLine:
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(CHILD), str(CHILD.parents[3])],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._line = SocketLine(ours)
        return self._line

    def close(self) -> None:
        """End the process; the next question starts another."""
        if self._line:
            self._line.close()
            self._line = None
        if self.process:
            self.process.kill()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(5)
            self.process = None


@asynccontextmanager
async def open_gate() -> AsyncGenerator[SyntaxGate]:
    """A gate that ends with its context."""
    gate = SyntaxGate()
    try:
        yield gate
    finally:
        gate.close()
