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


def test_one_run_under_many_names_makes_no_bank(grader):
    random = Random(2)
    rows = [",".join(str(random.randint(0, 1)) for _ in range(60)) for _ in range(3)]
    head = "id," + ",".join(f"t{i}" for i in range(60))
    lines = [f"m{i},{rows[i % 3]}" for i in range(9)]
    Path("copies.csv").write_text("\n".join([head, *lines]) + "\n")
    done = grader("irt", "fit", "copies.csv")
    assert done.status == 2
    assert "9 runs, of which 6 are others again" in done.err


def test_series_of_other_tasks_is_refused(grader, dry, samples, bank):
    made = json.loads(bank.read_text())
    for item in made["items"]:
        item["task_id"] += "-other"
    bank.write_text(json.dumps(made))
    assert dry(samples([("crop-grid", "done")]), "--out", "runs/x").status == 0
    done = grader("irt", "series", "runs/x", "--items", bank)
    assert done.status == 2
    assert "no task of the bank" in done.err


@pytest.fixture
def five_runs(dry, samples):
    """Five runs of growing ability; each of `words` belongs to the run of its number."""

    def make(words):
        for number in range(5):
            pairs = [
                (task, "done" if place <= number else "failed") for place, task in enumerate(TASKS)
            ]
            out = ["--out", f"runs/{number}", *words.get(number, ())]
            assert dry(samples(pairs, f"{number}.jsonl"), *out).status == 0
        return [f"runs/{number}" for number in range(5)]

    return make


def test_fit_to_runs_that_were_not_asked_the_same_is_refused(grader, five_runs):
    done = grader("irt", "fit", *five_runs({3: ["--timeout", "60"]}))
    assert done.status == 2
    assert "time limit: the tasks' own in 0, 1, 2, 4; 60 CPU s in 3" in done.err
    assert "fit a bank to those alone that agree" in done.err


def test_runs_asked_otherwise_than_a_banks_are_named(grader, dry, samples, five_runs):
    assert grader("irt", "fit", *five_runs({})).status == 0
    pairs = [(task, "done") for task in TASKS[:4]]
    words = ["--timeout", "60", "--adaptive", "--items", "items.json", "--out", "runs/long"]
    done = dry(samples(pairs, "long.jsonl"), *words)
    assert "asked otherwise: time limit 60 CPU s, not the tasks' own" in done.err
    assert "asked otherwise" in " ".join(grader("report", "runs/long").out.split())
    out = grader("irt", "series", "runs/4", "runs/long").out
    assert "long was asked otherwise (time limit 60 CPU s, not the tasks' own)" in out
    assert "4 was asked otherwise" not in out


def test_a_series_of_runs_asked_unlike_says_so_without_a_banks_word(grader, bank, five_runs):
    runs = five_runs({4: ["--trust", "shared"]})
    out = grader("irt", "series", *runs, "--items", bank).out
    assert "4 was asked otherwise (trust shared, not auto)" in out


def test_a_run_under_two_names_counts_once(grader):
    random = Random(4)
    tasks = [random.gauss(0, 1.5) for _ in range(60)]
    rows = [[int(random.gauss(run / 2 - 2, 1) > hard) for hard in tasks] for run in range(9)]
    named = [*enumerate(rows), ("copy", rows[3])]
    lines = [",".join(map(str, ("id", *range(60))))]
    lines += [",".join(map(str, (name, *row))) for name, row in named]
    Path("twice.csv").write_text("\n".join(lines) + "\n")
    done = grader("irt", "fit", "twice.csv", "--out", "bank.json")
    assert "60 tasks, 9 runs" in done.out
    assert "copy is 3: counted once" in " ".join(done.out.split())
    assert "each counts once: copy (as 3)" in " ".join(grader("audit", "twice.csv").out.split())
