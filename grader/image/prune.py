"""Which images of grader's own go when somebody asks for room, and what that frees. Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from grader.image.budget import HeldImage, evictions, total_bytes

EVERYTHING = -1
"""A budget that nothing fits into, not even what takes no room."""
FROM_IT = "other images are made from it"


class KnownImage(NamedTuple):
    """An image as its engine has it."""

    id: str
    parent: str
    """The id of the image that it was made from on this machine; empty where it was pulled."""
    names: frozenset[str]
    """Tags and digests."""
    layers: frozenset[str]
    """Chain ids."""


class StayingImage(NamedTuple):
    """An image that does not go."""

    held: HeldImage
    why: str


class PrunePlan(NamedTuple):
    """What goes, in this order, and what was asked for and does not go."""

    go: list[HeldImage]
    stay: list[StayingImage]


def plan(
    chosen: Sequence[HeldImage],
    rest: Sequence[HeldImage],
    known: Collection[KnownImage],
    *,
    budget_bytes: int,
    refusal: Callable[[HeldImage], str],
) -> PrunePlan:
    """Of `chosen` what goes, the longest unused first, until all on record fit the budget.

    `refusal`: why one must stay; empty where nothing is known against it.
    """
    stay = {each.reference: why for each in chosen if (why := refusal(each))}
    spared = {each.reference for each in rest}
    while True:
        fixed = spared | stay.keys()
        go = evictions(
            [*chosen, *rest],
            budget_bytes=budget_bytes,
            spare=lambda held, fixed=fixed: held.reference in fixed,
        )
        needed = under(left_of(known, {each.reference for each in go}), known)
        blocked = {each.reference: FROM_IT for each in go if each.id in needed}
        if not blocked:
            break
        stay |= blocked
    going = {each.reference for each in go}
    kept = [each for each in (*chosen, *rest) if each.reference not in going]
    if total_bytes(kept) > budget_bytes:  # what does not fit has a reason to stay
        decided = going | stay.keys()
        stay |= {each.reference: FROM_IT for each in chosen if each.reference not in decided}
    return PrunePlan(
        go, [StayingImage(each, why) for each in chosen if (why := stay.get(each.reference))]
    )


def left_of(known: Collection[KnownImage], removed: Collection[str]) -> set[str]:
    """The ids of the images that stay when these names are gone."""
    made_from = {each.parent for each in known}
    stays = {
        each.id
        for each in known
        if names_left(each.names, removed) or not (each.names or each.id in made_from)
    }
    return stays | under(stays, known)


def under(ids: Iterable[str], known: Iterable[KnownImage]) -> set[str]:
    """The ids of all images that these were made from."""
    parents: Mapping[str, str] = {each.id: each.parent for each in known}
    found: set[str] = set()
    for each in ids:
        parent = parents.get(each, "")
        while parent and parent not in found:
            found.add(parent)
            parent = parents.get(parent, "")
    return found


def names_left(names: Collection[str], removed: Collection[str]) -> set[str]:
    """An image's names when these are gone: with the last tag of a repository its digests go."""
    removed = {familiar(each) for each in removed}
    left = {each for each in names if each not in removed}
    tagged = {repository_of(each) for each in left if "@" not in each}
    gone = {repository_of(each) for each in names if each in removed and "@" not in each}
    return {each for each in left if "@" not in each or repository_of(each) not in gone - tagged}


def familiar(reference: str) -> str:
    """A reference as engines list it."""
    short = reference.removeprefix("docker.io/").removeprefix("library/")
    return short if "@" in short or repository_of(short) != short else f"{short}:latest"


def repository_of(name: str) -> str:
    """`host:5000/owner/name` of an image's tag or digest."""
    if "@" in name:
        return name.partition("@")[0]
    head, colon, tag = name.rpartition(":")
    return head if colon and "/" not in tag else name


def freed_bytes(
    gone: Iterable[HeldImage], known: Iterable[KnownImage], left: Collection[str]
) -> int:
    """What images that are gone held alone; `left`: the ids of those that are still there."""
    kept = {layer for each in known if each.id in left for layer in each.layers}
    layers: dict[str, int] = {}
    for each in gone:
        layers.update(each.layers)
    return sum(size for layer, size in layers.items() if layer not in kept)
