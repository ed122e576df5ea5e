"""`grader audit` on runs and on matrices."""

import json
import re
from pathlib import Path

import pytest

from grader.benchmarks.folder import bundled
from grader.record.journal import Journal, read

TASKS = ("seat-blocks", "crop-grid", "tag-check")
MORE = (*TASKS, "version-pick", "shelf-count", "wheel-cipher")


@pytest.fixture
def runs(dry, samples):
    for name, words in (("a", "done done failed"), ("b", "done failed failed")):
        pairs = list(zip(TASKS, words.split(), strict=True))
        assert dry(samples(pairs, f"{name}.jsonl"), "--out", f"runs/{name}").status == 0
    return Path("runs/a"), Path("runs/b")


@pytest.fixture
def matrix():
    path = Path("board.csv")
    rows = ["subject_id,a,b,c,d,e,wrong"]
    rows += [
        f"m{i}," + ",".join(str(int(i > j)) for j in range(5)) + f",{int(i < 3)}" for i in range(7)
    ]
    path.write_text("\n".join(rows) + "\n")
    return path


def test_audit_of_runs_counts_never_and_always(grader, runs):
    done = grader("audit", *runs)
    assert done.status == 0
    assert re.search(r"^never solved +1 ", done.out, re.MULTILINE)
    assert re.search(r"^always solved +1 ", done.out, re.MULTILINE)
    assert "2 runs: item-rest correlation and discrimination need 5 or more" in done.out


def test_audit_of_a_matrix_names_the_task_that_weak_runs_solve(grader, matrix):
    done = grader("audit", matrix)
    assert done.status == 0
    assert "look at 1 task" in done.out
    assert "wrong" in done.out
    made = json.loads(grader("audit", matrix, "--json").out)
    assert made["rows"][0]["task_id"] == "wrong"
    assert made["rows"][0]["flags"] == ["negative item-rest"]


def test_audit_finds_equal_samples_that_came_out_differently(grader, dry, samples, runs):
    """The same text, judged once more by an engine that says otherwise."""
    line = (runs[0] / "results.jsonl").read_bytes()
    assert dry(Path("a.jsonl"), "--out", "runs/c").status == 0
    first = next(read(runs[0] / "results.jsonl"))
    with Journal(Path("runs/c")) as book:
        book.append(first.model_copy(update={"verdict": "timeout"}))
    made = json.loads(grader("audit", *runs, "runs/c", "--json").out)
    flagged = [row for row in made["rows"] if "flaky" in row["flags"]]
    assert [row["task_id"] for row in flagged] == [first.task_id]
    assert "passed and timeout" in flagged[0]["why"]
    assert line == (runs[0] / "results.jsonl").read_bytes()


def test_audit_finds_answers_that_are_the_reference(grader, dry):
    text = (bundled() / "version-pick" / "solution" / "solution.py").read_text()
    row = {"task_id": "version-pick", "solution": "# null: done\n" + text}
    Path("leaked.jsonl").write_text(json.dumps(row) + "\n")
    assert dry("leaked.jsonl", "--out", "runs/leaked").status == 0
    done = grader("audit", "runs/leaked")
    assert "LOOK: 1 of 1 answers contain the reference (100.0 %)" in done.out


def test_audit_finds_canaries(grader, runs):
    done = grader("audit", *runs, "--canary", "# NULL: done")
    assert "canary strings in 2 tasks" in done.out


def test_audit_says_why_samples_cannot_be_compared(grader, runs):
    Path("a.jsonl").unlink()
    assert "the samples are no longer at" in grader("audit", *runs).out


def test_audit_by_cutoff_names_the_run_that_falls_off(grader):
    tasks = [f"t{i}" for i in range(60)]
    rows = ["subject_id," + ",".join(tasks)]
    rows += [f"honest{m}," + ",".join(str(int((i + m) % 2)) for i in range(60)) for m in range(4)]
    rows += ["leaked," + ",".join(str(int(i < 30)) for i in range(60))]
    Path("board.csv").write_text("\n".join(rows) + "\n")
    dates = [f"{t},2024-{1 if i < 30 else 7:02}-01,easy" for i, t in enumerate(tasks)]
    Path("dates.csv").write_text("task_id,date,difficulty\n" + "\n".join(dates) + "\n")
    done = grader("audit", "board.csv", "--dates", "dates.csv", "--cutoff", "2024-06-01")
    assert done.status == 0
    assert done.out.count("LOOK: worse on later tasks") == 1
    made = json.loads(
        grader(
            "audit", "board.csv", "--dates", "dates.csv", "--cutoff", "leaked=2024-06-01", "--json"
        ).out
    )
    assert [(each["run"], each["gap"]) for each in made["cutoffs"]] == [("leaked", -1.0)]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--dates", "d.csv"], "add --cutoff"),
        (["--cutoff", "June"], "'June' is no date"),
        (["--cutoff", "nobody=2024-01-01"], "names 'nobody'"),
        (["--cutoff", "2024-01-01"], "no task has a date"),
        (["--cutoff", "2024-01-01", "--dates", "none.csv"], "cannot read none.csv"),
    ],
)
def test_audit_of_bad_dates_says_what_to_do(grader, matrix, words, message):
    done = grader("audit", matrix, *words)
    assert done.status == 2
    assert message in done.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no matrix"),
        ("id,a,b\nm,1\n", "2 cells, and the head has 3"),
        ("id,a\nm,maybe\n", "'maybe' is not 0, 1 or right/all"),
        ("id,a\nm,4/3\n", "4 right samples of 3"),
        ("id,a,a\nm,1,1\n", "two columns are called 'a'"),
    ],
)
def test_audit_of_a_bad_matrix_names_the_line(grader, text, message):
    Path("bad.csv").write_text(text)
    done = grader("audit", "bad.csv")
    assert done.status == 2
    assert message in done.err
    assert "bad.csv" in done.err


def test_audit_takes_counts_and_gaps(grader):
    Path("counts.csv").write_text("id,a,b\nm,3/4,\nn,1/4,1\n")
    made = json.loads(grader("audit", "counts.csv", "--json").out)
    assert {row["task_id"]: (row["runs"], row["solved"]) for row in made["rows"]} == {
        "a": (2, 0.5),
        "b": (1, 1.0),
    }


def test_audit_says_first_that_runs_were_not_asked_the_same(grader, dry, samples, runs):
    pairs = [(task, "done") for task in TASKS]
    assert dry(samples(pairs, "c.jsonl"), "--timeout", "60", "--out", "runs/c").status == 0
    out = " ".join(grader("audit", *runs, "runs/c").out.split())
    assert "time limit: the tasks' own in a, b; 60 CPU s in c" in out
    assert out.index("NOT ASKED THE SAME") < out.index("never solved")


def test_audit_accuses_no_task_where_better_runs_may_have_been_asked_less(grader, dry, samples):
    """Seven runs; the four best fail the first task: by their time limit, for all one knows."""
    for number in range(7):
        good = [number < 3, *(number > place for place in range(5))]
        pairs = [
            (task, "done" if each else "failed") for task, each in zip(MORE, good, strict=True)
        ]
        limit = ["--timeout", "60"] if number < 3 else []
        words = ["--out", f"runs/{number}", *limit]
        assert dry(samples(pairs, f"{number}.jsonl"), *words).status == 0
    done = grader("audit", *(f"runs/{number}" for number in range(7)))
    assert "no task stands out" in done.out
    assert "do not say which of them is better" in " ".join(done.out.split())


def test_equal_samples_under_other_limits_make_no_task_flaky(grader, dry, samples, runs):
    assert dry(Path("a.jsonl"), "--timeout", "60", "--out", "runs/c").status == 0
    first = next(read(runs[0] / "results.jsonl"))
    Path("runs/c/results.jsonl").unlink()
    with Journal(Path("runs/c")) as book:
        book.append(first.model_copy(update={"verdict": "timeout"}))
    made = json.loads(grader("audit", *runs, "runs/c", "--json").out)
    assert not [row for row in made["rows"] if "flaky" in row["flags"]]
    assert made["unlike"][0]["condition"] == "time limit"
