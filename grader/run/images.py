"""The images that tasks need and that this machine can make."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from grader.benchmarks._data import cache_directory
from grader.core.container import Containers
from grader.core.task import Task
from grader.graders.repo import Spec
from grader.image.budget import Held
from grader.image.dockerfile_build import Build, build
from grader.image.recipe_build import Tell, Wanted, connect, make
from grader.run.dataset import Dataset
from grader.run.grading import IMAGES_RECORD
from grader.sandboxes.docker.shelf import Shelf


class Made(NamedTuple):
    """What came of it."""

    made: int
    there: int
    """Images that were there already."""
    without: int
    """Tasks with neither recipe nor Dockerfile: their images are pulled when they run."""


Context = Callable[[str], Path]
"""From a task's id to the folder that its Dockerfile copies from."""


def wanted_by(tasks: Mapping[str, Task]) -> list[Wanted]:
    """The images of tasks that say how theirs is made: each once, those of one kind together."""
    found: dict[str, Wanted] = {}
    for task in tasks.values():
        if task.kind != "repo":
            continue
        spec = Spec.model_validate(task.spec)
        if spec.recipe is not None:
            wanted = Wanted(spec.recipe, spec.repo, spec.base_commit)
            found[wanted.image] = wanted
    return sorted(found.values(), key=lambda each: each.recipe.environment_image)


def builds_of(
    tasks: Mapping[str, Task], context: Context | None, options: Containers
) -> list[Build]:
    """The images of tasks that come with a Dockerfile."""
    if context is None:
        return []
    return [
        Build(task.image.name, task.spec["dockerfile"], context(task.id), options.platform)
        for task in tasks.values()
        if task.kind == "repo" and task.spec.get("dockerfile")
    ]


def context_of(data: Dataset) -> Context | None:
    """Where a benchmark's Dockerfiles are; None where it has none."""
    find = getattr(data.benchmark, "context", None)
    return partial(find, Path(data.reference.path)) if find else None


def make_all(
    tasks: Mapping[str, Task],
    repositories: Path,
    options: Containers,
    tell: Tell,
    *,
    context: Context | None = None,
) -> Made:
    """Make every image that is missing; blocks. ImageError where one cannot be made."""
    wanted, builds = wanted_by(tasks), builds_of(tasks, context, options)
    count = len(wanted) + len(builds)
    if not count:
        return Made(0, 0, len(tasks))
    client = connect(options)
    try:
        made = sum(noted(client, each, make(client, each, repositories, tell)) for each in wanted)
        made += sum(noted(client, each, build(client, each, options.host, tell)) for each in builds)
    finally:
        client.close()
    return Made(made, count - made, max(len(tasks) - count, 0))


def held(options: Containers) -> list[Held]:
    """The images that grader pulled or made and that are still there; blocks.

    ImageError where no engine answers.
    """
    client = connect(options)
    try:
        return Shelf(cache_directory() / IMAGES_RECORD).held(client)
    finally:
        client.close()


def noted(client: Any, wanted: Wanted | Build, made: bool) -> bool:  # noqa: FBT001
    """What was made is on record as grader's own; hands on whether it was."""
    if made:
        Shelf(cache_directory() / IMAGES_RECORD).brought(client, wanted.image)
    return made
