"""Which tasks an action is about, and the engine that it asks; shared by the actions."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from grader.core.container import ContainerOptions
    from grader.core.task import Task
    from grader.supply.images import Context


class ImageSelection(NamedTuple):
    """Tasks, and where their Dockerfiles are."""

    tasks: "dict[str, Task]"
    context: "Context | None"


def selection(arguments: Namespace, benchmark: str) -> ImageSelection:
    """Load a benchmark and choose among its tasks, as the arguments say."""
    from grader.engine import dataset  # noqa: PLC0415  heavy
    from grader.supply.images import context_of  # noqa: PLC0415

    data = dataset.load(benchmark, arguments.data)
    tasks = dataset.select(data.tasks, tuple(arguments.task), limit=arguments.limit)
    return ImageSelection(tasks, context_of(data))


def names(arguments: Namespace, benchmark: str) -> frozenset[str] | None:
    """The references that belong to the chosen tasks; None, for all, without a benchmark."""
    from grader.supply.images import names_of  # noqa: PLC0415  heavy

    return names_of(*selection(arguments, benchmark)) if benchmark else None


def repositories_of(arguments: Namespace) -> Path:
    """The folder in which recipes find repositories."""
    return arguments.repos or Path("repos")


def containers_of(arguments: Namespace) -> "ContainerOptions":
    """The engine, and how images are had."""
    from grader.core.container import ContainerOptions  # noqa: PLC0415  heavy

    pull = "never" if arguments.no_pull else "missing"
    return ContainerOptions(host=arguments.engine, platform=arguments.platform, pull=pull)
