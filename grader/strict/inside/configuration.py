# pyright: basic
"""Which configuration file and which plugins pytest would take by itself."""

import os
import re

try:
    from importlib.metadata import distributions
except ImportError:  # before Python 3.8
    distributions = None
    from pkg_resources import iter_entry_points

FILES = (
    ("pytest.ini", None),
    (".pytest.ini", None),
    ("pyproject.toml", re.compile(r"^\[tool\.pytest\.ini_options\]", re.MULTILINE)),
    ("tox.ini", re.compile(r"^\[pytest\]", re.MULTILINE)),
    ("setup.cfg", re.compile(r"^\[tool:pytest\]", re.MULTILINE)),
)


def found(root, argv, pyproject):
    """The configuration file that pytest's own rule finds, from the arguments' common folder up to
    `root`; '' for none (docs.pytest.org, "Initialization: determining rootdir and configfile")."""
    paths = [os.path.join(root, word.split("::")[0]) for word in argv if not word.startswith("-")]
    paths = [path for path in paths if os.path.exists(path)]
    folder = os.path.commonpath(paths) if paths else root
    if not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    while True:
        for name, section in FILES:
            path = os.path.join(folder, name)
            if name == "pyproject.toml" and not pyproject:
                continue
            if os.path.isfile(path) and (section is None or section.search(read(path))):
                return path
        if folder == root or len(folder) <= len(root):
            return ""
        folder = os.path.dirname(folder)


def read(path):
    """A text file."""
    with open(path, errors="replace") as file:
        return file.read()


def plugins():
    """Names of the plugins that distributions of this Python bring along."""
    if distributions is None:
        entries = iter_entry_points("pytest11")  # pyright: ignore[reportOptionalCall]
        return sorted({entry.name for entry in entries})
    names = set()
    for distribution in distributions():
        for entry in distribution.entry_points:
            if entry.group == "pytest11":
                names.add(entry.name)
    return sorted(names)
