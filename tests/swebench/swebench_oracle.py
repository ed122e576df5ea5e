"""The official harness as an oracle: loaded without its package's start-up, which wants docker,
datasets and modal. Tests that use it are skipped where swebench 5.0.2 is not installed."""

import importlib
import importlib.util
import sys
import types
from importlib.metadata import version

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
    pytest.importorskip("swebench", reason=f"swebench=={VERSION} is not installed")
    if version("swebench") != VERSION:
        pytest.skip(f"swebench is not {VERSION}")
    for package, names in STAND_INS.items():
        if package not in sys.modules and importlib.util.find_spec(package) is None:
            stand_in = types.ModuleType(package)
            for each in names:
                setattr(stand_in, each, lambda *_, **__: None)
            sys.modules[package] = stand_in
    bare("swebench.harness")
    bare("swebench.image_builder")
    return importlib.import_module(f"swebench.harness.{name}")


def bare(package: str) -> None:
    """A package without what its `__init__` runs."""
    if package in sys.modules:
        return
    spec = importlib.util.find_spec("swebench")
    made = types.ModuleType(package)
    made.__path__ = [f"{spec.submodule_search_locations[0]}/{package.rpartition('.')[2]}"]
    sys.modules[package] = made
