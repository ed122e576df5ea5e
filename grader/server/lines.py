"""Lines of a body that streams: bounded each, however many come."""

from collections.abc import AsyncGenerator

from grader.errors import UsageError
from grader.server.options import RequestBounds
from grader.server.reading import Receive, piece
from grader.server.refusal import RefusedError

QUIET_S = 300.0
"""Seconds between two pieces: who streams may think in between."""


async def lines_of(receive: Receive, bounds: RequestBounds) -> AsyncGenerator[bytes]:
    """Lines that are not blank; RefusedError for one that is too long, or for silence."""
    rest = bytearray()
    has_more = True
    while has_more:
        data, has_more = await piece(receive, QUIET_S)
        *whole, last = data.split(b"\n")
        for end in whole:
            rest += end
            if rest.strip():
                yield bytes(rest)
            rest.clear()
        rest += last
        if len(rest) > bounds.line_bytes:
            raise RefusedError(413, f"a line is longer than {bounds.line_bytes >> 20} MiB")
    if rest.strip():
        yield bytes(rest)


def refuse_if_none(count: int) -> None:
    """UsageError where a batch had no line."""
    if not count:
        raise UsageError("the body has no line; send one JSON object per line")
