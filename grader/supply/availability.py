"""How it stands with the images of tasks: asked without pulling, or pulled."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from anyio import CapacityLimiter, create_task_group

from grader.core.container import ContainerOptions
from grader.core.supply import ImageStanding, ImageSupply, SupplyFault, SupplyTrouble, TriedName
from grader.core.task import Image, Task
from grader.errors import ProviderError, SandboxError
from grader.image import dockerfile_build, recipe_build
from grader.image.dockerfile_build import ImageBuild, label_of
from grader.image.resolve import (
    Hear,
    NotHad,
    RegistryAnswer,
    ResolvedImage,
    asked,
    candidates,
    here,
    present,
    references,
)
from grader.image.trouble import registry_of, trouble_of
from grader.sandboxes.docker.api import EngineApi, open_api
from grader.sandboxes.docker.supply import had
from grader.supply.images import Context, build_of, recipe_of, shelf, with_images

ASK_TRIES, ASK_S = 3, 15.0
"""How often a registry is asked about one name, and how long its answer is waited for: those of
public ones take one or two seconds."""
PULL_S = 3600.0
GIVEN_UP_AFTER = 3
"""Images in a row that a registry failed to give, before it is not asked for more of them."""
STALE = "made from something else than its Dockerfile; 'grader images build' replaces it"
NO_PULL = "not on this machine (--no-pull)"

Tell = Callable[[ImageSupply], None]
"""Called as soon as it is known how it stands with an image, for one of its tasks."""
Downloading = Callable[[str, dict[str, Any]], None]
"""Called with an image's name and an event of its pull; from several threads."""


class SupplyOptions(NamedTuple):
    """What is looked for, and how."""

    containers: ContainerOptions
    workers: int
    """Images at one time."""
    repositories: Path = Path("repos")
    """Where recipes find repositories."""
    context: Context | None = None
    """Where Dockerfiles are."""


class RegistryHealth:
    """Which registries have failed so often in a row that asking them again is in vain."""

    def __init__(self) -> None:
        """No registry has failed yet."""
        self._failed: Counter[str] = Counter()
        self._said: dict[str, str] = {}

    def refusal(self, reference: str) -> str:
        """Why this name is not asked for; empty where it is."""
        registry = registry_of(reference)
        if self._failed[registry] < GIVEN_UP_AFTER:
            return ""
        return f"not asked, as {registry} failed for the images before: {self._said[registry]}"

    def gave(self, reference: str) -> None:
        """A registry has given what it was asked for, or said clearly that it has no such thing."""
        self._failed[registry_of(reference)] = 0

    def failed(self, reference: str, said: str) -> None:
        """A registry did not answer, or not as registries do."""
        registry = registry_of(reference)
        self._failed[registry] += 1
        self._said[registry] = said

    def heard(self, tried: TriedName) -> None:
        """One name did not give an image."""
        if trouble_of([tried]).is_known:
            self.gave(tried.reference)
        else:
            self.failed(tried.reference, tried.said)


async def check(tasks: Mapping[str, Task], wish: SupplyOptions, tell: Tell) -> list[ImageSupply]:
    """Ask for each image whether it is there or can be had; in the tasks' order. Nothing is pulled.

    UsageError where no task has an image of its own, SandboxError where no engine answers.
    """
    registries = RegistryHealth()

    async def one(task: Task, api: EngineApi) -> ImageSupply:
        return await checked(task, api, wish, registries)

    return await each_image(tasks, wish, one, tell)


async def pull(
    tasks: Mapping[str, Task],
    wish: SupplyOptions,
    tell: Tell,
    *,
    downloading: Downloading = lambda _name, _event: None,
) -> list[ImageSupply]:
    """Pull every image that is missing and is not made here, and note it; in the tasks' order.

    Raises as `check` does.
    """
    registries = RegistryHealth()

    async def one(task: Task, api: EngineApi) -> ImageSupply:
        return await pulled(task, api, wish, registries, hear=partial(downloading, task.image.name))

    return await each_image(tasks, wish, one, tell)


async def each_image(
    tasks: Mapping[str, Task],
    wish: SupplyOptions,
    one: Callable[[Task, EngineApi], Awaitable[ImageSupply]],
    tell: Tell,
) -> list[ImageSupply]:
    """`one` for the first task of each image, `wish.workers` at a time; one stops no other."""
    wanted = with_images(tasks)
    found: dict[Image, ImageSupply] = {}
    limiter = CapacityLimiter(wish.workers)

    async def look(task: Task, api: EngineApi) -> None:
        async with limiter:
            found[task.image] = await tolerant(task, api, one)
            tell(found[task.image])

    firsts: dict[Image, Task] = {}
    for task in wanted:
        firsts.setdefault(task.image, task)
    async with (
        open_api(wish.containers.host, together=wish.workers + 1) as api,
        create_task_group() as group,
    ):
        for task in firsts.values():
            group.start_soon(look, task, api)
    return [found[task.image].model_copy(update={"task_id": task.id}) for task in wanted]


async def tolerant(
    task: Task, api: EngineApi, one: Callable[[Task, EngineApi], Awaitable[ImageSupply]]
) -> ImageSupply:
    """`one`, where trouble with one image is no other's; ProviderError where the engine is gone."""
    try:
        return await one(task, api)
    except ProviderError:
        raise
    except SandboxError as error:
        await api.answers()
        return not_had(task, [TriedName(reference=task.image.name, said=str(error))], None)


async def checked(
    task: Task, api: EngineApi, wish: SupplyOptions, registries: RegistryHealth
) -> ImageSupply:
    """How it stands with one task's image."""
    found = await api.call(f"look for image '{task.image.name}'", partial(here, image=task.image))
    build = build_of(task, wish.context, wish.containers)
    if found is not None:
        stale = build is not None and await api.call(
            f"look at image '{task.image.name}'", partial(is_stale, build=build)
        )
        return there(task, found, ImageStanding.HERE, note=STALE if stale else "")
    wanted = recipe_of(task)
    if wanted is not None and wanted.image in candidates(task.image):
        why = await api.call(
            "look for a base image",
            partial(recipe_build.obstacle, wanted=wanted, repositories=wish.repositories),
        )
        return to_build(task, wanted.image, why)
    tried: list[TriedName] = []
    for reference in references(task.image):
        answer = await asked_for(reference, api, wish, registries)
        tried.append(TriedName(reference=reference, said=answer.said))
        if answer.digest:
            return ImageSupply(
                task_id=task.id,
                image=task.image.name,
                standing=ImageStanding.PULL,
                reference=reference,
                digest=answer.digest,
                tried=tuple(tried),
            )
    return not_had(task, tried, build)


async def asked_for(
    reference: str, api: EngineApi, wish: SupplyOptions, registries: RegistryHealth
) -> RegistryAnswer:
    """What a registry says about one name, in time; an engine that is gone ends everything."""
    if wish.containers.pull == "never":
        return RegistryAnswer("", NO_PULL)
    if refusal := registries.refusal(reference):
        return RegistryAnswer("", refusal)
    answer = await api.call(
        f"ask for image '{reference}'",
        partial(asked, reference=reference, tries=ASK_TRIES, bound_s=ASK_S),
        bound_s=2 * ASK_TRIES * ASK_S,  # a backstop; the pauses are shorter than the answers
    )
    if answer.digest:
        registries.gave(reference)
    else:
        registries.heard(TriedName(reference=reference, said=answer.said))
    return answer


async def pulled(
    task: Task, api: EngineApi, wish: SupplyOptions, registries: RegistryHealth, *, hear: Hear
) -> ImageSupply:
    """One task's image, there or pulled now, or why not."""
    wanted, image = recipe_of(task), task.image
    own = wanted is not None and wanted.image in candidates(image)
    refused = [registries.refusal(name) for name in candidates(image)]
    dead = all(refused)
    options = (
        wish.containers.model_copy(update={"pull": "never"}) if own or dead else wish.containers
    )
    try:
        found = await api.call(
            f"pull image '{image.name}'",
            partial(had, image=image, options=options, shelf=shelf(), hear=hear),
            bound_s=PULL_S,
        )
    except NotHad as error:
        tried = list(error.tried)
    else:
        if not found.was_there:
            registries.gave(found.image.reference)
        standing = ImageStanding.HERE if found.was_there else ImageStanding.PULLED
        return there(task, found.image, standing)
    if own:
        return to_build(task, image.name, "")
    if dead:
        pairs = zip(candidates(image), refused, strict=True)
        tried = [TriedName(reference=name, said=said) for name, said in pairs]
    else:
        for each in tried:
            registries.heard(each)
    return not_had(task, tried, build_of(task, wish.context, wish.containers))


def is_stale(client: Any, build: ImageBuild) -> bool:
    """Whether an image that is there was made from something else than the Dockerfile."""
    found = present(client, build.image)
    return found is not None and label_of(found) != build.content


def there(
    task: Task, found: ResolvedImage, standing: ImageStanding, *, note: str = ""
) -> ImageSupply:
    """An image that the engine has."""
    return ImageSupply(
        task_id=task.id,
        image=task.image.name,
        standing=standing,
        reference=found.reference,
        digest=found.digest,
        tried=(TriedName(reference=found.reference),),
        note=note,
    )


def to_build(
    task: Task, name: str, obstacle: str, tried: tuple[TriedName, ...] = ()
) -> ImageSupply:
    """An image that this machine can make, but for an obstacle."""
    trouble = SupplyTrouble(
        fault=SupplyFault.MACHINE, advice="after that, make it: grader images build", is_known=True
    )
    return ImageSupply(
        task_id=task.id,
        image=task.image.name,
        standing=ImageStanding.MISSING if obstacle else ImageStanding.BUILD,
        reference="" if obstacle else name,
        tried=(*tried, TriedName(reference=name, said=obstacle)),
        trouble=trouble if obstacle else None,
    )


def not_had(task: Task, tried: list[TriedName], build: ImageBuild | None) -> ImageSupply:
    """An image that no registry gives: to be built, or not to be had."""
    if build is not None:
        return to_build(task, build.image, dockerfile_build.obstacle(build), tuple(tried))
    trouble = trouble_of(tried)
    return ImageSupply(
        task_id=task.id,
        image=task.image.name,
        standing=ImageStanding.MISSING if trouble.is_known else ImageStanding.UNKNOWN,
        tried=tuple(tried),
        trouble=trouble,
    )
