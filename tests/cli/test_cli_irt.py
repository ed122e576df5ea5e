"""`grader irt`: from a matrix or runs to a bank, and runs on its scale."""

import json
from pathlib import Path
from random import Random

import pytest

pytest.importorskip("numpy")
TASKS = ("seat-blocks", "crop-grid", "tag-check", "version-pick", "shelf-count", "wheel-cipher")


@pytest.fixture
def bank(grader):
    """Twelve runs; the tasks get harder in the order of TASKS."""
    random = Random(4)
    rows = ["subject_id," + ",".join(TASKS)]
    for run in range(12):
        cells = [str(int(random.random() < 0.5 + (run - 2 * place) / 10)) for place in range(6)]
        rows.append(f"m{run}," + ",".join(cells))
    Path("board.csv").write_text("\n".join(rows) + "\n")
    assert grader("irt", "fit", "board.csv", "--out", "bank.json").status == 0
    return Path("bank.json")


def test_fit_writes_a_bank_with_all_tasks(bank):
    made = json.loads(bank.read_text())
    assert [item["task_id"] for item in made["items"]] == list(TASKS)
    assert made["items"][0]["difficulty"] < made["items"][-1]["difficulty"]
    assert set(made["fit"]["heldout_nll"]) == {"2pl", "1pl"}
    assert made["fit"]["model"] in {"2pl", "1pl"}


def test_fit_takes_runs(grader, dry, samples):
    for number in range(5):
        pairs = [
            (task, "done" if place <= number else "failed") for place, task in enumerate(TASKS)
        ]
        assert dry(samples(pairs, f"{number}.jsonl"), "--out", f"runs/{number}").status == 0
    done = grader("irt", "fit", *(f"runs/{number}" for number in range(5)))
    assert done.status == 0
    assert "6 tasks, 5 runs" in done.out
    made = json.loads(Path("items.json").read_text())
    assert made["benchmark"] == "folder"
    assert made["dataset_sha256"]


def test_series_shows_runs_in_the_order_of_time(grader, dry, samples, bank):
    for number, good in enumerate((1, 3, 6)):
        pairs = [(task, "done" if place < good else "failed") for place, task in enumerate(TASKS)]
        assert dry(samples(pairs, f"{number}.jsonl"), "--out", f"runs/c{number}").status == 0
    words = ["runs/c2", "runs/c0", "runs/c1", "--items", bank]
    made = json.loads(grader("irt", "series", *words, "--json").out)
    assert [each["name"] for each in made] == ["c0", "c1", "c2"]
    abilities = [each["ability"] for each in made]
    assert abilities == sorted(abilities)
    assert made[2]["predicted"] == 1.0
    out = grader("irt", "series", *words).out
    assert out.count("●") == 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["fit", "few.csv"], "2 runs: too few"),
        (["series", "runs/none", "--items", "missing.json"], "make it with 'grader irt fit'"),
        (["series", "runs/none", "--items", "few.csv"], "no bank of items"),
        (["guess", "few.csv"], "invalid choice"),
    ],
)
def test_bad_input_says_what_to_do(grader, words, message):
    Path("few.csv").write_text("id,a\nm,1\nn,0\n")
    done = grader("irt", *words)
    assert done.status == 2
    assert message in done.err


def test_series_of_other_tasks_is_refused(grader, dry, samples, bank):
    made = json.loads(bank.read_text())
    for item in made["items"]:
        item["task_id"] += "-other"
    bank.write_text(json.dumps(made))
    assert dry(samples([("crop-grid", "done")]), "--out", "runs/x").status == 0
    done = grader("irt", "series", "runs/x", "--items", bank)
    assert done.status == 2
    assert "no task of the bank" in done.err
