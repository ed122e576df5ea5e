"""Find the packages that programs of this machine shall see: built ones, or a user's own."""

import hashlib
from functools import cache
from importlib import metadata
from pathlib import Path

from grader.core.environment import EnvironmentFacts
from grader.core.record import Record
from grader.environments import base
from grader.errors import UsageError

HEAVY = (
    *("numpy", "scipy.stats", "pandas", "matplotlib.pyplot", "sklearn.linear_model", "seaborn"),
    "sympy",
)
"""What is imported once where a user's own environment has it: half a second each and more."""
SITE, RECORD, LISTING = "site", "environment.json", "files.txt"


class ShownEnvironment(Record):
    """What a slot shows of an environment."""

    facts: EnvironmentFacts
    site: Path
    """Its folder of packages."""
    preload: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    """`{site}` stands for where the slot shows the packages."""


def folder_of(name: str, cache_folder: Path) -> Path:
    """Where the environment of that name stands, by its lock; UsageError for an unknown one."""
    return cache_folder / "environments" / f"{name}-{base.lock_digest(name)[:16]}"


def built(name: str, cache_folder: Path) -> ShownEnvironment:
    """An environment that was made here; UsageError with the next move where it was not."""
    folder = folder_of(name, cache_folder)
    if not (folder / RECORD).is_file():
        raise UsageError(
            f"the environment '{name}' is not on this machine: grader images build {name}"
            " (or pass --python VENV with what the tasks need)"
        )
    wanted = base.definition(name)
    return ShownEnvironment(
        facts=facts_of(name, folder / SITE),
        site=folder / SITE,
        preload=wanted.preload,
        variables=wanted.variables,
    )


def own(python: Path) -> ShownEnvironment:
    """A virtual environment of the user's; UsageError where it is none of this Python."""
    version = base.PYTHON
    root = python.parent.parent if python.is_file() else python
    site = root / "lib" / f"python{version}" / "site-packages"
    if not site.is_dir():
        others = ", ".join(sorted(each.name for each in root.glob("lib/python3.*")))
        said = f"it has {others}" if others else "it is no virtual environment"
        raise UsageError(
            f"--python {python}: {said}, and grader runs on Python {version}: make one with"
            f" python{version} -m venv, or install grader for the other Python"
        )
    return ShownEnvironment(
        facts=facts_of(str(root), site.resolve()),
        site=site.resolve(),
        preload=tuple(each for each in HEAVY if (site / each.partition(".")[0]).is_dir()),
        variables=(("MPLBACKEND", "Agg"),),
    )


@cache
def facts_of(name: str, site: Path) -> EnvironmentFacts:
    """What decides how programs behave in it: asked once in a process."""
    found: dict[str, str] = {}
    for each in metadata.distributions(path=[str(site)]):
        title = f"{each.metadata['Name']}=={each.version}"
        record = each.read_text("RECORD") or ""
        found[title] = hashlib.sha256(record.encode(errors="surrogateescape")).hexdigest()
    text = "".join(f"{title} {found[title]}\n" for title in sorted(found))
    return EnvironmentFacts(
        name=name,
        python=base.PYTHON,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        packages=tuple(sorted(found)),
    )
