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
from typing import Any

from pydantic import ValidationError

from grader.core.record import Record
from grader.errors import SandboxError
from grader.image.budget import Held, evictions, layers_of, room_bytes, total_bytes
from grader.image.resolve import present
from grader.sandboxes.docker import labels


class Shelves(Record):
    """The record's file: engine's id → images."""

    schema_version: int = 1
    engines: dict[str, tuple[Held, ...]] = {}


class Shelf:
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
        held = Held(
            reference=reference,
            id=found["Id"],
            layers=layers_of(found, client.history(found["Id"])),
            used_at=time.time(),
            claimed_by=labels.identity(),
        )
        with self._opened(client) as images:
            images[reference] = held

    def used(self, client: Any, reference: str) -> None:
        """Note that an image that is on record is needed now."""
        with self._opened(client) as images:
            if reference in images:
                update = {"used_at": time.time(), "claimed_by": labels.identity()}
                images[reference] = images[reference].model_copy(update=update)

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
                if is_removed(client, held.reference):
                    del images[held.reference]
                    removed.append(held.reference)
        return removed

    def has_room(self, client: Any) -> bool:
        """Whether one more image, as large as the largest so far, is within the budget."""
        if not self.budget_bytes:
            return True
        with self._opened(client) as images:
            return room_bytes(list(images.values()), self.budget_bytes) >= 0

    def held(self, client: Any) -> list[Held]:
        """The images on record that are there as they were brought, the longest unused first."""
        with self._opened(client) as images:
            there = [each for each in images.values() if is_there(client, each)]
        return sorted(there, key=lambda each: each.used_at)

    def total_bytes(self, client: Any) -> int:
        """What the images on record take together."""
        with self._opened(client) as images:
            return total_bytes(images.values())

    @contextmanager
    def _opened(self, client: Any) -> Generator[dict[str, Held]]:
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


def read(data: bytes) -> Shelves:
    """The record; an empty one where it is damaged: what is not on record is never removed."""
    try:
        return Shelves.model_validate(json.loads(data or b"{}"))
    except (ValueError, ValidationError, RecursionError):
        return Shelves()


def is_there(client: Any, held: Held) -> bool:
    """Whether the name still stands for the image that was brought."""
    found = present(client, held.reference)
    return found is not None and found["Id"] == held.id


def is_claimed(held: Held) -> bool:
    """Whether another engine process uses it that may live."""
    by = held.claimed_by
    return bool(by) and by != labels.identity() and not labels.is_dead(by)


def is_removed(client: Any, reference: str) -> bool:
    """Take an image's name away, and the image where it has no other; False where it is in use."""
    from docker.errors import APIError, NotFound  # noqa: PLC0415  heavy

    try:
        client.remove_image(reference)
    except NotFound:
        return True
    except APIError:
        return False
    return True
