"""What runs say about tasks: on real systems and on made ones."""

import pytest

from grader.stats.audit import audit_tasks, saturation
from grader.stats.compare import RunScores
from grader.stats.correlation import correlation
from grader.stats.passk import TaskCount
from grader.stats.responses import ResponseMatrix, from_scores


@pytest.fixture(scope="module")
def real(verified):
    rows = tuple(map(tuple, verified.rows))
    ones = tuple((1,) * len(verified.items) for _ in rows)
    return ResponseMatrix(tuple(verified.subjects), tuple(verified.items), rows, ones)


def made(rows, trials=None):
    items = tuple(f"T/{i}" for i in range(len(rows[0])))
    tries = trials or tuple((1,) * len(items) for _ in rows)
    return ResponseMatrix(
        tuple(f"m{i}" for i in range(len(rows))), items, tuple(map(tuple, rows)), tries
    )


def test_real_systems_never_solve_32_tasks(real):
    rows = audit_tasks(real)
    assert sum("never solved" in row.flags for row in rows) == 32


def test_real_tasks_of_negative_item_rest_are_those_known(real):
    rows = audit_tasks(real)
    negative = [row for row in rows if row.item_rest is not None and row.item_rest < 0]
    assert len(negative) == 9
    assert [(row.task_id, round(row.item_rest, 2)) for row in negative[:3]] == [
        ("astropy__astropy-7606", -0.22),
        ("sympy__sympy-18763", -0.18),
        ("django__django-11790", -0.10),
    ]


def test_real_tasks_are_flagged_only_where_luck_does_not_explain_them(real):
    """-0.10 over 134 runs has a p of 0.13."""
    flagged = {row.task_id for row in audit_tasks(real) if "negative item-rest" in row.flags}
    assert flagged == {"astropy__astropy-7606", "sympy__sympy-18763"}


def test_real_saturation_of_the_best_20(real):
    assert saturation(real) == (20, 209, 250, 41)


def test_correlation_equals_statistics():
    xs, ys = [1.0, 2.0, 4.0, 8.0], [1.0, 3.0, 2.0, 9.0]
    numpy = pytest.importorskip("numpy")
    assert correlation(xs, ys) == pytest.approx(numpy.corrcoef(xs, ys)[0, 1], abs=1e-12)
    assert correlation([1.0, 1.0], [0.0, 1.0]) is None


def test_discrimination_is_the_gap_between_best_and_worst_runs():
    rows = [[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]
    by_task = {row.task_id: row for row in audit_tasks(made(rows))}
    assert by_task["T/0"].discrimination == 1.0
    assert by_task["T/0"].item_rest > 0


def test_few_runs_have_no_correlation():
    row = audit_tasks(made([[1, 0], [0, 1]]))[0]
    assert (row.item_rest, row.discrimination) == (None, None)


def test_what_is_known_comes_first_with_its_reason():
    rows = audit_tasks(
        made([[1, 1, 0]] * 2), flaky={"T/1": "came out both ways"}, known_unsound={"T/2": "typo"}
    )
    assert [(row.task_id, row.flags, row.why) for row in rows] == [
        ("T/2", ("known unsound", "never solved"), "typo"),
        ("T/1", ("flaky", "always solved"), "came out both ways"),
        ("T/0", ("always solved",), ""),
    ]


def test_tasks_that_nobody_tried_are_left_out():
    rows = audit_tasks(made([[1, 0], [1, 0]], trials=((1, 0), (1, 0))))
    assert [row.task_id for row in rows] == ["T/0"]


def test_counts_of_samples_are_shares():
    rows = audit_tasks(made([[3], [1]], trials=((4,), (4,))))
    assert rows[0].solved == 0.5


def test_runs_beside_each_other_keep_gaps():

    a = RunScores("a", "a", {"x": TaskCount(2, 1)}, {})
    b = RunScores("b", "b", {"y": TaskCount(3, 3)}, {})
    found = from_scores([a, b])
    assert found.items == ("x", "y")
    assert found.trials == ((2, 0), (0, 3))
    assert found.score(0) == 0.5
