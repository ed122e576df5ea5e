"""What the reporters write down of runs that do not go as usual, in real processes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import grader.strict.inside

FOLDER = Path(grader.strict.inside.__file__).parent
SYMPY = """
class PyTestReporter:
    def entering_filename(self, filename, count): pass
    def entering_test(self, function): pass
    def import_error(self, filename, info): pass
    def test_pass(self): pass
    def test_fail(self, info): pass
    def test_exception(self, info): pass
    def test_skip(self, why): pass
    def test_xfail(self): pass
    def test_xpass(self, why): pass
"""
SCRIPT = """
import os, sys
from sympy.testing.runtests import PyTestReporter
def test_a(): pass
reporter = PyTestReporter()
reporter.entering_filename(os.path.abspath("a.py"), 1)
reporter.entering_test(test_a)
reporter.test_pass()
try:
    raise ValueError("at import")
except ValueError:
    reporter.test_exception(sys.exc_info())
"""


def records(runner: str, folder: Path, arguments: dict) -> list[dict]:
    """What a reporter sends for a run in `folder`."""
    reads, writes = os.pipe()
    key_reads, key_writes = os.pipe()
    os.write(key_writes, b"k" * 32)
    os.close(key_writes)
    environment = {
        **os.environ, "GRADER_CHANNEL": f"{writes},{key_reads}", "HOME": str(folder),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }  # fmt: skip
    words = [sys.executable, "-B", str(FOLDER / f"record_{runner}.py"), json.dumps(arguments)]
    subprocess.run(
        words, cwd=folder, env=environment, pass_fds=(writes, key_reads), check=False,
        capture_output=True,
    )  # fmt: skip
    os.close(writes)
    os.close(key_reads)
    with os.fdopen(reads, "rb") as file:
        return [json.loads(line.partition(b" ")[2]) for line in file.read().splitlines()]


def test_sympy_file_that_raises_at_import_is_no_test(tmp_path):
    (tmp_path / "sympy/testing").mkdir(parents=True)
    for path in ("sympy/__init__.py", "sympy/testing/__init__.py"):
        (tmp_path / path).write_text("")
    (tmp_path / "sympy/testing/runtests.py").write_text(SYMPY)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/test").write_text(SCRIPT)
    told = records("sympy", tmp_path, {"script": "bin/test", "argv": []})
    assert [one["id"] for one in told if one["kind"] == "phase"] == ["a.py::test_a"]
    (wrong,) = [one for one in told if one["kind"] == "collect-error"]
    assert wrong["text"] == "at import"
    (finish,) = [one for one in told if one["kind"] == "finish"]
    assert (finish["collected"], finish["reported"], finish["errors"]) == (1, 1, 1)


PARTS = """
import pytest
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    result = yield
    if call.when == "call":
        import copy
        for outcome, more in PARTS:
            part = copy.copy(result.get_result())
            part.outcome = outcome
            vars(part).update(more)
            item.ihook.pytest_runtest_logreport(report=part)
"""


def run_with(parts: list, folder: Path) -> list[dict]:
    (folder / "conftest.py").write_text(PARTS + f"PARTS = {parts!r}\n")
    (folder / "test_a.py").write_text("def test_a():\n    pass\n")
    arguments = {"argv": ["test_a.py"], "plugins": [], "cwd_on_path": False}
    told = records("pytest", folder, arguments)
    assert next(one for one in told if one["kind"] == "finish")["reported"] == 1
    return [one for one in told if one["kind"] == "phase" and one["when"] == "call"]


def test_pytest_parts_of_a_test_are_not_the_test_again(tmp_path):
    found = run_with([("passed", {"context": "i=1"}), ("failed", {"context": "i=2"})], tmp_path)
    assert [(one["outcome"], "part" in one) for one in found] == [
        ("failed", True),
        ("passed", False),
    ]


def test_pytest_try_that_is_made_again_says_nothing(tmp_path):
    found = run_with([("rerun", {})], tmp_path)
    assert [one["outcome"] for one in found] == ["passed"]


@pytest.mark.parametrize("outcome", ["rerun", "retried", "again"])
def test_pytest_outcome_that_is_none_of_pytests_says_nothing(outcome, tmp_path):
    found = run_with([(outcome, {}), (outcome, {})], tmp_path)
    assert [one["outcome"] for one in found] == ["passed"]


def test_pytest_workers_tell_what_they_collected(tmp_path):
    """With pytest-xdist nothing is collected in the process that reports."""
    hook = """
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session):
    ids = [item.nodeid for item in session.items]
    for _ in range(2):
        for plugin in session.config.pluginmanager.get_plugins():
            told = getattr(plugin, "pytest_xdist_node_collection_finished", None)
            if told:
                told(node=None, ids=ids)
    session.items[:] = []

@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    from _pytest.reports import TestReport
    for name in ("test_a.py::test_a", "test_a.py::test_b"):
        report = TestReport(name, ("test_a.py", 1, "x"), {}, "passed", None, "call")
        session.config.hook.pytest_runtest_logreport(report=report)
    return True
"""
    (tmp_path / "conftest.py").write_text(hook)
    (tmp_path / "test_a.py").write_text("def test_a(): pass\ndef test_b(): pass\n")
    told = records("pytest", tmp_path, {"argv": ["test_a.py"], "plugins": [], "cwd_on_path": False})
    ids = [name for one in told if one["kind"] == "collected" for name in one["ids"]]
    assert ids == ["test_a.py::test_a", "test_a.py::test_b"]
    assert next(one for one in told if one["kind"] == "finish")["collected"] == 2
