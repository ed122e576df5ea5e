"""`grader evaluate --adaptive` end to end in the sandbox that runs nothing."""

import json
from pathlib import Path

import pytest

from grader.core.items import Fit, Item, ItemBank
from grader.run import journal

TASKS = ("seat-blocks", "crop-grid", "tag-check", "version-pick", "shelf-count", "wheel-cipher")


@pytest.fixture
def bank():
    """Six tasks, one deviation apart, the first one the easiest."""
    items = [Item(task_id=t, discrimination=1.5, difficulty=i - 2.5) for i, t in enumerate(TASKS)]
    made = ItemBank(
        benchmark="folder",
        fit=Fit(model="2pl", subjects=9, iterations=1, converged=True, nll=0.5),
        ability_mean=0.0,
        ability_deviation=1.0,
        items=tuple(items),
    )
    Path("items.json").write_text(made.model_dump_json())
    return made


@pytest.fixture
def board(samples):
    return samples([(task, "done" if i < 4 else "failed") for i, task in enumerate(TASKS)])


def tasks_of(run):
    return [entry.task_id for entry in journal.scan(Path(run) / journal.NAME)]


def test_adaptive_asks_the_telling_tasks_alone(dry, bank, board):
    done = dry(board, "--adaptive", "--max-items", "3", "--workers", "1", "--out", "run", "--json")
    assert done.status == 0
    report = json.loads(done.out)["adaptive"]
    assert (report["asked"], report["items"]) == (3, 6)
    assert report["stopped"] == "3 tasks were asked"
    assert report["low"] < report["predicted"] < report["high"]
    assert len(tasks_of("run")) == 3


def test_adaptive_report_says_what_its_figures_mean(dry, grader, bank, board):
    dry(board, "--adaptive", "--max-items", "3", "--workers", "1", "--out", "run")
    out = " ".join(grader("report", "run").out.split())
    assert "3 of 16 tasks (13 not asked)" in out
    assert "predicted" in out
    assert "pass@k below is not the benchmark's" in out


def test_adaptive_stops_where_the_error_is_small_enough(dry, bank, board):
    made = json.loads(dry(board, "--adaptive", "--se", "0.9", "--workers", "1", "--json").out)
    assert made["adaptive"]["stopped"] == "the error reached 0.9"
    assert made["adaptive"]["error"] <= 0.9
    assert made["tasks_covered"] < 6


def test_adaptive_with_all_tasks_predicts_the_score_itself(dry, bank, board):
    made = json.loads(dry(board, "--adaptive", "--se", "0.01", "--workers", "2", "--json").out)
    assert made["adaptive"]["asked"] == 6
    assert made["adaptive"]["predicted"] == pytest.approx(4 / 6)


def test_adaptive_resumes_where_it_was(dry, bank, board):
    words = ("--adaptive", "--max-items", "4", "--workers", "1", "--out", "run")
    assert dry(board, *words).status == 0
    whole = tasks_of("run")
    path = Path("run") / journal.NAME
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2]))
    (Path("run") / "report.json").unlink()
    assert dry(board, *words, "--resume").status == 0
    assert tasks_of("run")[:2] == whole[:2]
    assert len(tasks_of("run")) == len(set(tasks_of("run"))) == 4


def test_adaptive_with_another_bank_is_another_evaluation(dry, bank, board):
    words = ("--adaptive", "--max-items", "2", "--out", "run")
    assert dry(board, *words).status == 0
    other = bank.model_copy(update={"ability_mean": 0.5})
    Path("items.json").write_text(other.model_dump_json())
    done = dry(board, *words, "--resume")
    assert done.status == 2
    assert "adaptive.items_sha256" in done.err


def test_a_threshold_is_about_the_predicted_score(dry, bank, board):
    words = ("--adaptive", "--max-items", "2", "--workers", "1")
    assert dry(board, *words, "--fail-under", "0.99").status == 3
    assert "predicted score is" in dry(board, *words, "--fail-under", "0.99").err


def test_adaptive_without_a_bank_says_how_to_make_one(dry, board):
    done = dry(board, "--adaptive")
    assert done.status == 2
    assert "grader irt fit" in done.err


def test_adaptive_of_other_tasks_is_refused(dry, bank, samples):
    done = dry(samples([("build-order", "done")]), "--adaptive", "--out", "run")
    assert done.status == 2
    assert "knows none of these tasks" in done.err


def test_adaptive_of_a_stream_is_refused(dry, bank):
    done = dry("-", "--adaptive")
    assert done.status == 2
    assert "give them in a file" in done.err


def test_adaptive_options_alone_are_refused(dry, bank, board):
    done = dry(board, "--max-items", "3")
    assert done.status == 2
    assert "belong to --adaptive" in done.err


@pytest.mark.parametrize("value", ["0", "2", "x"])
def test_a_bad_error_is_refused(dry, bank, board, value):
    done = dry(board, "--adaptive", "--se", value)
    assert done.status == 2
    assert "standard error" in done.err
