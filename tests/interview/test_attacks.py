"""Attacks on function verdicts and honest solutions, in the real sandbox."""

import json
import os
import pwd
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from attacks import ATTACKS, HONEST
from subtle_attacks import SUBTLE, SUBTLE_HONEST

HERE = Path(__file__).parent
USERS = ("root", "nobody") if os.getuid() == 0 else ("ordinary",)
PARTS = [(fresh, user) for fresh in ("slot", "task") for user in USERS]
IN_CONTAINERS = pytest.param(("slot", USERS[0], "docker"), marks=pytest.mark.docker)
ENVIRONMENT = {
    "PATH": os.defpath,
    "PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), *filter(None, sys.path)]),
}
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def identity(user: str) -> dict[str, Any]:
    """What makes a process an ordinary user's."""
    if user != "nobody":
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def python_for(user: str) -> str:
    """A Python that this user can start: this one or the system's own of the same version."""
    system = shutil.which(f"python3.{sys.version_info.minor}", path=os.defpath)
    for python in filter(None, (sys.executable, system)):
        command = [python, "-c", "import anyio, grader"]
        with suppress(OSError, subprocess.CalledProcessError):
            subprocess.run(
                command, check=True, capture_output=True, env=ENVIRONMENT, **identity(user)
            )
            return python
    pytest.skip("no Python here that an ordinary user can start")


def lines_of(user: str, script: str, *words: str) -> list[dict[str, Any]]:
    """What a script of this folder prints when that user runs it."""
    ended = subprocess.run(
        [python_for(user), "-B", str(HERE / script), *words],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=ENVIRONMENT,
        **identity(user),
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    return [json.loads(line) for line in ended.stdout.splitlines()]


@pytest.fixture(scope="module", params=[*PARTS, IN_CONTAINERS], ids=lambda part: "-".join(part))
def told(request: pytest.FixtureRequest) -> dict[tuple[str, str], dict[str, Any]]:
    """Results by kind and name."""
    fresh, user, *member = request.param
    if member:
        request.getfixturevalue("slot_image")
    rows = lines_of(user, "attack_runner.py", fresh, *member)
    return {(row["kind"], row["name"]): row for row in rows}


Told = dict[tuple[str, str], dict[str, Any]]


@pytest.mark.parametrize("name", sorted(ATTACKS | SUBTLE))
def test_attack_does_not_pass(told: Told, name: str) -> None:
    result = told["attack", name]
    assert result["verdict"] in {"failed", "error", "timeout", "memory", "output"}, result


@pytest.mark.parametrize("name", sorted(ATTACKS | SUBTLE))
def test_attack_leaves_nothing_behind(told: Told, name: str) -> None:
    wrong, right = told["wrong", name], told["right", name]
    assert (wrong["verdict"], right["verdict"]) == ("failed", "passed"), (wrong, right)


@pytest.mark.parametrize("name", sorted(HONEST | SUBTLE_HONEST))
def test_honest_solution_passes(told: Told, name: str) -> None:
    result = told["honest", name]
    assert (result["verdict"], result["reason"], result["trust"]) == ("passed", "", "separated")


def test_there_are_enough_of_both() -> None:
    assert len(ATTACKS | SUBTLE) == len(ATTACKS) + len(SUBTLE) >= 140
    assert len(HONEST | SUBTLE_HONEST) == len(HONEST) + len(SUBTLE_HONEST) >= 60
