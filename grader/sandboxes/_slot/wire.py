"""Frames between engine and supervisor: both ends' code. Standard library only.

A frame is two big-endian 32-bit lengths, a JSON header and raw bytes. The header names lengths,
so that programs and outputs are never escaped. One request is in flight per slot; descriptors
travel beside a frame's first byte.
"""

import json
import socket
import struct
from typing import Any, cast

PREFIX = struct.Struct(">II")
MAX_HEADER = 4 << 20
MAX_BODY = 1 << 30
MAX_DESCRIPTORS = 2
CHUNK_BYTES = 64 << 10
STOP, DONE = "stop", "done"
"""The `op` of frames that may arrive while a step is running: end it now; and, in a standing
checker's interview, that it is over."""
HIRE, ATTEND = "hire", "attend"
"""Have a checker that stays, on the socket that comes along; look after its interview."""


class Frame:
    """A header (JSON object), raw bytes and received descriptors."""

    __slots__ = ("body", "descriptors", "header")

    def __init__(self, header: dict[str, Any], body: bytearray, descriptors: list[int]) -> None:
        """Hold the three parts."""
        self.header = header
        self.body = body
        self.descriptors = descriptors

    def scrub(self) -> None:
        """Forget the body: the next step's process is a copy of this one's memory."""
        self.body[:] = bytes(len(self.body))


def encode(header: dict[str, Any], *bodies: bytes | bytearray) -> bytes:
    """One frame as bytes."""
    text = json.dumps(header, separators=(",", ":")).encode()
    return b"".join((PREFIX.pack(len(text), sum(map(len, bodies))), text, *bodies))


def lengths(prefix: bytes) -> tuple[int, int]:
    """Header and body length; ValueError where they cannot be a peer's."""
    header, body = PREFIX.unpack(prefix)
    if header > MAX_HEADER or body > MAX_BODY:
        raise ValueError(f"frame of {header} + {body} bytes")
    return header, body


def receive(channel: socket.socket) -> Frame:
    """Read one frame, blocking; EOFError at the end of the channel."""
    prefix, descriptors, _flags, _address = socket.recv_fds(channel, PREFIX.size, MAX_DESCRIPTORS)
    if not prefix:
        raise EOFError
    if len(prefix) < PREFIX.size:
        prefix += bytes(_exactly(channel, PREFIX.size - len(prefix)))
    header, body = lengths(prefix)
    text = _exactly(channel, header)
    return Frame(parse(text), _exactly(channel, body), list(descriptors))


def _exactly(channel: socket.socket, size: int) -> bytearray:
    data = bytearray(size)
    fill(channel, memoryview(data))
    return data


def fill(channel: socket.socket, view: memoryview) -> None:
    """Receive until `view` is full, blocking; EOFError where the channel ends before."""
    while view:
        got = channel.recv_into(view)
        if not got:
            raise EOFError
        view = view[got:]


def parse(header: bytes | bytearray) -> dict[str, Any]:
    """A header; ValueError where it is not a JSON object."""
    value: Any = json.loads(header)
    if not isinstance(value, dict):
        raise ValueError("a frame's header is not an object")  # noqa: TRY004  one kind for callers
    return cast("dict[str, Any]", value)
