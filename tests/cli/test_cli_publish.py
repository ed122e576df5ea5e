"""`grader view` and `grader leaderboard` on the command line."""

import http.client
import signal
from pathlib import Path

import pytest
from cli_command import launch

from grader.record import journal

SAMPLES = [("seat-blocks", "done"), ("crop-grid", "failed")]


@pytest.fixture
def run(dry, samples) -> Path:
    assert (
        dry(samples(SAMPLES), "--out", "run", "-k", "1", "--model", "m", "--tag", "t").status == 0
    )
    return Path("run")


def test_view_serves_the_page_until_it_is_interrupted(run):
    with launch("view", run) as process:
        try:
            url = process.stdout.readline().strip()
            connection = http.client.HTTPConnection(
                url.removeprefix("http://").strip("/"), timeout=10
            )
            connection.request("GET", "/")
            body = connection.getresponse().read().decode()
            connection.close()
            assert "50.00 %" in body
        finally:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert process.returncode == 0


def test_view_of_no_run_is_an_error_of_usage(grader):
    done = grader("view", "nowhere")
    assert done.status == 2
    assert "no run in nowhere" in done.err


def test_leaderboard_marks_a_run_about_some_tasks_only(grader, run):
    done = grader("leaderboard", "build", run, "-o", "site", "--title", "Mine")
    assert done.status == 0
    assert "partial: m (" in done.err
    assert "16 of 18 tasks have no sample" in done.err
    assert "<h1>Mine</h1>" in Path("site/index.html").read_text()


@pytest.mark.parametrize("flags", [(), ("--no-pages",)], ids=["pages", "no pages"])
def test_leaderboard_writes_a_page_of_each_run_unless_told_not_to(grader, run, flags):
    assert grader("leaderboard", "build", run, "-o", "site", *flags).status == 0
    assert len(list(Path("site").glob("entries/*.html"))) == (0 if flags else 1)
    assert ('href="entries/' in Path("site/index.html").read_text()) is not bool(flags)


def test_leaderboard_says_which_runs_are_apart_and_why(grader, run, dry, samples):
    other = samples([("seat-blocks", "done")], "other.jsonl")
    assert dry(other, "--timeout", "60", "--model", "slow", "--out", "runs/slow").status == 0
    done = grader("leaderboard", "build", run, "runs/slow", "-o", "site")
    assert "apart: folder under other conditions (time limit 60 CPU s): slow" in done.err


def test_leaderboard_refuses_a_changed_run_by_status_3(grader, run):
    path = run / journal.NAME
    path.write_bytes(path.read_bytes().replace(b'"failed"', b'"passed"'))
    done = grader("leaderboard", "build", run, "-o", "site")
    assert done.status == 3
    assert "refused: m (" in done.err
    assert "results.jsonl:" in done.err
