"""Attacks on a real task of each runner, where its image has been made: none takes a verdict."""

import difflib
import os
import subprocess
import zlib
from datetime import UTC, datetime
from functools import cache

import pytest

from grader.core.result import Trust, Verdict
from grader.core.task import Task
from grader.engine import dataset
from grader.graders import repo
from tests import machine
from tests.strict.conftest import grader_of, learned
from tests.strict.runner_attacks import ATTACKS, GUESSES

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(900)]
ROWS = machine.SHARED / "data" / "swebench" / "runnable_dev.jsonl"
FILES = {
    "pytest-dev__pytest-8365": "src/_pytest/tmpdir.py",
    "django__django-14752": "django/contrib/admin/views/autocomplete.py",
    "sympy__sympy-24066": "sympy/physics/units/unitsystem.py",
}
TIMES = int(os.environ.get("GRADER_ATTACK_TIMES", "0"))
"""How often each is tried; 0: a share of them once, another one every day."""
SHARE = 8


def shared() -> list[tuple[str, str]]:
    today = datetime.now(UTC).toordinal()
    both = [(task, name) for task in FILES for name in ATTACKS]
    return [b for b in both if TIMES or (zlib.crc32("".join(b).encode()) + today) % SHARE == 0]


@pytest.fixture(scope="module")
def tasks(engine):
    """Name → its surveyed task; skips where its image was never made."""
    if not ROWS.is_file():
        pytest.skip("the rows are not there")
    plain = dataset.load("swebench", ROWS).tasks

    @cache
    def task(name: str) -> Task:
        found = plain[name]
        seen = ["docker", "image", "inspect", found.image.name]
        if subprocess.run(seen, check=False, capture_output=True).returncode:
            pytest.skip(f"no image of {name} (grader images build)")
        return learned(found)

    return task


def patch(task: Task, path: str, code: str) -> str:
    """A git diff that adds code to the end of a file of the task's image."""
    there = f"{repo.Spec.model_validate(task.spec).directory}/{path}"
    words = ["docker", "run", "--rm", "--network=none", task.image.name, "cat", there]
    old = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    both = (old.splitlines(keepends=True), f"{old}\n\n{code}".splitlines(keepends=True))
    return f"diff --git a/{path} b/{path}\n" + "".join(
        difflib.unified_diff(*both, f"a/{path}", f"b/{path}")
    )


@pytest.mark.parametrize(("name", "attack"), shared())
def test_attack_takes_no_verdict_on_a_real_task(name, attack, tasks):
    task = tasks(name)
    grade = grader_of(task)
    for _ in range(TIMES or 1):
        found = grade(patch(task, FILES[name], ATTACKS[attack]), only="strict")
        assert found.verdict is not Verdict.UNGRADED, found
        is_taken = found.verdict is Verdict.PASSED and found.trust is Trust.KEYED
        assert not is_taken, found
        assert attack == GUESSES or found.verdict is not Verdict.PASSED, found
