"""The images that tasks need: which they are, and how this machine makes those that it can make."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from grader.benchmarks._data import cache_directory
from grader.core.container import ContainerOptions
from grader.core.task import Image, Task
from grader.engine.grading import IMAGES_RECORD
from grader.engine.loaded import LoadedDataset
from grader.errors import ImageError, UsageError
from grader.graders.repo import Spec
from grader.image.budget import HeldImage
from grader.image.dockerfile_build import ImageBuild, build
from grader.image.recipe_build import Tell, TreeImage, connect, make
from grader.image.resolve import candidates, references
from grader.sandboxes.docker.shelf import ImageShelf, PruneOutcome, is_among
from grader.supply import image_proof as proof


class MakeTotals(NamedTuple):
    """What came of it."""

    made: int
    there: int
    """Images that were there already."""
    without: int
    """Tasks with neither recipe nor Dockerfile: their images are pulled when they run."""


Context = Callable[[str], Path]
"""From a task's id to the folder that its Dockerfile copies from."""


def with_images(tasks: Mapping[str, Task]) -> list[Task]:
    """Tasks with an image of their own; UsageError where there is none."""
    found = [task for task in tasks.values() if task.image.name != Image().name]
    if not found:
        raise UsageError("none of these tasks has an image of its own; they run on this machine")
    return found


def count_of(tasks: Mapping[str, Task]) -> int:
    """How many images the tasks have; UsageError where there is none."""
    return len(dict.fromkeys(task.image for task in with_images(tasks)))


def recipe_of(task: Task) -> TreeImage | None:
    """What the task's image is made from, where that is a recipe; another image does not help."""
    if task.kind != "repo":
        return None
    spec = Spec.model_validate(task.spec)
    return spec.recipe and TreeImage(spec.recipe, spec.repo, spec.base_commit)


def build_of(task: Task, context: Context | None, options: ContainerOptions) -> ImageBuild | None:
    """What the task's image is built from, where it comes with a Dockerfile."""
    if context is None or not task.spec.get("dockerfile"):
        return None
    return ImageBuild(task.image.name, task.spec["dockerfile"], context(task.id), options.platform)


def wanted_by(tasks: Mapping[str, Task]) -> list[TreeImage]:
    """The images of tasks that say how theirs is made: each once, those of one kind together."""
    found = {wanted.image: wanted for task in tasks.values() if (wanted := recipe_of(task))}
    return sorted(found.values(), key=lambda each: each.recipe.environment_image)


def builds_of(
    tasks: Mapping[str, Task], context: Context | None, options: ContainerOptions
) -> list[ImageBuild]:
    """The images of tasks that come with a Dockerfile."""
    found = (build_of(task, context, options) for task in tasks.values())
    return [each for each in found if each is not None]


def context_of(data: LoadedDataset) -> Context | None:
    """Where a benchmark's Dockerfiles are; None where it has none."""
    find = getattr(data.benchmark, "context", None)
    return partial(find, Path(data.reference.path)) if find else None


def names_of(tasks: Mapping[str, Task], context: Context | None) -> frozenset[str]:
    """All references under which images of these tasks may be on record, and what they rest on."""
    options = ContainerOptions()
    names = {name for task in tasks.values() for name in references(task.image)}
    names |= {name for task in tasks.values() for name in candidates(task.image)}
    names |= {
        name
        for wanted in wanted_by(tasks)
        for name in (wanted.image, wanted.recipe.environment_image)
    }
    return frozenset(names.union(*(each.bases for each in builds_of(tasks, context, options))))


def make_all(
    tasks: Mapping[str, Task],
    repositories: Path,
    options: ContainerOptions,
    tell: Tell,
    *,
    context: Context | None = None,
) -> MakeTotals:
    """Make every image that is missing, and prove it; blocks.

    One that cannot be made stops no other: `tell` says why, and ImageError tells of all at the end.
    """
    wanted, builds = wanted_by(tasks), builds_of(tasks, context, options)
    count = len(wanted) + len(builds)
    if not count:
        return MakeTotals(0, 0, len(tasks))
    client, notes = connect(options), shelf()

    def of_recipe(each: TreeImage) -> bool:
        prove = partial(proof.prove, tasks=tasks_of(each, tasks), options=options)
        return make(client, each, repositories, tell, notes=notes, prove=prove)

    def of_dockerfile(each: ImageBuild) -> bool:
        mine = [it for it in tasks.values() if it.image.name == each.image and it.kind == "repo"]
        prove = partial(proof.prove, tasks=mine, options=options)
        return build(client, each, options.host, tell, notes=notes, prove=prove)

    jobs = [
        *(partial(of_recipe, each) for each in wanted),
        *(partial(of_dockerfile, each) for each in builds),
    ]
    try:
        made = [tolerantly(job, tell) for job in jobs]
    finally:
        client.close()
    if failed := [each for each in made if isinstance(each, str)]:
        raise ImageError(f"{len(failed)} of {count} images could not be made; {failed[0]}")
    return MakeTotals(made.count(True), made.count(False), max(len(tasks) - count, 0))


def tolerantly(job: Callable[[], bool], tell: Tell) -> bool | str:
    """Whether an image was made, or why it could not be; told at once."""
    try:
        return job()
    except ImageError as error:
        tell(str(error))
        return str(error)


def tasks_of(wanted: TreeImage, tasks: Mapping[str, Task]) -> list[Task]:
    """The tasks whose recipe makes this image."""
    return [
        task
        for task in tasks.values()
        if (own := recipe_of(task)) is not None and own.image == wanted.image
    ]


def shelf(*, budget_bytes: int = 0) -> ImageShelf:
    """The record of the images that grader pulled or made."""
    return ImageShelf(cache_directory() / IMAGES_RECORD, budget_bytes=budget_bytes)


def held(options: ContainerOptions, names: frozenset[str] | None = None) -> list[HeldImage]:
    """The images that grader pulled or made and that are still there; blocks.

    `names`: only these. ImageError where no engine answers.
    """
    client = connect(options)
    try:
        found = shelf().held(client)
    finally:
        client.close()
    return [each for each in found if is_among(names, each.reference)]


def prune(
    options: ContainerOptions,
    names: frozenset[str] | None,
    *,
    budget_bytes: int = 0,
    dry: bool = False,
) -> PruneOutcome:
    """Remove images that grader pulled or made, the longest unused first; blocks.

    `names`: only these; `budget_bytes`: until the rest fits, 0 for all; `dry`: only tell.
    ImageError where no engine answers.
    """
    client = connect(options)
    try:
        return shelf(budget_bytes=budget_bytes).prune(client, names, dry=dry)
    finally:
        client.close()
