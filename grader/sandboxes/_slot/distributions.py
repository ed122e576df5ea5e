"""Installed distributions of this Python: what they need, and which of their parts to show."""

import csv
import re
from importlib import metadata
from pathlib import Path

NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
OPTIONAL = re.compile(r";.*\bextra\b")
ELSEWHERE = frozenset({"..", "__pycache__"})


def normal(name: str) -> str:
    """A distribution's name as all its spellings have it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def with_needs(names: tuple[str, ...]) -> tuple[metadata.Distribution, ...]:
    """The named distributions and all that they need and that is installed, by normal name.

    What only an extra needs is left out. Raises PackageNotFoundError for a name that is not here.
    """
    found = {normal(name): metadata.distribution(name) for name in names}
    waiting = list(found.values())
    while waiting:
        for wanted in waiting.pop().requires or ():
            match = NAME.match(wanted)
            if match is None or OPTIONAL.search(wanted) or normal(match[1]) in found:
                continue
            try:
                found[normal(match[1])] = metadata.distribution(match[1])
            except metadata.PackageNotFoundError:
                continue  # for another system or version of Python
            waiting.append(found[normal(match[1])])
    return tuple(found[name] for name in sorted(found))


def parts(distribution: metadata.Distribution) -> list[tuple[str, Path]]:
    """(place below the folder of packages, source) of all that the distribution consists of.

    A folder that several distributions share (a namespace) is shown as far as it is this one's.
    """
    files = [each for each in _files(distribution) if each[0] not in ELSEWHERE]
    packages = {parts[:-1] for parts in files if parts[-1].startswith("__init__.")}
    found: dict[str, Path] = {}
    for each in files:
        place = "/".join(_own(each, packages))
        if place not in found:
            source = Path(str(distribution.locate_file(place))).resolve()
            if source.exists():
                found[place] = source
    return sorted(found.items())


def _files(distribution: metadata.Distribution) -> list[tuple[str, ...]]:
    """Every file's path in parts; from its record where it has one, which takes a tenth."""
    record = distribution.read_text("RECORD")
    if record is None:
        return [file.parts for file in distribution.files or ()]
    paths = (row[0] for row in csv.reader(record.splitlines()) if row and row[0])
    return [tuple(part for part in path.split("/") if part not in {"", "."}) for path in paths]


def _own(parts: tuple[str, ...], packages: set[tuple[str, ...]]) -> tuple[str, ...]:
    """The outermost part of a file's path that is this distribution's alone.

    A package, a folder with a dot in its name (`pandas-3.1.dist-info`, `numpy.libs`), or the file.
    """
    for depth in range(1, len(parts)):
        if parts[:depth] in packages or "." in parts[depth - 1]:
            return parts[:depth]
    return parts


def module(name: str) -> str:
    """The module that programs import of a distribution; '' where that is not plain."""
    files = [file.parts for file in metadata.distribution(name).files or ()]
    packages = {
        parts[0]
        for parts in files
        if len(parts) == 2 and parts[1].startswith("__init__.") and parts[0][0] not in "._"  # noqa: PLR2004
    }
    alike = {each for each in packages if normal(each) == normal(name)}
    found = alike or packages
    return found.pop() if len(found) == 1 else ""
