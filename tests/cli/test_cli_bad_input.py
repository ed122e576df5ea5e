"""Bad input: one line that names the thing and the next move, status 2, nothing left behind."""

import gzip
import json
import socket
from pathlib import Path

import pytest

from grader.cli.main import main

GOOD = json.dumps({"task_id": "seat-blocks", "completion": "    return []\n"}) + "\n"


def refused(done, *told: str) -> None:
    assert done.status == 2
    assert done.out == ""
    assert done.err.startswith("grader: ")
    assert done.err.count("\n") == 1
    for words in told:
        assert words in done.err
    assert not list(Path("runs").glob("*/results.jsonl"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ["bad.jsonl", "no samples"]),
        (GOOD + '{"task_id": "seat-bl', ["bad.jsonl:2", "cut off"]),
        (GOOD + "nonsense\n", ["bad.jsonl:2", "not JSON"]),
        (GOOD + "[1]\n", ["bad.jsonl:2", "a line of its own"]),
        (GOOD[:-2] + ', "n": ' + "9" * 5000 + "}\n", ["bad.jsonl:1", "make it a string"]),
        (GOOD[:-2] + ', "n": ' + "[" * 10**5 + "\n", ["bad.jsonl:1", "nested too deeply"]),
        ('{"task_id": 11, "completion": ""}\n', ["bad.jsonl:1", "samples for mbpp"]),
        (GOOD.replace("seat-blocks", "seat-blokcs"), ["bad.jsonl:1", "did you mean 'seat-blocks'"]),
        (GOOD.replace("seat-blocks", "HumanEval/3"), ["bad.jsonl:1", "samples for humaneval"]),
        ('{"task_id": "a", "task_id": "b", "completion": ""}\n', ["bad.jsonl:1", "stands twice"]),
        ('{"task_id": "seat-blocks"}\n', ["bad.jsonl:1", "neither 'completion' nor 'solution'"]),
        ('{"completion": ""}\n', ["bad.jsonl:1", "no 'task_id'"]),
        (GOOD.replace("\\n", "\\u0007").replace("seat", "\x1b]0;x"), ["bad.jsonl:1"]),
    ],
)
def test_bad_samples_are_refused_with_file_and_line(dry, text, told):
    Path("bad.jsonl").write_text(text)
    done = dry("bad.jsonl")
    refused(done, *told)
    assert "\x1b" not in done.err


def test_truncated_gzip_is_refused(dry):
    Path("bad.jsonl.gz").write_bytes(gzip.compress(GOOD.encode() * 50)[:-20])
    refused(dry("bad.jsonl.gz"), "bad.jsonl.gz", "cut off")


def test_folder_of_tasks_without_programs_is_refused(dry):
    Path("answers/seat-blocks").mkdir(parents=True)
    refused(dry("answers"), "answers: no samples", "<task>/ holds 0.py")


def test_missing_samples_file_is_refused(dry):
    refused(dry("nowhere.jsonl"), "no samples at nowhere.jsonl", ".jsonl.gz")


def test_unknown_benchmark_suggests_the_nearest(grader):
    refused(grader("evaluate", "humanevl", "x"), "no benchmark 'humanevl'", "'humaneval'")


def test_unknown_sandbox_suggests_the_nearest(grader, samples):
    path = samples([("seat-blocks", "done")])
    refused(grader("evaluate", "folder", path, "--sandbox", "lokal"), "'lokal'", "'local'")


@pytest.mark.parametrize("words", [["--network"], ["--image", "x"], ["--env", "A=1"]])
def test_container_options_without_containers_are_refused(grader, samples, words):
    path = samples([("seat-blocks", "done")])
    refused(grader("evaluate", "folder", path, *words), words[0], "add --sandbox docker")


def test_task_glob_without_a_match_is_refused(dry, samples):
    refused(dry(samples([("seat-blocks", "done")]), "--task", "seat-block"), "'seat-blocks'")


def test_selection_without_a_sample_is_refused(dry, samples):
    path = samples([("seat-blocks", "done")])
    refused(dry(path, "--task", "crop-grid"), "no sample of the selected tasks")


def test_fewer_samples_than_every_k_are_refused_before_grading(dry, samples):
    path = samples([("seat-blocks", "done"), ("seat-blocks", "failed"), ("crop-grid", "done")])
    refused(dry(path, "-k", "2,10"), "crop-grid has 1 sample, and pass@2 needs 2", "-k 1")


def test_k_beyond_the_samples_is_undefined_with_its_reason_beside_one_that_is_not(dry, samples):
    path = samples([("seat-blocks", "done"), ("seat-blocks", "failed"), ("crop-grid", "done")])
    done = dry(path, "-k", "1,2", "--json")
    assert done.status == 0
    first, second = json.loads(done.out)["metrics"]
    assert (first["value"], second["value"]) == (0.75, None)
    assert "1 of 2 tasks has fewer than 2" in second["why"]


def test_unwritable_run_directory_is_refused(dry, samples):
    Path("file").touch()
    refused(dry(samples([("seat-blocks", "done")]), "--out", "file/run"), "--out")


def test_occupied_run_directory_is_refused(dry, samples):
    path = samples([("seat-blocks", "done")])
    assert dry(path, "--out", "run").status == 0
    refused(dry(path, "--out", "run"), "already holds a run", "--resume")


def test_resume_of_a_folder_that_is_not_there_is_refused(dry, samples):
    done = dry(samples([("seat-blocks", "done")]), "--out", "gone", "--resume")
    refused(done, "there is no gone; leave out --resume")


def test_missing_data_without_a_network_are_refused_with_a_way_out(grader, monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("GRADER_MIRROR", f"http://127.0.0.1:{unused.getsockname()[1]}")
        monkeypatch.setenv("GRADER_CACHE", "cache")
        Path("x.jsonl").write_text(GOOD)
        refused(grader("evaluate", "humaneval", "x.jsonl"), "cannot be reached", "--data")


def test_data_that_are_not_there_are_refused(grader):
    Path("x.jsonl").write_text(GOOD)
    refused(grader("evaluate", "humaneval", "x.jsonl", "--data", "gone"), "gone", "--data")


@pytest.mark.parametrize("words", [["x" * 300], ["x.jsonl", "--data", "x" * 300]])
def test_path_that_the_system_refuses_is_told(dry, words):
    """A folder that may not be entered is refused by the system in the same place."""
    Path("x.jsonl").write_text(GOOD)
    told = "--data" if "--data" in words else "check the path"
    refused(dry(*words), f"{'x' * 300}: File name too long", told)


@pytest.mark.parametrize("command", ["show", "report", "regrade"])
def test_directory_without_a_run_is_refused(grader, command):
    refused(grader(command, "nowhere"), "no run in nowhere")


def test_format_of_samples_that_can_be_read_once_is_refused(dry):
    refused(dry("-", "--format", "human-eval"), "can be read only once")


def test_submission_of_a_missing_file_names_the_file_and_not_the_board(tmp_path, capsys):
    (tmp_path / "token").write_text("t" * 40)
    words = ["--name", "mine", "--token-file", str(tmp_path / "token")]
    assert main(["submit", "http://127.0.0.1:9", str(tmp_path / "none.jsonl"), *words]) == 2
    told = capsys.readouterr().err
    assert f"cannot read {tmp_path}/none.jsonl" in told
    assert "check the address" not in told
