"""Comparisons of runs: decisions, words, ranks and what may not be said."""

import re

import pytest

from grader.core.comparison import PairDecision
from grader.stats.compare import RunScores, compare
from grader.stats.passk import TaskCount


def scores(name, passed, *, graded=1, ungraded=None, task="T/{}"):
    counts = {task.format(i): TaskCount(graded, hits) for i, hits in enumerate(passed)}
    return RunScores(name, f"run-{name}", counts, ungraded or {})


def system(verified, name):
    row = verified.rows[verified.subjects.index(name)]
    counts = {task: TaskCount(1, hit) for task, hit in zip(verified.items, row, strict=True)}
    return RunScores(name, name, counts, {})


def pair(*runs, **options):
    (found,) = compare(runs, **options).pairs
    return found


def test_a_clear_difference_has_a_winner():
    found = pair(scores("a", [1] * 80 + [0] * 20), scores("b", [1] * 40 + [0] * 60))
    assert found.decision is PairDecision.A_BETTER
    assert found.difference == pytest.approx(0.4)
    assert found.words.startswith("a is better than b by 40.0 points (95 % CI 30.2 to 49.8)")
    assert (found.only_a, found.only_b, found.test) == (40, 0, "exact McNemar")


def test_the_winner_may_be_the_second():
    found = pair(scores("a", [0] * 50), scores("b", [1] * 50))
    assert found.decision is PairDecision.B_BETTER
    assert found.words.startswith("b is better than a by 100.0 points")


def test_a_small_difference_is_inconclusive_and_says_what_it_would_take():
    found = pair(scores("a", [1] * 52 + [0] * 48), scores("b", [0] * 2 + [1] * 48 + [0] * 50))
    assert found.decision is PairDecision.INCONCLUSIVE
    assert found.words.startswith("inconclusive: a is ahead of b by 4.0 points")
    assert re.search(r"100 tasks find differences of \d+\.\d points or more", found.words)
    assert re.search(r"would need about \d", found.words)
    assert found.tasks_needed > 100


def test_equal_runs_are_inconclusive_not_equal():
    found = pair(scores("a", [1, 0, 1]), scores("b", [1, 0, 1]))
    assert found.decision is PairDecision.INCONCLUSIVE
    assert "the same score on each of 3 tasks" in found.words
    assert (found.detectable, found.tasks_needed) == (None, None)


def test_fractional_scores_get_the_sign_flip_test():
    found = pair(
        scores("a", [4, 3, 4, 2, 4, 4, 3, 4], graded=4),
        scores("b", [2, 1, 2, 0, 2, 2, 1, 2], graded=4),
    )
    assert found.test == "sign-flip permutation"
    assert found.p == pytest.approx(2 / 2**8)
    assert found.exact
    assert found.mid_p is None


def test_ungraded_samples_that_could_turn_it_leave_no_winner():
    lost = {f"T/{i}": 3 for i in range(100)}
    found = pair(scores("a", [1] * 80 + [0] * 20, ungraded=lost), scores("b", [1] * 40 + [0] * 60))
    assert found.decision is PairDecision.INCONCLUSIVE
    assert "ungraded samples could turn it" in found.words
    assert found.worst < 0 < found.best


def test_few_ungraded_samples_do_not_turn_a_clear_difference():
    found = pair(
        scores("a", [1] * 80 + [0] * 20, ungraded={"T/0": 1}), scores("b", [1] * 40 + [0] * 60)
    )
    assert found.decision is PairDecision.A_BETTER
    assert found.worst < found.difference < found.best + 1e-9


def test_only_tasks_that_all_have_count():
    a, b = scores("a", [1] * 30), scores("b", [0] * 20)
    found = compare([a, b])
    assert (found.tasks, found.left_out) == (20, 10)
    assert any("10 of 30 tasks are left out" in note for note in found.notes)


def test_larger_k_leaves_out_tasks_with_too_few_samples():
    a = RunScores("a", "a", {"x": TaskCount(5, 2), "y": TaskCount(1, 1)}, {})
    b = RunScores("b", "b", {"x": TaskCount(5, 1), "y": TaskCount(5, 1)}, {})
    found = compare([a, b], k=2)
    assert (found.tasks, found.metric) == (1, "pass@2")
    assert found.pairs[0].error is None
    assert "1 task cannot tell" in found.pairs[0].words


def test_nothing_in_common_is_refused():
    with pytest.raises(ValueError, match="no task has 2 graded samples in every run"):
        compare([scores("a", [1]), scores("b", [1])], k=2)
    with pytest.raises(ValueError, match="two runs"):
        compare([scores("a", [1])])


def test_real_systems_are_clustered_by_repository(verified):
    a, b = verified.subjects[-1], "20250807_openhands_gpt5"
    found = compare([system(verified, a), system(verified, b)])
    assert found.clusters == 12
    assert found.pairs[0].p_clustered is not None
    assert all(
        side.method.startswith("clustered t, 12 clusters, 3.9 effective") for side in found.sides
    )


def test_neighbours_of_the_real_leaderboard_share_their_ranks(verified):
    ranked = sorted(
        verified.subjects, key=lambda s: -sum(verified.rows[verified.subjects.index(s)])
    )
    found = compare([system(verified, name) for name in ranked[:8]])
    assert len(found.pairs) == 28
    assert all(side.rank_best < side.rank_worst for side in found.sides)
    assert any("adjusted for all 28 pairs" in note for note in found.notes)
    assert [side.score for side in found.sides] == sorted(
        (side.score for side in found.sides), reverse=True
    )


def test_a_gap_within_one_cluster_is_not_enough():
    """McNemar alone sees 30 wins of 30; they all come from one of three repositories."""
    task = [f"big__big-{i}" for i in range(30)] + [f"o__{r}-{i}" for r in "xy" for i in range(30)]
    a = RunScores("a", "a", {t: TaskCount(1, t.startswith("big")) for t in task}, {})
    b = RunScores("b", "b", {t: TaskCount(1, 0) for t in task}, {})
    found = pair(a, b)
    assert found.p < 1e-6
    assert found.p_clustered > 0.05
    assert found.decision is PairDecision.INCONCLUSIVE
