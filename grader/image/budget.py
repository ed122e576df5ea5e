"""Which of grader's own images have to go so that the others fit on the disk. Pure."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from grader.core.record import Record

EMPTY = "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
"""The layer without a file: it has a place in an image, and no size."""


class HeldImage(Record):
    """An image that grader pulled or made, and that was there when last looked at."""

    reference: str
    id: str
    layers: dict[str, int] = {}
    """Chain id of each layer → bytes. Images that begin alike share what is alike."""
    used_at: float = 0.0
    """Seconds since the epoch."""
    claimed_by: str = ""
    """The engine process that used it last; while that lives, it alone may remove the image."""
    claimed_too: tuple[str, ...] = ()
    """Other processes of the same machine that used it and lived when it was claimed last."""


def total_bytes(held: Iterable[HeldImage]) -> int:
    """What images take together: shared layers once."""
    layers: dict[str, int] = {}
    for each in held:
        layers.update(each.layers)
    return sum(layers.values())


def evictions(
    held: Sequence[HeldImage], *, budget_bytes: int, spare: Callable[[HeldImage], bool]
) -> list[HeldImage]:
    """The images to remove, those that were used longest ago first, until the rest fits.

    `spare`: whether one must stay. One that others on record are made from goes after them: alone
    it would free nothing. What cannot be reached by removing images is left as it is.
    """
    left = dict(enumerate(held))
    upon = {
        below: {above for above, other in left.items() if is_below(each, other)}
        for below, each in left.items()
    }
    waiting = [number for number, each in left.items() if not spare(each)]
    waiting.sort(key=lambda number: left[number].used_at)
    found: list[HeldImage] = []
    while total_bytes(left.values()) > budget_bytes:
        first = next((number for number in waiting if upon[number].isdisjoint(left)), None)
        if first is None:
            break
        waiting.remove(first)
        found.append(left.pop(first))
    return found


def is_below(held: HeldImage, other: HeldImage) -> bool:
    """Whether another image has all layers of this one, and more."""
    return held.layers.keys() < other.layers.keys()


def room_bytes(held: Sequence[HeldImage], budget_bytes: int) -> int:
    """What is left of the budget for one more image, as large as the largest so far; may be < 0."""
    largest = max((total_bytes([each]) for each in held), default=0)
    return budget_bytes - total_bytes(held) - largest


def layers_of(inspected: Mapping[str, Any], history: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Chain id → bytes, from what an engine says of an image and of its history (newest first).

    Where layers and sizes cannot be matched the image counts as one layer of its own.
    """
    listed = listed_in(inspected)
    sizes = [int(entry.get("Size") or 0) for entry in reversed(history)]
    sizes = [size for size in sizes if size]
    if len(sizes) != sum(layer != EMPTY for layer in listed):
        return {str(inspected.get("Id", "")): int(inspected.get("Size") or 0)}
    left = iter(sizes)
    chains = zip(chains_of(inspected), listed, strict=True)
    return {chain: 0 if layer == EMPTY else next(left) for chain, layer in chains}


def listed_in(inspected: Mapping[str, Any]) -> list[str]:
    """The digests of an image's layers, the lowest first."""
    root = cast("dict[str, Any]", inspected.get("RootFS") or {})
    return cast("list[str]", root.get("Layers") or [])


def chains_of(inspected: Mapping[str, Any]) -> list[str]:
    """The chain ids of an image's layers, the lowest first.

    A chain id is the digest of a layer and all below it (OCI image specification, "Layer ChainID").
    """
    found: list[str] = []
    for layer in listed_in(inspected):
        text = f"{found[-1]} {layer}" if found else layer
        found.append(f"sha256:{hashlib.sha256(text.encode()).hexdigest()}" if found else layer)
    return found
