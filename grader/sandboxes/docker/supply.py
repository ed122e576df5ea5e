"""Have an image ready: found or pulled, noted on the record, and room made for it."""

from typing import Any, NamedTuple

from grader.core.container import ContainerOptions
from grader.core.task import Image
from grader.image.resolve import Hear, ResolvedImage, here, pinned, resolve
from grader.sandboxes.docker.shelf import ImageShelf


class AvailableImage(NamedTuple):
    """An image that can be used now."""

    image: ResolvedImage
    was_there: bool
    """Whether the engine had it before."""
    removed: list[str]
    """References of those that had to go."""


def had(
    client: Any,
    image: Image,
    *,
    options: ContainerOptions,
    shelf: ImageShelf | None,
    needed: frozenset[str] | None = None,
    hear: Hear = lambda _: None,
) -> AvailableImage:
    """The image, pulled where it has to be; what was pulled is noted, what is in its way goes.

    `needed`: references of images that jobs wait for; None: nobody knows, and nothing may go.
    Blocks. NotHad where none of its names gives it.
    """
    found = here(client, image)
    if found is not None and shelf is not None:
        # Before it is looked for again: from now on nobody else removes it.
        shelf.used(client, pinned(found.reference, image.digest))
        found = here(client, image)
    removed = shrunk(client, shelf, needed) if found is None else []
    resolved = found or resolve(
        client, image, pull=options.pull == "missing", platform=options.platform, hear=hear
    )
    if found is None and shelf is not None:
        shelf.brought(client, pinned(resolved.reference, image.digest))
        removed += shrunk(client, shelf, needed)
    return AvailableImage(resolved, found is not None, removed)


def shrunk(client: Any, shelf: ImageShelf | None, needed: frozenset[str] | None) -> list[str]:
    """Remove images that grader brought and nobody waits for, as the disk budget wants it."""
    if shelf is None or needed is None:
        return []
    return shelf.shrink(client, needed.__contains__)
