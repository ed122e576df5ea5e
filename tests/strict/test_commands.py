"""Evaluation scripts in parts."""

import json

import pytest

from grader.strict.commands import read
from grader.strict.commands import test_command as command_of
from tests.strict import shop


def test_read_leaves_out_what_shows_and_resets():
    script = read(shop.SCRIPT)
    assert script.setup.splitlines() == ["#!/bin/bash", "set -uxo pipefail", "cd /testbed"]
    (command,) = script.commands
    assert (command.framework, command.arguments) == ("pytest", ("-rA", "tests/test_money.py"))
    assert script.why == ""


@pytest.mark.parametrize(
    ("line", "framework", "arguments"),
    [
        ("pytest -rA a.py", "pytest", ("-rA", "a.py")),
        ("python -X dev -m pytest a.py", "pytest", ("a.py",)),
        ("./tests/runtests.py --verbosity 2 x.y", "unittest", ("--verbosity", "2", "x.y")),
        ("PYTHONWARNINGS='ignore::UserWarning,ignore::SyntaxWarning' bin/test -C a.py", "sympy", ("-C", "a.py")),
        ("tox --current-env -epy39 -v -- tests/a.py", "pytest", ("-rA", "--durations", "25", "tests/a.py")),
    ],
)  # fmt: skip
def test_command_is_understood(line, framework, arguments):
    command = command_of(line)
    assert command is not None
    assert (command.framework, command.arguments) == (framework, arguments)


@pytest.mark.parametrize(
    "line", ["pytest a | cat", "make test", "pytest $(ls)", "cd x && pytest", "X=1", "'"]
)
def test_command_with_more_than_a_runner_is_not(line):
    assert command_of(line) is None


def test_read_says_why_tests_cannot_be_driven():
    assert "not understood" in read(shop.SCRIPT.replace("pytest -rA", "cargo test")).why


def test_commands_of_real_rows_are_understood(shared):
    rows = (shared / "data" / "swebench" / "runnable_dev.jsonl").read_text().splitlines()
    for row in map(json.loads, rows):
        assert command_of(row["recipe"]["test_cmd"]) is not None, row["instance_id"]
