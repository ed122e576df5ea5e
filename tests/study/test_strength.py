"""`examine`: mutants graded, survivors told apart, resumed after a kill, and told elsewhere."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from grader.core.strength import BenchmarkStrength
from grader.errors import UsageError
from grader.record import journal
from grader.study.strength import kept
from grader.study.strength.apart import ToldApart

ROOT = Path(__file__).resolve().parents[2]
STRONG = """def check(candidate):
    for low in range(-3, 4):
        for high in range(low, 5):
            assert candidate([high, low, 2], low) == [v for v in [high, low, 2] if v > low]
    assert candidate([], 1) == []
"""
WEAK = """def check(candidate):
    assert candidate([1, 2, 9], 4) == [9]
    assert candidate([7, 3], 5) == [7]
"""


@pytest.fixture
def bench(tmp_path):
    for name, tests in (("strong", STRONG), ("weak", WEAK), ("bare", WEAK)):
        task = tmp_path / "bench" / name
        (task / "tests").mkdir(parents=True)
        (task / "task.toml").write_text(
            f'[task]\nid = "{name}"\nkind = "function"\nentry_point = "above"\n'
        )
        (task / "instruction.md").write_text("Values above.\n")
        (task / "prompt.py").write_text('def above(values, limit):\n    """Values above."""\n')
        (task / "tests" / "test.py").write_text(tests)
        if name != "bare":
            (task / "solution").mkdir()
            (task / "solution" / "solution.py").write_text(
                "def above(values, limit):\n    return [v for v in values if v > limit]\n"
            )
    return tmp_path / "bench"


def command(bench, out, *more):
    words = ["strength", "folder", "--data", bench, "--out", out, "--workers", "2", *more]
    return [sys.executable, "-m", "grader", *map(str, words)]


def strength(bench, out, *more, status=0):
    done = subprocess.run(
        command(bench, out, *more),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == status, done.stderr
    return done.stdout


def test_weak_tests_are_told_from_strong_ones_with_the_diff_and_an_input(bench, tmp_path):
    text = strength(bench, tmp_path / "out", "--quiet")
    found = kept.read(tmp_path / "out")
    rows = {row.task_id: row for row in found.rows}
    assert rows["strong"].survived == 0
    assert rows["strong"].rate == 0
    assert rows["weak"].survived > 0
    assert rows["weak"].is_weak
    assert rows["bare"].rate is None
    assert "no solution of its own" in rows["bare"].why
    boundary = next(each for each in rows["weak"].survivors if "v >= limit" in each.diff)
    assert boundary.different > 0
    assert rows["weak"].low < rows["weak"].rate < rows["weak"].high
    assert "+    return [v for v in values if v >= limit]" in text
    assert "a wrong solution passes with probability" in text
    assert "inputs that would tell" in text


def test_examination_that_was_killed_goes_on_where_it_was(bench, tmp_path):
    whole = tmp_path / "whole"
    strength(bench, whole, "--quiet")
    out = tmp_path / "out"
    with subprocess.Popen(
        command(bench, out),
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        while not (out / journal.NAME).exists() or (out / journal.NAME).stat().st_size < 4000:
            assert process.poll() is None or (out / kept.FIGURES).exists()
            if process.poll() is not None:
                break
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    before = (out / journal.NAME).read_bytes()
    with (out / kept.APART).open("ab") as file:
        file.write(b'{"task_id": "weak", "numb')
    strength(bench, out, "--quiet")
    assert (out / journal.NAME).read_bytes().startswith(before.rpartition(b"\n")[0])
    keys = [(each.task_id, each.index) for each in journal.read(out / journal.NAME)]
    assert len(keys) == len(set(keys))
    assert kept.read(out) == kept.read(whole)


def test_budget_that_is_spent_leaves_the_rest_for_later(bench, tmp_path):
    text = strength(bench, tmp_path / "out", "--quiet", "--budget", "0.001")
    assert "the budget was spent" in text
    assert not kept.read(tmp_path / "out").complete
    strength(bench, tmp_path / "out", "--quiet")
    assert kept.read(tmp_path / "out").complete


def test_answers_are_written_through_no_link(tmp_path):
    (tmp_path / kept.APART).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="is a link"):
        kept.SurvivorAnswers(tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def test_answers_that_were_cut_off_are_asked_again_and_others_stay(tmp_path):
    with closing(kept.SurvivorAnswers(tmp_path)) as answers:
        answers.add("a", {1: ToldApart(9, 1), 2: ToldApart(9, 0)})
    path = tmp_path / kept.APART
    path.write_bytes(path.read_bytes()[:-1])
    with closing(kept.SurvivorAnswers(tmp_path)) as answers:
        assert answers.known == {"a": {1: ToldApart(9, 1)}}
        answers.add("a", {2: ToldApart(9, 3)})
    with closing(kept.SurvivorAnswers(tmp_path)) as answers:
        assert answers.known == {"a": {1: ToldApart(9, 1), 2: ToldApart(9, 3)}}


def test_folder_of_other_mutants_is_refused(bench, tmp_path):
    strength(bench, tmp_path / "out", "--quiet", "--mutants", "3")
    strength(bench, tmp_path / "out", "--quiet", "--mutants", "4", status=2)


def test_reports_audits_and_boards_name_weak_tests(bench, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    strength(bench, tmp_path / "out", "--quiet")
    body = "    return [v for v in values if v > limit]\n"
    lines = [json.dumps({"task_id": name, "completion": body}) for name in ("strong", "weak")]
    Path("samples.jsonl").write_text("\n".join(lines) + "\n")

    def grader(*words):
        argv = [sys.executable, "-m", "grader", *map(str, words)]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(argv, capture_output=True, text=True, check=False, env=env)

    made = grader("evaluate", "folder", "samples.jsonl", "--data", bench, "--out", "run")
    assert made.returncode == 0, made.stderr
    for words in (("report", "run"), ("audit", "run")):
        done = grader(*words, "--strength", "out")
        assert "a wrong solution passes with probability" in done.stdout, done.stderr
        assert "weak tests" in done.stdout or "passes with probability 0." in done.stdout
    page = grader("report", "run", "--strength", "out", "--format", "html", "-o", "page.html")
    assert page.returncode == 0, page.stderr
    assert "a wrong solution passes" in Path("page.html").read_text()
    done = grader("leaderboard", "build", "run", "-o", "site", "--strength", "out")
    assert done.returncode == 0, done.stderr
    assert "Its tests: a wrong solution passes" in Path("site/index.html").read_text()
    other = BenchmarkStrength.model_validate_json(Path("out/strength.json").read_bytes())
    changed = other.dataset.model_copy(update={"sha256": "0" * 64})
    Path("other.json").write_text(other.model_copy(update={"dataset": changed}).model_dump_json())
    assert grader("report", "run", "--strength", "other.json").returncode == 2
