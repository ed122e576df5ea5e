"""What one run says about itself beyond pass@k."""

import pytest

from grader.core.result import Verdict
from grader.stats.figures import consistency, metrics, resolved
from grader.stats.findings import findings, notes, uncertainty
from grader.stats.passk import TaskCount


def test_resolved_counts_missing_and_ungraded_tasks_as_failed():
    found = resolved([{"passed": 1}, {"passed": 1}, {"failed": 1}, {"ungraded": 1}], 8)
    assert found.value == pytest.approx(2 / 8)
    assert (found.worst, found.best) == (pytest.approx(2 / 8), pytest.approx(7 / 8))
    assert found.method == "wilson"
    assert found.tasks == 8


def test_resolved_of_a_complete_run_needs_no_bounds():
    found = resolved([{"passed": 1, "failed": 1}, {"passed": 2}], 2)
    assert (found.value, found.worst, found.best) == (0.75, None, None)
    assert resolved([], 0) is None
    assert resolved([{"passed": 1}], 1).why


def test_metrics_carry_the_bounds_of_ungraded_samples():
    (found,) = metrics([{"passed": 1, "ungraded": 1}, {"failed": 2}], (1,))
    assert (found.value, found.worst, found.best) == (0.5, 0.25, 0.5)
    (plain,) = metrics([{"passed": 1}, {"failed": 2}], (1,))
    assert (plain.worst, plain.best) == (None, None)


def test_metrics_of_clustered_tasks_say_so():
    tasks = [{"passed": 1} if i % 3 else {"failed": 1} for i in range(60)]
    (found,) = metrics(tasks, (1,), [str(i % 12) for i in range(60)])
    assert found.method == "clustered t, 12 clusters, 12 effective"


def test_consistency_leaves_out_what_cannot_be_computed():
    counts = [TaskCount(4, 2), TaskCount(4, 4)]
    found = consistency(counts, (1, 2, 10), None)
    assert [each.name for each in found] == ["pass^2", "mG-pass@2"]
    assert found[0].value == pytest.approx((1 / 6 + 1) / 2)


def test_findings_name_tasks_and_reasons():
    tasks = {
        "a": {"timeout": 3},
        "b": {"ungraded": 1, "passed": 1},
        "c": {"passed": 2},
        "d": {"failed": 3},
        "e": {"timeout": 2},
    }
    found = list(findings(tasks, {"c": "typo in its test"}))
    assert [(each.task_id, each.kind) for each in found] == [
        ("a", "never ends"),
        ("b", "ungraded"),
        ("c", "known unsound"),
    ]
    assert found[2].why == "typo in its test"


def test_uncertainty_splits_tasks_from_samples():
    counts = [TaskCount(10, hits) for hits in (1, 9, 3, 7, 5, 5, 8, 2)]
    values = [count.passed / count.graded for count in counts]
    found = uncertainty(values, counts, None)
    assert 0 < found.error_floor < found.error
    assert found.detectable == pytest.approx(2.8016 * found.error * 2**0.5, rel=1e-3)
    assert uncertainty([1.0, 0.0], [TaskCount(1, 1), TaskCount(1, 0)], None).error_floor is None
    assert uncertainty([1.0], [TaskCount(1, 1)], None) is None


def test_notes_say_what_the_figures_cannot():
    counts = [TaskCount(1, 1)] * 5
    lost = metrics([{"passed": 1, "ungraded": 1}], (1,))
    text = " | ".join(notes(counts, missing=2, clusters=["x", "y"], known_broken=1, metrics=lost))
    for words in ("leaves out 2 selected tasks", "5 tasks only", "2 repositories only: the interval is itself rough",
                  "one sample per task", "known to be unsound", "worst and best"):  # fmt: skip
        assert words in text


def test_a_large_clean_run_needs_no_note():
    counts = [TaskCount(4, 2)] * 100
    assert list(notes(counts, missing=0, clusters=None, known_broken=0, metrics=())) == []


def test_every_verdict_is_counted_once():
    tasks = [{verdict.value: 1} for verdict in Verdict]
    assert sum(sum(task.values()) for task in tasks) == len(Verdict)
    (found,) = metrics(tasks, (1,))
    assert found.value is None
    assert "1 of 10 tasks has no graded sample" in found.why
