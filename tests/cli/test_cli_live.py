"""What workers do, on a terminal: who works on what, since when; and nothing of what is quick."""

import json
import sys

import pytest
from cli_command import on_terminal

from grader.cli import live
from grader.cli.progress import QUIET_S, ProgressStyle, RunProgress
from grader.core.activity import Activity, ActivityBoard, enter


def activity(worker=1, *, task="django__django-11099", phase="eval", began=70.0, since=88.0):
    return Activity(worker, task, 0, phase=phase, since=since, began=began)


def test_row_names_worker_sample_phase_and_seconds():
    assert live.row(activity(12), 100.0).split() == [
        "12", "django__django-11099", "#0", "eval", "12", "s", "of", "30", "s",
    ]  # fmt: skip


def test_rows_stay_in_their_columns_whatever_ids_hold():
    hostile = activity(task="\x1b[2J" + "字" * 60, phase="\n" * 9)
    plain, odd = live.row(activity(), 100.0), live.row(hostile, 100.0)
    assert "\x1b" not in odd
    assert "\n" not in odd
    assert odd.endswith("12 s of 30 s")
    assert plain.index("12 s of") < 70


def test_quick_work_has_no_row():
    assert live.rows([activity(began=99.0), activity(2, began=98.0)], 100.0) == [
        live.row(activity(2, began=98.0), 100.0)
    ]
    assert live.words([activity(began=99.0)], 100.0) == ""


def test_of_many_workers_those_that_take_longest_are_shown():
    active = [activity(number, began=float(number)) for number in range(20, 0, -1)]
    rows = live.rows(active, 100.0)
    assert [row.split()[0] for row in rows] == [*"1234567", "and"]
    assert rows[-1] == "    and 13 more"


def test_board_gives_the_lowest_free_number_and_sees_phases_change():
    board = ActivityBoard()
    enter("nothing to say")
    with board.working("a", 0) as first:
        enter("tests")
        with board.working("b", 1) as second:
            enter("pull")
            assert [each.task_id for each in board.now()] == ["a", "b"]
        assert (first.phase, second.phase) == ("tests", "pull")
        with board.working("c", 0) as third:
            assert third.worker == 2
    assert board.now() == []


def test_silence_is_broken_by_a_plain_line(capsys, monkeypatch):
    now = [0.0]
    progress = RunProgress(ProgressStyle.LINES, clock=lambda: now[0])
    progress.begin("grading", 5)
    monkeypatch.setattr("time.monotonic", lambda: 100.0)
    for _ in range(5):
        now[0] += QUIET_S / 2
        progress.working([activity()])
    told = capsys.readouterr().err.splitlines()[1:]
    assert told == ["longest: django__django-11099 #0, eval, 30 s"] * 2


def test_quiet_says_nothing_of_work(capsys):
    progress = RunProgress(ProgressStyle.QUIET, clock=lambda: 1e9)
    progress.working([activity()])
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(sys.platform != "linux", reason="terminals are Linux's here")
def test_terminal_shows_the_sample_that_takes_long(tmp_path):
    code = "import time\ntime.sleep(5)\n"
    samples = tmp_path / "samples.jsonl"
    samples.write_text(json.dumps({"task_id": "parking-fee", "solution": code}))
    words = ["evaluate", "folder", samples, "--out", tmp_path / "run", "--workers", "2"]
    text = on_terminal(*words, columns=120, more={"TERM": "xterm"})
    lines = [line for line in text.replace("\n", "\r").split("\r") if " s of " in line]
    assert any("parking-fee #0" in line for line in lines), text
