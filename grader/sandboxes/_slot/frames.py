"""The engine's reading of frames, which are small as a rule and come in one piece."""

from typing import Any

from grader.sandboxes._line import SocketLine
from grader.sandboxes._slot import wire


async def rest(line: SocketLine, data: bytes) -> tuple[dict[str, Any], bytes | memoryview]:
    """Header and body of the frame that begins with `data`; ValueError where it is none."""
    while len(data) < wire.PREFIX.size:
        data += await line.some(wire.PREFIX.size - len(data))
    header, body = wire.lengths(data[: wire.PREFIX.size])
    end = wire.PREFIX.size + header
    missing = end + body - len(data)
    if missing < 0:
        raise ValueError("more than one frame")
    if not missing:
        return wire.parse(data[wire.PREFIX.size : end]), data[end:]
    whole = await line.filled(data, end + body)  # may be large: it is copied once
    return wire.parse(bytes(whole[wire.PREFIX.size : end])), whole[end:]
