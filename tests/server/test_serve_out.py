"""`--out`: what clients got is a run like any other."""

import json
import signal

import pytest
from served import RIGHT, WRONG, RunningServer

from grader.cli.main import main


@pytest.fixture(scope="module")
def run(tmp_path_factory, caches):
    """The folder of a run in which one task has two right samples, equal ones, and a wrong one."""
    folder = tmp_path_factory.mktemp("served") / "run"
    server = RunningServer("--out", str(folder), "--workers", "1")
    for solution in (RIGHT, RIGHT, WRONG):
        server.grade(solution)
    task = {"benchmark": "folder", "id": "bill-split"}
    told = server.ask("/v1/grade", {"task": task, "sample": {"solution": "nothing"}})
    assert told.json["verdict"] != "passed"
    own = {"task": task, "sample": {"solution": "nothing"}, "limits": {"cpu_s": 7}}
    assert server.ask("/v1/grade", own).status == 200
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(30) == 0
    server.close()
    return folder


def test_served_run_is_verified_and_reported(run, capsys):
    assert main(["verify", str(run)]) == 0
    capsys.readouterr()
    assert main(["report", str(run), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["counts"] == {"passed": 2, "failed": 1, "error": 1}
    assert told["complete"] is True


def test_benchmark_s_results_are_a_run_of_their_own(run, capsys):
    beside = run.with_name("run-folder")
    assert main(["verify", str(beside)]) == 0
    capsys.readouterr()
    assert main(["report", str(beside), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["benchmark"] == "folder"
    assert told["samples"] == 1
    assert told["tasks_total"] > 10


def test_named_data_are_what_a_benchmark_s_tasks_are_of(serve, tmp_path, capsys):
    row = {
        "task_id": "Own/0",
        "prompt": "def add(a, b):\n",
        "entry_point": "add",
        "canonical_solution": "    return a + b\n",
        "test": "def check(candidate):\n    assert candidate(1, 2) == 3\n",
    }
    data, run = tmp_path / "mine.jsonl", tmp_path / "run"
    data.write_text(json.dumps(row) + "\n")
    server = serve("--data", f"humaneval={data}", "--out", str(run), "--workers", "1")
    body = {"task": {"benchmark": "humaneval", "id": "Own/0"}, "sample": {"solution": RIGHT}}
    assert server.ask("/v1/grade", body).json["verdict"] == "passed"
    body["task"]["id"] = "HumanEval/0"
    assert server.ask("/v1/grade", body).status == 422
    server.close()
    assert main(["report", str(run), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tasks_total"] == 1


@pytest.mark.parametrize("word", ["folder", "folder=", "=x", "folder=no-such", "nobody=x"])
def test_named_data_that_are_not_there_are_told_before_anything_is_served(serve, word):
    server = serve("--data", word)
    assert (server.process.wait(30), server.line) == (2, "")


def test_folder_that_is_in_use_is_refused(serve, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("")
    server = serve("--out", str(tmp_path / "full"))
    assert server.process.wait(30) == 2


def test_served_run_has_its_place_on_a_leaderboard(run, tmp_path, capsys):
    runs = [str(run), str(run.with_name("run-folder"))]
    site = tmp_path / "site"
    assert main(["leaderboard", "build", *runs, "--out", str(site)]) == 0
    capsys.readouterr()
    boards = json.loads((site / "leaderboard.json").read_text())["boards"]
    found = {board["benchmark"]: board["entries"][0] for board in boards}
    assert found["own"]["counts"] == {"passed": 2, "failed": 1, "error": 1}
    assert (found["folder"]["score"], found["folder"]["status"]) == (0.0, "partial")
