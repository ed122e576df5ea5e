"""`grader demo`, the first command of a newcomer, in the real sandbox."""

import json
import re

import pytest
from cli_command import on_terminal

VERDICTS = {"passed", "failed", "error", "timeout", "memory", "output"}


def test_demo_shows_each_verdict_once_at_least(grader):
    done = grader("demo", "--json", "--workers", "2")
    if done.status == 5:
        pytest.skip(done.err)
    report = json.loads(done.out)
    assert done.status == 0
    assert set(report["counts"]) == VERDICTS
    assert report["tasks_total"] == report["tasks_covered"] >= 12


def test_demo_resumes_by_the_command_in_its_manifest(grader, somewhere):
    assert grader("demo", "--sandbox", "null", "--allow-weak", "--out", "run").status == 0
    command = json.loads((somewhere / "run" / "run.json").read_text())["command"]
    assert command[:3] == ["grader", "evaluate", "folder"]
    assert grader(*command[1:], "--out", "run", "--resume").status == 0


def test_terminal_gets_a_bar_that_is_gone_at_the_end():
    out = demo_on_terminal({"TERM": "xterm"})
    assert re.search(r"\d+/36 \[", out)
    last = out.rstrip().rpartition("\r\n")[2]
    assert last.startswith("single results: ")


def test_dumb_terminal_gets_lines():
    out = demo_on_terminal({"TERM": "dumb"})
    assert "36 of 36 (100 %)" in out
    assert "\x1b" not in out


def demo_on_terminal(more: dict[str, str]) -> str:
    return on_terminal("demo", "--sandbox", "null", "--allow-weak", columns=100, more=more)
