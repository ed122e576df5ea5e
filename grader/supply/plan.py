"""What a run would pull: counted from what registries say of the images, before anything is."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from anyio import CapacityLimiter, create_task_group, to_thread

from grader.benchmarks._rows import JsonRow
from grader.benchmarks._swebench.rows import csv_table, file_in, rows_of
from grader.core.record import Record
from grader.core.task import Image
from grader.errors import UsageError
from grader.image.budget import chains_of, layers_of
from grader.image.manifests import RemoteImage
from grader.image.manifests import layers_of as ask
from grader.image.names import FAMILIES, identity_of
from grader.image.recipe import is_made_here
from grader.image.resolve import present, references
from grader.sandboxes.docker.api import EngineApi, open_api

ASK_S = 15.0
PLATFORM = "linux/amd64"


class PlannedImage(NamedTuple):
    """One image, and what it takes."""

    name: str
    is_here: bool = False
    is_made: bool = False
    """Whether no registry has it: this machine makes it."""
    layers: Mapping[str, int] = {}
    """To be pulled: digest → bytes as they are packed; here: chain id → bytes as they lie."""
    said: str = ""
    """Why nothing is known."""


class ImagePlan(Record):
    """What all of them take together."""

    images: int
    here: int
    made_here: int
    to_pull: int
    unknown: int
    layers: int = 0
    """Different layers that are to be pulled."""
    apart_bytes: int = 0
    """What pulling each image alone would be, added up; packed."""
    pull_bytes: int = 0
    """What is pulled, as images share layers; packed."""
    largest_bytes: int = 0
    """The largest single layer."""
    here_bytes: int = 0
    """What those that are here take, shared layers once; unpacked."""
    here_apart_bytes: int = 0
    """The same if they shared nothing."""
    whys: tuple[str, ...] = ()
    """Why nothing is known of some, the first of each kind."""


def total(found: list[PlannedImage]) -> ImagePlan:
    """Add it up; a layer that several images have is pulled once."""
    here = [each for each in found if each.is_here]
    pulls = [each for each in found if each.layers and not each.is_here]
    unknown = [each for each in found if each.said]
    once = {layer: size for each in pulls for layer, size in each.layers.items()}
    lie = {layer: size for each in here for layer, size in each.layers.items()}
    return ImagePlan(
        images=len(found),
        here=len(here),
        made_here=sum(each.is_made and not each.is_here for each in found),
        to_pull=len(pulls),
        unknown=len(unknown),
        layers=len(once),
        apart_bytes=sum(sum(each.layers.values()) for each in pulls),
        pull_bytes=sum(once.values()),
        largest_bytes=max(once.values(), default=0),
        here_bytes=sum(lie.values()),
        here_apart_bytes=sum(sum(each.layers.values()) for each in here),
        whys=tuple({each.said: f"{each.name}: {each.said}" for each in reversed(unknown)}.values())[
            ::-1
        ],
    )


def images_in(name: str, data: Path | None) -> dict[str, Image]:
    """The images of a family's rows by the row's id; UsageError with the place of what is wrong."""
    if data is None:
        raise UsageError(f"{name} needs its rows: --data FILE (.parquet, .jsonl, .json, .csv)")
    found: dict[str, Image] = {}
    for row in rows_in(data, name):
        try:
            found[identity_of(row.value)] = FAMILIES[name](row.value)
        except UsageError as error:
            raise UsageError(f"{row.place}: {error}; is it a row of {name}?") from error
    if not found:
        raise UsageError(f"{data}: no rows in it")
    return found


def rows_in(data: Path, name: str) -> Iterator[JsonRow]:
    """The rows of a table, a file or a folder."""
    if data.suffix == ".csv":
        return csv_table(data)
    return rows_of(file_in(data, (name,), "test") if data.is_dir() else data, "test")


async def planned(
    images: Mapping[str, Image], host: str, *, workers: int, platform: str
) -> ImagePlan:
    """Ask the engine, then registries, for each different image; nothing is pulled.

    SandboxError where no engine answers.
    """
    wanted = list(dict.fromkeys(images.values()))
    found: dict[Image, PlannedImage] = {}
    limiter = CapacityLimiter(workers)

    async def look(image: Image, api: EngineApi) -> None:
        async with limiter:
            found[image] = await one(image, api, platform or PLATFORM)

    async with open_api(host, together=workers + 1) as api, create_task_group() as group:
        for image in wanted:
            group.start_soon(look, image, api)
    return total([found[image] for image in wanted])


async def one(image: Image, api: EngineApi, platform: str) -> PlannedImage:
    """One image: here, made here, to be pulled under the first name that gives it, or unknown."""
    names = references(image)
    for name in names:
        layers = await api.call("look for an image", partial(lying, reference=name))
        if layers is not None:
            return PlannedImage(name, is_here=True, layers=layers)
    if is_made_here(image.name):
        return PlannedImage(image.name, is_made=True)
    said = ""
    for name in names:
        answer: RemoteImage = await to_thread.run_sync(
            partial(ask, name, platform=platform, bound_s=ASK_S)
        )
        if answer.layers:
            return PlannedImage(name, layers=answer.layers)
        said = said or answer.said or "an image without layers"
    return PlannedImage(image.name, said=said)


def lying(client: Any, *, reference: str) -> dict[str, int] | None:
    """The layers of an image that the engine has; None where it has none of that name."""
    found = present(client, reference)
    if found is None:
        return None
    return layers_of(found, client.history(found["Id"])) or dict.fromkeys(chains_of(found), 0)
