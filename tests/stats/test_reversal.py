"""Tasks are accused by a test: sound ones hardly ever, reversed ones where enough runs say so."""

import importlib.util
import sys
from itertools import permutations
from pathlib import Path
from random import Random

import pytest

from grader.stats import reversal
from grader.stats.audit import NEGATIVE, audit_tasks
from grader.stats.correlation import correlation
from grader.stats.reversal import reversal_p

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "accused.py"
spec = importlib.util.spec_from_file_location("accused_script", SCRIPT)
script = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = script
spec.loader.exec_module(script)
benchmark, flagged = script.sound, script.accused


@pytest.mark.parametrize("samples", [1, 5])
@pytest.mark.parametrize("runs", [5, 6, 7, 8, 12, 25])
def test_sound_tasks_are_hardly_ever_accused(runs, samples):
    """The sign of the correlation alone accuses 6 to 18 % of them with one sample per task."""
    random = Random(runs)
    made = [flagged(benchmark(random, runs=runs, samples=samples)) for _ in range(4)]
    assert max(made) <= 0.05


@pytest.mark.parametrize("runs", [5, 8, 20])
def test_tasks_of_runs_that_do_not_differ_are_accused_at_most_in_a_twentieth(runs):
    random = Random(runs)
    made = [flagged(benchmark(random, runs=runs, samples=5, spread=0.0)) for _ in range(6)]
    assert sum(made) / len(made) <= 0.05 + 0.014  # two deviations of 984 tasks


@pytest.mark.parametrize("runs", [8, 12, 40])
def test_a_task_that_weak_runs_solve_is_accused(runs):
    found = benchmark(Random(runs), runs=runs, samples=1, spread=1.5)
    order = sorted(range(runs), key=lambda run: sum(found.passed[run]))
    weak = set(order[: runs // 2])
    rows = tuple((int(run in weak), *row[1:]) for run, row in enumerate(found.passed))
    (accused,) = [row for row in audit_tasks(found._replace(passed=rows)) if row.task_id == "t0"]
    assert NEGATIVE in accused.flags
    assert accused.item_rest_p <= 0.05
    assert "weaker runs solve it more often (p = 0.0" in accused.why


def test_few_runs_are_counted_exactly():
    shares, scores = [1.0, 1.0, 0.0, 0.0, 0.5], [0.1, 0.3, 0.35, 0.8, 0.6]
    sums = [sum(x * y for x, y in zip(p, scores, strict=True)) for p in permutations(shares)]
    seen = sum(x * y for x, y in zip(shares, scores, strict=True))
    wanted = sum(each <= seen + 1e-12 for each in sums) / len(sums)
    assert reversal_p(shares, scores, correlation(shares, scores)) == wanted


def test_drawn_permutations_agree_with_counting(monkeypatch):
    shares, scores = [1.0, 1.0, 0.0, 0.0, 0.0, 1.0], [0.1, 0.3, 0.35, 0.8, 0.6, 0.2]
    r = correlation(shares, scores)
    exact = reversal_p(shares, scores, r)
    monkeypatch.setattr(reversal, "EXACT_RUNS", 0)
    assert reversal_p(shares, scores, r) == pytest.approx(exact, abs=0.02)
    assert reversal_p(shares, scores, r) == reversal_p(shares, scores, r)
