"""`grader evaluate --adaptive` end to end in the sandbox that runs nothing."""

import json
from pathlib import Path

import pytest

from grader.core.items import BankFit, BankItem, ItemBank, PlacedRun
from grader.record import journal

TASKS = ("seat-blocks", "crop-grid", "tag-check", "version-pick", "shelf-count", "wheel-cipher")


@pytest.fixture
def bank():
    """Six tasks, one deviation apart, the first one the easiest."""
    items = [
        BankItem(task_id=t, discrimination=1.5, difficulty=i - 2.5) for i, t in enumerate(TASKS)
    ]
    made = ItemBank(
        benchmark="folder",
        fit=BankFit(model="2pl", subjects=9, iterations=1, converged=True, nll=0.5),
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
    assert "3 of 18 tasks (15 not asked)" in out
    assert "predicted" in out
    assert "pass@k below is not the benchmark's" in out


def test_adaptive_stops_where_the_error_is_small_enough(dry, bank, board):
    near = [item.model_copy(update={"difficulty": item.difficulty / 10}) for item in bank.items]
    sharp = bank.model_copy(update={"items": tuple(near)})
    Path("items.json").write_text(sharp.model_dump_json())
    made = json.loads(dry(board, "--adaptive", "--se", "0.9", "--workers", "1", "--json").out)
    assert made["adaptive"]["stopped"] == "the error reached 0.9"
    assert made["adaptive"]["proven"] is True
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


def without_spread(bank, **changes):
    made = bank.model_copy(update=changes)
    Path("items.json").write_text(made.model_dump_json())


def equal(bank, **changes):
    return tuple(item.model_copy(update=changes) for item in bank.items)


def uneven(bank):
    """Of which one task loads on more traits than the others."""
    first, *others = equal(bank, traits=(0.1,))
    return (first.model_copy(update={"traits": (0.1, 0.2)}), *others)


def alike(ability, error):
    return tuple(
        PlacedRun(name=f"m{n}", ability=ability + n / 1000, error=error, score=0.6, tasks=16)
        for n in range(6)
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (lambda b: {"items": equal(b, difficulty=0.5)}, "equally hard"),
        (lambda b: {"items": equal(b, discrimination=0.05)}, "do not discriminate"),
        (lambda b: {"items": equal(b, discrimination=0.0)}, "discrimination of 0"),
        (lambda b: {"items": uneven(b)}, "do not have the same traits"),
        (lambda b: {"items": ()}, "no task"),
        (lambda b: {"items": (*b.items, b.items[0])}, "a task twice"),
        (lambda b: {"ability_deviation": 0.1}, "equally strong"),
        (lambda b: {"ability_deviation": 0.0}, "deviation"),
        (lambda b: {"subjects": alike(0.3, 0.5)}, "equally strong"),
        (lambda b: {"ability_mean": 1e300}, "no number"),
    ],
)
def test_a_bank_without_spread_is_refused_before_grading(dry, bank, board, changes, told):
    without_spread(bank, **changes(bank))
    done = dry(board, "--adaptive", "--out", "run", "--fail-under", "0.5")
    assert done.status == 2
    assert told in done.err
    assert done.err.count("\n") == 1
    assert not Path("run/results.jsonl").exists()


def test_a_narrow_prior_stops_nothing(dry, bank, samples):
    """All answers wrong against a bank of strong runs: the answers decide, not the runs."""
    without_spread(bank, ability_mean=2.0, ability_deviation=0.31)
    wrong = samples([(task, "failed") for task in TASKS])
    words = ("--adaptive", "--se", "0.4", "--workers", "1", "--fail-under", "0.5")
    done = dry(wrong, *words, "--json")
    found = json.loads(done.out)["adaptive"]
    assert (found["asked"], found["predicted"], done.status) == (6, 0.0, 3)


def test_a_threshold_is_not_met_by_what_the_bank_expects(dry, bank, board):
    without_spread(bank, ability_mean=3.0)
    done = dry(board, "--adaptive", "--max-items", "2", "--workers", "1", "--fail-under", "0.5")
    assert done.status == 3
    assert "too little" in done.err
    assert "leans on what the bank expects" in " ".join(done.out.split())


def test_the_reported_bank_of_equal_runs_is_refused(dry, shared):
    reports = shared / "data" / "reports" / "stats"
    words = ("--adaptive", "--items", reports / "items-ss.json", "--fail-under", "0.5")
    done = dry(reports / "all_wrong.jsonl", *words)
    assert done.status == 2
    assert "equally strong" in done.err


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("all_fail.csv", "no bank"), ("bool.csv", "bool.csv:2: column 2"), ("crlf.csv", "2 runs"),
        ("dup_cols.csv", "two columns"), ("empty.csv", "no matrix"), ("empty_cells.csv", "2 runs"),
        ("float.csv", "float.csv:2: column 2"), ("header_only.csv", "no matrix"),
        ("k_gt_n.csv", "4 right samples of 3"), ("nan.csv", "nan.csv:2: column 3"),
        ("neg.csv", "neg.csv:2: column 2"), ("one_row.csv", "1 run"), ("one_task.csv", "no bank"),
        ("same_strength.csv", "equally strong"), ("semicolon.csv", "semicolon"),
        ("transposed.csv", "2 runs"),
    ],
)  # fmt: skip
def test_an_odd_matrix_is_refused_in_one_line(grader, shared, name, told):
    pytest.importorskip("numpy")
    done = grader("irt", "fit", shared / "data" / "reports" / "stats" / name)
    assert done.status == 2
    assert told in done.err
    assert done.err.count("\n") == 1
    assert not Path("items.json").exists()


ADAPTIVE_WORDS = ("predicted", "ability", "chosen to tell most", "not asked", "the benchmark's")


def test_a_run_that_asked_all_tasks_reads_as_any_other(dry, grader, bank, board):
    words = [word for task in TASKS for word in ("--task", task)]
    dry(board, *words, "--adaptive", "--se", "0.01", "--workers", "2", "--out", "run")
    for page in (
        grader("report", "run").out,
        grader("report", "run", "--format", "html", "-o", "-").out,
    ):
        assert "66.67 %" in page
        assert not [each for each in ADAPTIVE_WORDS if each in page]


def test_a_threshold_of_a_run_that_asked_all_tasks_is_about_their_score(dry, bank, board):
    words = [word for task in TASKS for word in ("--task", task)]
    done = dry(board, *words, "--adaptive", "--se", "0.01", "--fail-under", "0.9")
    assert done.status == 3
    assert "pass@1 is 0.6667" in done.err


def test_what_is_resolved_is_not_said_after_few_tasks(dry, grader, bank, board):
    done = dry(board, "--adaptive", "--max-items", "2", "--workers", "1", "--out", "run", "--json")
    found = json.loads(done.out)["resolved"]
    assert found["value"] is None
    assert "2 of 18 tasks were asked" in found["why"]
    out = grader("report", "run").out
    assert "resolved" not in out
    assert "without a sample" not in out


def test_an_error_out_of_reach_is_said_before_the_run(dry, bank, board):
    done = dry(board, "--adaptive", "--se", "0.01", "--workers", "1")
    assert "cannot bring the error to 0.01: 6 tasks leave" in done.err
    few = dry(board, "--adaptive", "--se", "0.6", "--max-items", "2", "--workers", "1")
    assert "2 tasks leave" in few.err
    assert "cannot" not in dry(board, "--adaptive", "--se", "0.9", "--workers", "1").err


@pytest.fixture
def dark(bank):
    """Two of the six tasks were solved by no run of the fit."""
    items = (*bank.items[:4], *equal(bank, solved=0.0)[4:])
    without_spread(bank, items=items)


def test_blind_spots_are_counted_and_held_open(dry, grader, dark, board):
    words = ("--adaptive", "--max-items", "3", "--workers", "1", "--out", "run", "--json")
    found = json.loads(dry(board, *words).out)["adaptive"]
    assert (found["blind"], found["blind_left"]) == (2, 2)
    assert found["high"] == 1.0
    text = " ".join(grader("report", "run").out.split())
    assert "2 of 6 tasks were solved by no run of the bank's fit: none was asked" in text
    page = grader("report", "run", "--format", "html", "-o", "-").out
    assert "2 of 6 tasks were solved by no run" in page


def test_what_is_predicted_without_blind_spots_is_said_apart(dry, grader, dark, board):
    words = ("--adaptive", "--max-items", "3", "--workers", "1", "--out", "run", "--json")
    found = json.loads(dry(board, *words).out)["adaptive"]
    lit = found["sighted"]
    assert lit["high"] - lit["low"] < found["high"] - found["low"]
    assert lit["low"] <= lit["score"] <= lit["high"]
    text = " ".join(grader("report", "run").out.split())
    assert "of the other 4, 95 % CI" in text
    assert "with them no interval holds 95 %" in text


def test_without_blind_spots_nothing_is_said_apart(dry, grader, bank, board):
    words = ("--adaptive", "--max-items", "3", "--workers", "1", "--out", "run", "--json")
    assert json.loads(dry(board, *words).out)["adaptive"]["sighted"] is None
    assert "without these" not in grader("report", "run").out


def test_a_width_ends_a_run(dry, bank, board):
    sharp = bank.model_copy(update={"items": equal(bank, discrimination=3.0)})
    near = [each.model_copy(update={"difficulty": i / 10}) for i, each in enumerate(sharp.items)]
    without_spread(bank, items=tuple(near))
    made = json.loads(dry(board, "--adaptive", "--width", "60", "--workers", "1", "--json").out)
    found = made["adaptive"]
    assert found["stopped"] == "the interval is no wider than 60 points"
    assert found["high"] - found["low"] <= 0.6
    assert found["proven"]
    assert found["asked"] < 6


def test_a_width_that_blind_spots_forbid_is_said_before_the_run(dry, dark, board):
    words = ("--adaptive", "--width", "5", "--max-items", "1", "--workers", "1")
    done = dry(board, *words)
    assert "cannot narrow the interval to 5 points" in done.err
    assert "2 tasks, of which 2 must be asked" in done.err


@pytest.mark.parametrize("value", ["0", "100", "-3", "x"])
def test_a_bad_width_is_refused(dry, bank, board, value):
    done = dry(board, "--adaptive", "--width", value)
    assert done.status == 2
    assert "points" in done.err


def test_several_samples_a_task_are_one_answer_each(dry, bank, samples):
    """Twenty alike samples of a task told a run to stop after two or three tasks."""
    many = samples([(task, "done") for task in TASKS for _ in range(20)])
    found = json.loads(dry(many, "--adaptive", "--se", "0.5", "--json", "--workers", "1").out)
    assert found["adaptive"]["asked"] == 6
