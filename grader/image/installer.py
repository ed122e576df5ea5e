"""Which installers an environment gets, by its Python and the era of its setuptools. Pure.

What they bring is a part of the environment: an installer that is whatever was newest that day made
images of one name that differ. pip 25.3 is the first that installs no editable project of a
setuptools without PEP 660 any more (its changelog); pip 22.1 the first that hands settings on.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

UV = "0.13.9"
"""It makes the environment and installs the pins; nothing of it stays in the image."""
PEP_660 = (64,)
"""The first setuptools that makes an editable installation by itself (its changelog)."""
Version = tuple[int, ...]


class InstallerVersions(NamedTuple):
    """Versions for a Python and all after it, up to the next of the table."""

    python: Version
    pip: str
    setuptools: str
    wheel: str


TABLE = (
    InstallerVersions((3, 14), pip="25.2", setuptools="80.9.0", wheel="0.45.1"),
    InstallerVersions((3, 12), pip="24.3.1", setuptools="75.8.0", wheel="0.45.1"),
    InstallerVersions((3, 8), pip="24.0", setuptools="68.0.0", wheel="0.44.0"),
    InstallerVersions((3, 7), pip="24.0", setuptools="68.0.0", wheel="0.42.0"),
    InstallerVersions((0,), pip="21.3.1", setuptools="59.6.0", wheel="0.37.1"),
)
"""The last releases that still support each Python and install projects of both eras."""
NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


def tools_for(python: Version) -> InstallerVersions:
    """What fits a Python."""
    return next(each for each in TABLE if python >= each.python)


def missing(packages: Iterable[str], python: Version) -> tuple[str, ...]:
    """Pins for the installers that `packages` (requirements) do not name themselves."""
    named = {found[1].lower() for each in packages if (found := NAME.match(each))}
    found = tools_for(python)
    wanted = {"pip": found.pip, "setuptools": found.setuptools, "wheel": found.wheel}
    return tuple(f"{name}=={version}" for name, version in wanted.items() if name not in named)


def version(text: str) -> Version:
    """The numbers that a version begins with; UsageError is not raised: () for none."""
    found = re.match(r"\s*(\d+(?:\.\d+)*)", text)
    return tuple(map(int, found[1].split("."))) if found else ()


def is_modern(setuptools: Version) -> bool:
    """Whether this setuptools makes editable installations by itself; others run `setup.py`."""
    return setuptools >= PEP_660
