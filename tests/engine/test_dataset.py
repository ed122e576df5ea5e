"""Choosing tasks and overriding their limits."""

import gzip
import hashlib

import pytest

from grader.core.limits import MAX_S, Limits
from grader.core.task import Task
from grader.engine.dataset import load, overridden, select, sha256_of, with_limits
from grader.errors import UsageError

TASKS = {
    name: Task(id=name, benchmark="b", kind="function", spec={})
    for name in ("HumanEval/0", "HumanEval/1", "HumanEval/10")
}


def test_select_without_globs_takes_all_in_order():
    assert list(select(TASKS, (), limit=None)) == list(TASKS)


@pytest.mark.parametrize(
    ("globs", "limit", "chosen"),
    [
        (("HumanEval/1",), None, ["HumanEval/1"]),
        (("HumanEval/1*",), None, ["HumanEval/1", "HumanEval/10"]),
        (("*/10", "*/0"), None, ["HumanEval/0", "HumanEval/10"]),
        ((), 2, ["HumanEval/0", "HumanEval/1"]),
        (("*1*",), 1, ["HumanEval/1"]),
    ],
)
def test_select_by_globs_and_limit(globs, limit, chosen):
    assert list(select(TASKS, globs, limit=limit)) == chosen


def test_select_suggests_the_nearest_task():
    with pytest.raises(UsageError, match="did you mean 'HumanEval/10'"):
        select(TASKS, ("HumanEva/10",), limit=None)


def test_overridden_wall_clock_keeps_its_ratio_to_cpu():
    limits = overridden(Limits(cpu_s=2, wall_s=10), timeout_s=4, memory_mb=None)
    assert (limits.cpu_s, limits.wall_s, limits.memory_mb) == (4, 20, Limits().memory_mb)


def test_overridden_wall_clock_stays_within_what_can_be_set():
    limits = overridden(Limits(cpu_s=2, wall_s=10), timeout_s=MAX_S, memory_mb=None)
    assert (limits.cpu_s, limits.wall_s) == (MAX_S, MAX_S)


@pytest.mark.parametrize(
    ("name", "value"), [("pids", 2), ("timeout_s", 1e10), ("memory_mb", 1 << 40), ("pids", 1 << 30)]
)
def test_limits_that_no_sandbox_can_set_are_refused_by_name(name, value):
    wanted = {"timeout_s": None, "memory_mb": None, name: value}
    with pytest.raises(UsageError, match=r"limits\.(pids|cpu_s|memory_mb)="):
        with_limits(TASKS, **wanted)


def test_with_limits_overrides_memory_alone():
    task = with_limits(TASKS, timeout_s=None, memory_mb=77)["HumanEval/0"]
    assert (task.limits.memory_mb, task.limits.cpu_s) == (77, Limits().cpu_s)


def test_sha256_of_a_file_is_that_of_its_bytes(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"text"))
    assert sha256_of(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_sha256_of_a_folder_changes_with_a_name_or_a_content(tmp_path):
    (tmp_path / "a").write_text("1")
    first = sha256_of(tmp_path)
    (tmp_path / "a").write_text("2")
    second = sha256_of(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert len({first, second, sha256_of(tmp_path)}) == 3


def test_sha256_of_what_is_not_there_names_it(tmp_path):
    with pytest.raises(UsageError, match="cannot read"):
        sha256_of(tmp_path / "none")


def test_load_digests_a_folders_tasks_and_not_what_lies_beside_them(bench):
    before = load("folder", bench).reference
    (bench / "add-0" / "__pycache__").mkdir()
    (bench / "add-0" / "__pycache__" / "x.pyc").touch()
    assert load("folder", bench).reference == before
    assert before.tasks == 3


def test_rule_reaches_repositories_and_nothing_else():
    made = {
        kind: Task(id=kind, benchmark="b", kind=kind, spec={"a": 1})
        for kind in ("repo", "function")
    }
    found = with_limits(made, timeout_s=None, memory_mb=None, rule="v4")
    assert found["repo"].spec == {"a": 1, "rule": "v4"}
    assert found["function"] == made["function"]
