"""The official harness as an oracle: loaded without its package's start-up, which wants docker,
datasets and modal. Tests that use it are skipped where swebench 5.0.2 is not installed."""

import importlib
import importlib.util
import sys
import types
from importlib.metadata import version

import pytest

VERSION = "5.0.2"


def module(name: str) -> types.ModuleType:
    """`swebench.harness.<name>`; skips the caller's test where there is none."""
    pytest.importorskip("swebench", reason=f"swebench=={VERSION} is not installed")
    if version("swebench") != VERSION:
        pytest.skip(f"swebench is not {VERSION}")
    if "swebench.harness" not in sys.modules:
        spec = importlib.util.find_spec("swebench")
        harness = types.ModuleType("swebench.harness")
        harness.__path__ = [f"{spec.submodule_search_locations[0]}/harness"]
        sys.modules["swebench.harness"] = harness
    if importlib.util.find_spec("unidiff") is None:
        unidiff = types.ModuleType("unidiff")
        unidiff.PatchSet = list
        sys.modules["unidiff"] = unidiff
    return importlib.import_module(f"swebench.harness.{name}")
