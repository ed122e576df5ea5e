"""Find the members of a plug-in family: the file name is the registry.

A family is a package below `grader` with a `base.py`; every other public module or package in it
is a member, named after its file. Members from other distributions register an entry point in the
group `grader.<family>`; one that repeats a built-in name is an error.
"""

import importlib
import pkgutil
from difflib import get_close_matches
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType

from grader.errors import UsageError

SINGULAR = {"sandboxes": "sandbox"}


@cache
def names(family: str) -> tuple[str, ...]:
    """All member names of `family`, sorted; underscores in file names read as dashes."""
    return tuple(sorted({*_builtin(family), *_outside(family)}))


@cache
def load(family: str, name: str) -> ModuleType:
    """Import the member `name`; UsageError with the nearest name when there is none."""
    key = name.replace("_", "-")
    if key in _builtin(family):
        return importlib.import_module(f"grader.{family}.{key.replace('-', '_')}")
    outside = _outside(family)
    if key in outside:
        return outside[key].load()
    close = get_close_matches(key, names(family), n=1)
    hint = f"did you mean '{close[0]}'?" if close else f"there are: {', '.join(names(family))}"
    raise UsageError(f"no {SINGULAR.get(family, family[:-1])} '{name}'; {hint}")


@cache
def _builtin(family: str) -> frozenset[str]:
    package = importlib.import_module(f"grader.{family}")
    return frozenset(
        module.name.replace("_", "-")
        for module in pkgutil.iter_modules(package.__path__)
        if module.name != "base" and not module.name.startswith("_")
    )


@cache
def _outside(family: str) -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=f"grader.{family}"):
        name = entry.name.replace("_", "-")
        if name in found or name in _builtin(family):
            raise UsageError(f"two {family} are called '{name}'; uninstall one of them")
        found[name] = entry
    return found
