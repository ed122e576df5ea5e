"""A session for agents: commands and files, with the errors that their frameworks tell apart."""

import contextlib

import anyio
import pytest

from grader.harnesses._commands import CommandSession, TooMuchOutputError
from grader.harnesses._engine import shared


@contextlib.asynccontextmanager
async def lent():
    box = await CommandSession(shared()).begin()
    try:
        yield box
    finally:
        await box.end()


def test_files_stay_over_commands_and_are_gone_in_the_next_session():
    async def work():
        async with lent() as box:
            await box.write("a/b c.txt", b"\x00\xff")
            await box.write("/tmp/-x", b"1")
            assert await box.read("a/b c.txt") == b"\x00\xff"
            done = await box.run(["sh", "-c", "ls a /tmp; exit 3"])
            assert (done.code, b"b c.txt" in done.stdout, b"-x" in done.stdout) == (3, True, True)
        async with lent() as box:
            assert (await box.run(["ls", "/work", "/tmp"])).stdout == b"/tmp:\n\n/work:\n"

    anyio.run(work)


def test_errors_are_told_apart():
    async def work():
        async with lent() as box:
            for error, call in (
                (FileNotFoundError, box.read("absent")),
                (IsADirectoryError, box.read("/etc")),
                (IsADirectoryError, box.write("/tmp", b"")),
                (PermissionError, box.write("/usr/x", b"")),
                (PermissionError, box.write("/nowhere/x", b"")),
                (TimeoutError, box.run(["sleep", "9"], timeout_s=0.2)),
                (TooMuchOutputError, box.run(["yes"], output_kb=64)),
            ):
                with pytest.raises(error):
                    await call
            await box.write("large", b"x" * 3000)
            with pytest.raises(TooMuchOutputError):
                await box.read("large", 2999)
            assert len(await box.read("large", 3000)) == 3000
            assert (await box.run(["sh", "-c", "kill -TERM $$"])).code == 143
            assert (await box.run(["true"])).code == 0

    anyio.run(work)
