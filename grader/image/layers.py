"""Look for texts in everything that an image is made of, also in what its later layers hide.

An engine hands an image out as one stream of tar files; it is searched as bytes and never unpacked,
so that nothing in it is parsed here.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

LOOKED_FOR = 12
"""Texts that are looked for, the longest: each takes a pass over all bytes (1 to 3 GB/s)."""
PACKED = re.compile(
    rb'"application/vnd\.(?:oci\.image\.layer|docker\.image\.rootfs)[a-z0-9.]{0,30}\.tar[.+](?:gzip|zstd)"'
    rb',\s{0,20}"digest":\s?"sha256:'
)
"""A manifest's word for a layer whose bytes are not the files' own (OCI image specification,
"Content Descriptors"). The bare media type is found in programs, too."""
PACKED_BYTES_MAX = 160


class LayerSearch(NamedTuple):
    """What a search has shown."""

    looked_for: tuple[str, ...]
    found: frozenset[str]
    packed: bool
    """Whether layers were compressed, so that not finding a text says nothing."""


def texts_of(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines that are looked for."""
    return tuple(sorted(lines, key=len, reverse=True)[:LOOKED_FOR])


def search(chunks: Iterable[bytes], texts: Sequence[str]) -> LayerSearch:
    """Which of `texts` are in a stream, wherever its chunks begin."""
    wanted = {text.encode(errors="surrogateescape"): text for text in texts}
    missing, found, packed = set(wanted), set[str](), False
    overlap = max((len(data) for data in wanted), default=0) + PACKED_BYTES_MAX
    tail = b""
    for chunk in chunks:
        data = tail + chunk
        for text in [each for each in missing if each in data]:
            missing.discard(text)
            found.add(wanted[text])
        packed = packed or PACKED.search(data) is not None
        tail = data[-overlap:]
    return LayerSearch(tuple(texts), frozenset(found), packed)


def stream(client: Any, image_id: str) -> Iterator[bytes]:
    """All bytes of an image."""
    yield from client.get_image(image_id, chunk_size=1 << 22)
