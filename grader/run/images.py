"""The images that tasks need and that this machine can make."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from grader.benchmarks._data import cache_directory
from grader.core.container import Containers
from grader.core.task import Task
from grader.graders.repo import Spec
from grader.image.recipe_build import Tell, Wanted, connect, make
from grader.run.grading import IMAGES_RECORD
from grader.sandboxes.docker.shelf import Shelf


class Made(NamedTuple):
    """What came of it."""

    made: int
    there: int
    """Images that were there already."""
    without: int
    """Tasks that name no recipe: their images are pulled when they run."""


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


def make_all(
    tasks: Mapping[str, Task], repositories: Path, options: Containers, tell: Tell
) -> Made:
    """Make every image that is missing; blocks. ImageError where one cannot be made."""
    wanted = wanted_by(tasks)
    if not wanted:
        return Made(0, 0, len(tasks))
    client = connect(options)
    try:
        made = sum(made_and_noted(client, each, repositories, tell) for each in wanted)
    finally:
        client.close()
    return Made(made, len(wanted) - made, len(tasks) - len(wanted))


def made_and_noted(client: Any, wanted: Wanted, repositories: Path, tell: Tell) -> bool:
    """Make an image if it is missing; what was made is on record as grader's own."""
    made = make(client, wanted, repositories, tell)
    if made:
        Shelf(cache_directory() / IMAGES_RECORD).brought(client, wanted.image)
    return made
