"""A session as agents' frameworks want it: commands, and files anywhere that the user may write.

Everything is done by the sandbox's own user: nothing here has more rights than the commands have.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

from grader.core.execution import StepEnd, StepResult
from grader.core.limits import MAX_S, Limits
from grader.engine.service.engine import Engine

OUTPUT_KB = 10 << 10
"""Of each stream of a command: Inspect's own limit."""
READ_BYTES = 100 << 20
LIMITS = Limits(cpu_s=MAX_S, wall_s=MAX_S, memory_mb=4096, disk_mb=2048, output_kb=OUTPUT_KB)
NO_FILE, FORBIDDEN, FOLDER, TOO_LARGE = 242, 243, 244, 245
"""Exit statuses of the two scripts below."""
WRITE = f"""
if [ -d "$1" ]; then exit {FOLDER}; fi
case "$1" in */*) mkdir -p -- "${{1%/*}}/" || exit {FORBIDDEN};; esac
if [ -e "$1" ] && [ ! -w "$1" ]; then exit {FORBIDDEN}; fi
cat > "$1" || exit {FORBIDDEN}
"""
READ = f"""
if [ -d "$1" ]; then exit {FOLDER}; fi
if [ ! -e "$1" ]; then exit {NO_FILE}; fi
if [ ! -r "$1" ]; then exit {FORBIDDEN}; fi
if [ "$(wc -c < "$1")" -gt "$2" ]; then exit {TOO_LARGE}; fi
cat < "$1"
"""


class CommandOutcome(NamedTuple):
    """What a command did."""

    code: int
    """As a shell says it: 128 + n for signal n."""
    stdout: bytes
    stderr: bytes
    ended: StepEnd


class TooMuchOutputError(Exception):
    """More than the limit was printed or is in a file; `shown`: what there is of it."""

    def __init__(self, limit_bytes: int, shown: bytes = b"") -> None:
        super().__init__(f"more than {limit_bytes} bytes")
        self.limit_bytes, self.shown = limit_bytes, shown


class CommandSession:
    """A lent sandbox; its files stay from call to call, its processes do not."""

    def __init__(self, engine: Engine, *, image: str = "") -> None:
        """`engine`: open as long as this is used."""
        self._session = engine.session(limits=LIMITS, image=image)

    async def begin(self) -> Self:
        """Wait for a sandbox; InfraError where none can be had."""
        await self._session.__aenter__()
        return self

    async def end(self) -> None:
        """Give it back, wiped."""
        await self._session.__aexit__()

    async def run(
        self,
        argv: Sequence[str],
        *,
        stdin: bytes = b"",
        cwd: str = "",
        env: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
        output_kb: int = OUTPUT_KB,
    ) -> CommandOutcome:
        """Run a command. Raises TimeoutError, TooMuchOutputError, or InfraError for our trouble."""
        limits = LIMITS.model_copy(update={"wall_s": timeout_s or MAX_S, "output_kb": output_kb})
        result = await self._session.run(
            list(argv), stdin=stdin, cwd=cwd, env=env or {}, limits=limits
        )
        return outcome_of(result, timeout_s, output_kb)

    async def write(self, path: str, data: bytes) -> None:
        """Put a file there, with the folders above it.

        Raises IsADirectoryError or PermissionError.
        """
        done = await self.run(["sh", "-c", WRITE, "sh", safe(path)], stdin=data)
        refuse(done.code, path)
        if done.code:
            raise OSError(f"{path}: {done.stderr.decode(errors='replace').strip() or done.code}")

    async def read(self, path: str, most_bytes: int = READ_BYTES) -> bytes:
        """A file's content.

        Raises FileNotFoundError, IsADirectoryError, PermissionError or TooMuchOutputError.
        """
        argv = ["sh", "-c", READ, "sh", safe(path), str(most_bytes)]
        done = await self.run(argv, output_kb=math.ceil(most_bytes / 1024) + 1)
        if done.code == TOO_LARGE:
            raise TooMuchOutputError(most_bytes)
        refuse(done.code, path)
        if done.code:
            raise OSError(f"{path}: {done.stderr.decode(errors='replace').strip() or done.code}")
        return done.stdout


def safe(path: str) -> str:
    """A path that no command takes for an option."""
    return path if path.startswith("/") else f"./{path}"


def refuse(code: int, path: str) -> None:
    """The error that a script's exit status stands for."""
    match code:
        case 242:
            raise FileNotFoundError(f"{path}: no such file")
        case 243:
            raise PermissionError(f"{path}: permission denied")
        case 244:
            raise IsADirectoryError(f"{path}: is a directory")
        case _:
            pass


def outcome_of(result: StepResult, timeout_s: float | None, output_kb: int) -> CommandOutcome:
    """A step's facts as a shell would tell them."""
    match result.ended:
        case StepEnd.TIMEOUT:
            raise TimeoutError(f"not over within {timeout_s:g} s" if timeout_s else "timed out")
        case StepEnd.OUTPUT:
            raise TooMuchOutputError(output_kb << 10, result.stdout + result.stderr)
        case StepEnd.MEMORY:
            said = result.stderr + f"killed: {result.evidence}\n".encode()
            return CommandOutcome(137, result.stdout, said, result.ended)
        case StepEnd.SIGNAL:
            return CommandOutcome(128 + result.code, result.stdout, result.stderr, result.ended)
        case StepEnd.EXIT:
            return CommandOutcome(result.code, result.stdout, result.stderr, result.ended)
