"""Which languages tasks are in, and what of them is not on this machine."""

from collections.abc import Iterable, Mapping
from functools import cache

from grader.core.task import Task
from grader.engine.toolchains import here
from grader.errors import UsageError
from grader.languages import base
from grader.languages.base import Language
from grader.sandboxes.base import has_images

LANGUAGE = "language"
"""Entry of the spec of tasks that are not Python's."""


def languages_of(tasks: Iterable[Task]) -> tuple[Language, ...]:
    """The languages that tasks name and that are known here, in the order of their names."""
    names = {str(each.spec[LANGUAGE]) for each in tasks if each.spec.get(LANGUAGE)}
    found = {each.name: each for each in map(base.named, names) if each is not None}
    return tuple(found[name] for name in sorted(found))


def refuse_missing(sandbox: str, tasks: Mapping[str, Task]) -> None:
    """UsageError where the toolchain of no task's language is on this machine.

    Where some are, the samples of others stay ungraded and say what to install. A sandbox of
    containers brings its own.
    """
    if has_images(sandbox):
        return
    if not all(task.spec.get(LANGUAGE) for task in tasks.values()):
        return
    languages = languages_of(tasks.values())
    lacking = [each for each in languages if here.missing(each.toolchain)]
    if languages and len(lacking) == len(languages):
        raise UsageError(f"not on this machine: {here.install_words(lacking)}")


def versions_of(tasks: Iterable[Task], *, sandbox: str = "local") -> tuple[str, ...]:
    """`js: v20.20.2` of each language of the tasks that is here, for the manifest.

    A container's image says it by its digest.
    """
    return () if has_images(sandbox) else versions(languages_of(tasks))


@cache
def versions_here() -> tuple[str, ...]:
    """The same of every language; asks each toolchain once, which takes seconds."""
    return versions(tuple(each for name in base.names() if (each := base.named(name))))


def versions(languages: Iterable[Language]) -> tuple[str, ...]:
    """The same of these languages."""
    return tuple(
        f"{each.name}: {here.version_of(each.toolchain)}"
        for each in languages
        if not here.missing(each.toolchain)
    )
