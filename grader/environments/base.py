"""What an environment is: pins that are locked, what to import once, and what must be there.

A member of `environments/` is a package with `ENVIRONMENT` and, beside it, a lock for each Python:
`lock-3.11.txt` is what pip installs for that one, with versions and hashes.
"""

import hashlib
import sys
from functools import cache
from importlib.resources import files

from grader import plugins
from grader.core.record import Record
from grader.errors import UsageError

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
"""This Python, which is that of all environments here."""


class DataFolder(Record):
    """A folder of data that lies in a distribution which is not wanted itself."""

    requirement: str
    """`name==version`, one wheel."""
    sha256: str
    source: str
    """Folder in the wheel."""
    target: str
    """Where it belongs, below the environment's folder of packages."""


class EnvironmentDefinition(Record):
    """One environment."""

    summary: str
    pins: tuple[str, ...]
    """What is asked of pip when the lock is made anew."""
    sources: tuple[str, ...] = ()
    """Distributions of which there is no wheel: plain Python, built without a compiler."""
    preload: tuple[str, ...] = ()
    """Modules to import once, before the first fork."""
    imports: tuple[str, ...] = ()
    """Modules that have to import where it is whole."""
    variables: tuple[tuple[str, str], ...] = ()
    """Of the programs' environment; `{site}` stands for the folder of packages."""
    data: tuple[DataFolder, ...] = ()


def definition(name: str) -> EnvironmentDefinition:
    """The definition of that name; UsageError with the nearest one."""
    found: EnvironmentDefinition = plugins.load("environments", name).ENVIRONMENT
    return found


def lock(name: str) -> str:
    """What pip installs for this Python; UsageError where nobody has made a lock for it."""
    module = plugins.load("environments", name).__name__
    path = files(module) / f"lock-{PYTHON}.txt"
    if not path.is_file():
        raise UsageError(
            f"the environment '{name}' is locked for other Pythons than {PYTHON}; make a virtual"
            f" environment of {PYTHON} with what it needs and pass --python"
        )
    return path.read_text(encoding="utf-8")


@cache
def lock_digest(name: str) -> str:
    """By what a built environment is found: hex SHA-256 of its lock, read once in a process."""
    return hashlib.sha256(lock(name).encode()).hexdigest()
