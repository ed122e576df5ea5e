"""The images that grader itself brought to an engine, on record, within a disk budget.

Only what is on this record is ever removed, only under the name that it was brought under, and
never by force: an image that a container or another name still uses stays.
"""

import fcntl
import json
import os
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from grader.core.record import Record
from grader.errors import SandboxError
from grader.image.budget import HeldImage, chains_of, evictions, layers_of, room_bytes, total_bytes
from grader.image.prune import EVERYTHING, KnownImage, StayingImage, freed_bytes, left_of, plan
from grader.image.resolve import present
from grader.sandboxes import _owner

IN_USE, CLAIMED = "a container uses it", "a run that may be alive uses it"


class PruneOutcome(NamedTuple):
    """What came of it, or would."""

    gone: list[HeldImage]
    stay: list[StayingImage]
    freed_bytes: int


class ShelfFile(Record):
    """The record's file: engine's id → images."""

    schema_version: int = 1
    engines: dict[str, tuple[HeldImage, ...]] = {}


class ImageShelf:
    """One engine's images on record. Every call blocks: it belongs into a thread."""

    def __init__(self, path: Path, *, budget_bytes: int = 0) -> None:
        """`path`: the record, made where it is missing; `budget_bytes`: 0 for no bound."""
        self._path = path
        self.budget_bytes = budget_bytes
        self._engine = ""

    def brought(self, client: Any, reference: str) -> None:
        """Note an image that grader has just pulled or made."""
        found = present(client, reference)
        if found is None:
            return
        held = HeldImage(
            reference=reference,
            id=found["Id"],
            layers=layers_of(found, client.history(found["Id"])),
        )
        with self._opened(client) as images:
            images[reference] = claimed(held, earlier=images.get(reference))

    def used(self, client: Any, reference: str) -> None:
        """Note that an image that is on record is needed now."""
        with self._opened(client) as images:
            if reference in images:
                images[reference] = claimed(images[reference], earlier=images[reference])

    def shrink(self, client: Any, needed: Callable[[str], bool]) -> list[str]:
        """Remove what the budget has no room for and nobody needs; return the references."""
        if not self.budget_bytes:
            return []
        removed: list[str] = []
        with self._opened(client) as images:
            for reference in [*images]:
                if not is_there(client, images[reference]):
                    del images[reference]  # somebody else removed it, or gave its name away
            wanted = evictions(
                list(images.values()),
                budget_bytes=self.budget_bytes,
                spare=lambda held: needed(held.reference) or is_claimed(held),
            )
            for held in wanted:
                if not refusal(client, held.reference):
                    del images[held.reference]
                    removed.append(held.reference)
        return removed

    def prune(
        self, client: Any, names: frozenset[str] | None, *, dry: bool = False
    ) -> PruneOutcome:
        """Remove images, the longest unused first, until the rest fits the budget.

        `names`: only these; None: all on record. Without a budget all of them go. What a container
        or a run uses stays. `dry`: only tell what would go.
        """
        held, known = self.held(client), known_to(client)
        in_use = {str(each.get("ImageID") or "") for each in client.containers(all=True)}
        planned = plan(
            [each for each in held if is_among(names, each.reference)],
            [each for each in held if not is_among(names, each.reference)],
            known,
            budget_bytes=self.budget_bytes or EVERYTHING,
            refusal=lambda each: CLAIMED if is_claimed(each) else IN_USE * (each.id in in_use),
        )
        if dry:
            left = left_of(known, {each.reference for each in planned.go})
            return PruneOutcome(planned.go, planned.stay, freed_bytes(planned.go, known, left))
        refusals = [(each, self._taken_off(client, each)) for each in planned.go]
        gone = [each for each, why in refusals if not why]
        stay = [*planned.stay, *(StayingImage(each, why) for each, why in refusals if why)]
        left = {str(each["Id"]) for each in client.images(all=True)}
        return PruneOutcome(gone, stay, freed_bytes(gone, known, left))

    def _taken_off(self, client: Any, held: HeldImage) -> str:
        """Remove one image as it was planned; why it stays, where it does.

        The record is held for one image only: a run that notes another waits no longer than that.
        """
        with self._opened(client) as images:
            now = images.get(held.reference)
            if now is not None and is_claimed(now):
                return CLAIMED
            if now is None or now.id != held.id or not is_there(client, now):
                return "it was removed or replaced meanwhile"
            why = refusal(client, held.reference)
            if not why:
                del images[held.reference]
            return why

    def has_room(self, client: Any) -> bool:
        """Whether one more image, as large as the largest so far, is within the budget."""
        if not self.budget_bytes:
            return True
        with self._opened(client) as images:
            return room_bytes(list(images.values()), self.budget_bytes) >= 0

    def held(self, client: Any) -> list[HeldImage]:
        """The images on record that are there as they were brought, the longest unused first."""
        with self._opened(client) as images:
            there = [each for each in images.values() if is_there(client, each)]
        return sorted(there, key=lambda each: each.used_at)

    def total_bytes(self, client: Any) -> int:
        """What the images on record take together."""
        with self._opened(client) as images:
            return total_bytes(images.values())

    @contextmanager
    def _opened(self, client: Any) -> Generator[dict[str, HeldImage]]:
        """The engine's images by reference, under a lock; what is changed is written back."""
        self._engine = self._engine or str(client.info().get("ID") or client.base_url)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            if not self.budget_bytes:
                yield {}  # nothing depends on the record until somebody sets a budget
                return
            raise SandboxError(
                f"cannot note images in {self._path}: {error.strerror}; set GRADER_CACHE to a"
                " folder that can be written"
            ) from error
        with os.fdopen(file, "r+b") as opened:
            # The race: two runs note an image each, and one of both notes would be lost.
            fcntl.flock(opened, fcntl.LOCK_EX)
            data = opened.read()
            shelves = read(data)
            images = {held.reference: held for held in shelves.engines.get(self._engine, ())}
            yield images
            engines = {**shelves.engines, self._engine: tuple(images.values())}
            fresh = shelves.model_copy(update={"engines": engines}).model_dump_json().encode()
            if fresh != data:
                opened.seek(0)
                opened.write(fresh)
                opened.truncate()


def read(data: bytes) -> ShelfFile:
    """The record; an empty one where it is damaged: what is not on record is never removed."""
    try:
        return ShelfFile.model_validate(json.loads(data or b"{}"))
    except (ValueError, ValidationError, RecursionError):
        return ShelfFile()


def is_among(names: frozenset[str] | None, reference: str) -> bool:
    """Whether an image is meant; None: all are."""
    return names is None or reference in names


def is_there(client: Any, held: HeldImage) -> bool:
    """Whether the name still stands for the image that was brought."""
    found = present(client, held.reference)
    return found is not None and found["Id"] == held.id


def claimed(held: HeldImage, *, earlier: HeldImage | None) -> HeldImage:
    """The image as this process uses it now, beside those of this machine that still live."""
    own = _owner.identity()
    others = (earlier.claimed_by, *earlier.claimed_too) if earlier else ()
    living = tuple(by for by in others if by != own and _owner.is_alive(by))
    update = {"used_at": time.time(), "claimed_by": own, "claimed_too": living}
    return held.model_copy(update=update)


def is_claimed(held: HeldImage) -> bool:
    """Whether another engine process uses it that may live."""
    own = _owner.identity()
    claims = (held.claimed_by, *held.claimed_too)
    return any(by and by != own and not _owner.is_dead(by) for by in claims)


def refusal(client: Any, reference: str) -> str:
    """Take an image's name away, and the image where it has no other; why not, if it is in use."""
    from docker.errors import APIError, NotFound  # noqa: PLC0415  heavy

    try:
        client.remove_image(reference)
    except NotFound:
        return ""
    except APIError as error:
        said = str(error.explanation or error)
        return IN_USE if "container" in said else said
    return ""


def known_to(client: Any) -> list[KnownImage]:
    """All images of an engine, those without a name as well."""
    found: list[KnownImage] = []
    for each in client.images(all=True):
        inspected = present(client, each["Id"])
        if inspected is not None:
            names = [*(inspected.get("RepoTags") or ()), *(inspected.get("RepoDigests") or ())]
            found.append(
                KnownImage(
                    id=inspected["Id"],
                    parent=inspected.get("Parent") or "",
                    names=frozenset(names),
                    layers=frozenset([*chains_of(inspected), inspected["Id"]]),
                )
            )
    return found
