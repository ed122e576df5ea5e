"""The official harness as an oracle: loaded without its package's start-up, which wants docker,
datasets and modal. Tests that use it are skipped where swebench 5.0.2 is not installed."""

import importlib
import importlib.util
import sys
import types
from importlib.metadata import PackageNotFoundError, version

import pytest

VERSION = "5.0.2"
STAND_INS = {
    "unidiff": ("PatchSet",),
    "datasets": ("Dataset", "load_dataset", "load_from_disk"),
    "dotenv": ("load_dotenv",),
}
"""What it imports and these tests never reach, where it is not installed."""


def module(name: str) -> types.ModuleType:
    """`swebench.harness.<name>`; skips the caller's test where there is none."""
    if installed() != VERSION:
        pytest.skip(f"swebench=={VERSION} is not installed; scripts/install brings it")
    for package, names in STAND_INS.items():
        if package not in sys.modules and importlib.util.find_spec(package) is None:
            stand_in = types.ModuleType(package)
            for each in names:
                setattr(stand_in, each, lambda *_, **__: None)
            sys.modules[package] = stand_in
    bare("swebench.harness")
    bare("swebench.image_builder")
    return importlib.import_module(f"swebench.harness.{name}")


def installed() -> str:
    """The version that is here. The name alone may be imported without it: as this folder's."""
    try:
        return version("swebench")
    except PackageNotFoundError:
        return ""


def bare(package: str) -> None:
    """A package without what its `__init__` runs."""
    if package in sys.modules:
        return
    spec = importlib.util.find_spec("swebench")
    made = types.ModuleType(package)
    made.__path__ = [f"{spec.submodule_search_locations[0]}/{package.rpartition('.')[2]}"]
    sys.modules[package] = made
