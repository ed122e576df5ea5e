"""One system under several names is one run."""

import importlib.util
import sys
from pathlib import Path
from random import Random

import pytest

from grader.stats.audit import NEGATIVE, audit_tasks
from grader.stats.doubles import doubles, names, once
from grader.stats.responses import ResponseMatrix

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "accused.py"
spec = importlib.util.spec_from_file_location("accused_script", SCRIPT)
accused = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = accused
spec.loader.exec_module(accused)


def copied(found, copies):
    """Every run so many times, one after the other."""
    rows = [run for run in range(len(found.subjects)) for _ in range(copies)]
    made = found.of(rows)
    return made._replace(subjects=tuple(map(str, range(len(rows)))))


def sound(runs, *, seed=0, samples=1):
    return accused.sound(Random(seed), runs=runs, samples=samples)


@pytest.mark.parametrize("samples", [1, 5])
def test_copies_are_found_and_named_after_the_first(samples):
    found = copied(sound(6, samples=samples), 3)
    twice = doubles(found)
    assert twice == {run: run - run % 3 for run in range(18) if run % 3}
    assert once(found, twice).subjects == ("0", "3", "6", "9", "12", "15")
    assert names(found, twice)["4"] == "3"


def test_different_runs_are_no_doubles():
    for seed in range(5):
        assert doubles(sound(20, seed=seed)) == {}


@pytest.mark.parametrize("row", [(0,) * 200, (1,) * 200, (1,) * 199 + (0,)])
def test_what_two_runs_agree_on_by_nature_makes_no_double(row):
    """They solve nothing, all, or all but the hardest task."""
    others = tuple(tuple(int(i < 150 + 7 * run) for i in range(200)) for run in range(6))
    rows = (row, row, *others)
    found = ResponseMatrix(tuple("abcdefgh"), tuple(map(str, range(200))), rows, ((1,) * 200,) * 8)
    assert doubles(found) == {}


@pytest.mark.parametrize("answer", [0, 1])
def test_runs_that_all_solve_nothing_or_all_are_no_doubles(answer):
    rows = ((answer,) * 200,) * 8
    found = ResponseMatrix(tuple("abcdefgh"), tuple(map(str, range(200))), rows, ((1,) * 200,) * 8)
    assert doubles(found) == {}


def test_few_tasks_say_nothing_of_who_ran_them():
    rows = ((1, 0, 1, 1, 0, 0),) * 2 + ((0, 1, 1, 0, 1, 0),) * 2
    found = ResponseMatrix(tuple("abcd"), tuple(map(str, range(6))), rows, ((1,) * 6,) * 4)
    assert doubles(found) == {}


def test_copies_of_sound_runs_accuse_no_task():
    """Ten runs four times each made 1 to 6 % of sound tasks suspect."""
    for seed in range(3):
        found = copied(sound(10, seed=seed), 4)
        rows = audit_tasks(once(found, doubles(found)))
        assert sum(NEGATIVE in row.flags for row in rows) <= 0.02 * len(rows)
