"""The engine's end of a socket: bytes in pieces, a last moment, and nothing that stays behind."""

import asyncio
import os
import socket
import time
from collections.abc import Iterator

import anyio
import pytest

from grader.sandboxes._line import SocketLine

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def ends() -> Iterator[tuple[SocketLine, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield SocketLine(ours), theirs


async def later(theirs: socket.socket, *parts: bytes) -> None:
    for part in parts:
        await anyio.sleep(0.01)
        theirs.send(part)


async def test_what_is_there_is_read_without_waiting(ends):
    line, theirs = ends
    theirs.send(b"abc")
    assert await line.some(2) == b"ab"
    assert await line.some(9) == b"c"
    line.close()


async def test_what_comes_later_is_waited_for(ends):
    line, theirs = ends
    async with anyio.create_task_group() as group:
        group.start_soon(later, theirs, b"a", b"bc")
        assert await line.some(9) == b"a"
        assert bytes(await line.filled(b"x", 3)) == b"xbc"
    line.close()


async def test_last_moment_ends_the_waiting_and_may_be_moved(ends):
    line, _ = ends
    for seconds in (60.0, 0.05, 60.0, 0.02):
        line.within(seconds)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        await line.some(1)
    assert time.monotonic() - began < 30
    line.close()


async def test_moment_that_was_moved_away_ends_nothing(ends):
    line, theirs = ends
    line.within(0.01)
    line.within(60)
    async with anyio.create_task_group() as group:
        group.start_soon(later, theirs, b"", b"", b"", b"a")
        assert await line.some(1) == b"a"
    line.close()


async def test_who_is_at_leisure_is_never_late(ends):
    line, theirs = ends
    line.within(0.01)
    line.at_leisure()
    async with anyio.create_task_group() as group:
        group.start_soon(later, theirs, b"", b"", b"", b"a")
        assert await line.some(1) == b"a"
    line.close()


async def test_end_of_the_other_side_is_told(ends):
    line, theirs = ends
    assert not line.has_ended()
    async with anyio.create_task_group() as group:
        group.start_soon(asyncio.to_thread, theirs.shutdown, socket.SHUT_RDWR)
        with pytest.raises(EOFError):
            await line.some(1)
    assert line.has_ended()
    line.close()


async def test_end_while_nobody_asks_costs_no_turns_of_the_loop(ends):
    line, theirs = ends
    theirs.send(b"a")
    async with anyio.create_task_group() as group:
        group.start_soon(later, theirs, b"b")
        assert await line.some(1) == b"a"
        assert await line.some(1) == b"b"
    theirs.close()
    began = time.process_time()
    await anyio.sleep(0.3)
    assert time.process_time() - began < 0.2
    with pytest.raises(EOFError):
        await line.some(1)
    line.close()


async def test_descriptors_travel_beside_the_first_byte_of_much(ends):
    line, theirs = ends
    theirs.setblocking(False)
    reader, writer = os.pipe()
    data = bytes(range(256)) * 8192
    got, found = bytearray(), list[int]()
    async with anyio.create_task_group() as group:
        group.start_soon(line.send, data, (writer,))
        while len(got) < len(data):
            await anyio.wait_readable(theirs)
            part, descriptors, _, _ = socket.recv_fds(theirs, 1 << 16, 2)
            assert not (descriptors and got)
            got += part
            found += descriptors
    assert bytes(got) == data
    os.write(found[0], b"x")
    assert os.read(reader, 1) == b"x"
    for each in (reader, writer, *found):
        os.close(each)
    line.close()


async def test_number_of_a_closed_line_serves_another(ends):
    """Else the event loop would take the new socket for the old one."""
    line, _ = ends
    line.within(0.01)
    with pytest.raises(TimeoutError):
        await line.some(1)
    number = line.channel.fileno()
    line.close()
    line.close()
    ours, theirs = socket.socketpair()
    assert number in {ours.fileno(), theirs.fileno()}
    with ours, theirs:
        for here, there in ((ours, theirs), (theirs, ours)):
            other = SocketLine(here)
            async with anyio.create_task_group() as group:
                group.start_soon(later, there, b"a")
                assert await other.some(1) == b"a"
            other._ignore()  # pyright: ignore[reportPrivateUsage]
