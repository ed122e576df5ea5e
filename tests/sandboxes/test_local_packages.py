"""Chosen packages of this machine in real slots, as root and as a user, with and without walls."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from modes import MODES, command
from test_local_programs import lines

SHOWN = "pydantic,pydantic_core,annotated-types,typing_extensions,typing-inspection"


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_named_packages_are_there_and_others_are_not(mode):
    modules = "pydantic,annotated_types,anyio"
    found = lines(command(mode, "packages_runner.py", SHOWN, modules), mode)
    said = {each["name"]: each["exception"] for each in found}
    assert said == {"pydantic": "", "annotated_types": "", "anyio": "ModuleNotFoundError"}
