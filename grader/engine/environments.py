"""Which environments a run's programs see."""

from collections.abc import Mapping

from grader.benchmarks._data import cache_directory
from grader.core.environment import EnvironmentFacts
from grader.core.task import Task
from grader.engine.options import EngineOptions
from grader.errors import UsageError
from grader.image.environment import built, own
from grader.sandboxes.base import has_images


def shown(options: EngineOptions, tasks: Mapping[str, Task]) -> tuple[EnvironmentFacts, ...]:
    """The caller's own, else those that tasks name; UsageError for one that is not here."""
    names = sorted({each.image.environment for each in tasks.values()} - {""})
    if not options.python and not names:
        return ()
    if has_images(options.sandbox):
        asked = "--python" if options.python else f"the environment '{names[0]}'"
        raise UsageError(
            f"{asked} is shown by the sandbox 'local' alone; in the sandbox '{options.sandbox}' the"
            " image decides"
        )
    if options.python:
        if options.packages:
            raise UsageError(
                "--python shows all that it has: leave --package out, or install there"
            )
        return (own(options.python).facts,)
    return tuple(built(name, cache_directory()).facts for name in names)
