"""The tally: counts, uncertainty and words from results in any order."""

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.core.execution import (
    CompletionRecord,
    CompletionWord,
    Execution,
    Isolation,
    StepEnd,
    StepResult,
)
from grader.core.manifest import DatasetRef, Manifest
from grader.core.result import Result, Trust, Verdict
from grader.stats.reasons import OTHER, REASONS_KEPT
from grader.stats.summary import RunTally, disagreement

TASKS = ("T/0", "T/1", "T/2", "T/3")
USERNS = Isolation(tier="userns", walls=("pid-ns", "seccomp"))
quick = settings(max_examples=60, deadline=None, database=None)


def manifest(**changes):
    fields = {
        "run_id": "run-1",
        "engine_version": "0",
        "dataset": DatasetRef(benchmark="toy", version="2", sha256="ab"),
        "samples_path": "samples.jsonl",
        "samples_sha256": "",
    }
    return Manifest(**(fields | changes))


def tally(*results, known_broken=None):
    made = RunTally(task_ids=TASKS, known_broken=known_broken or {})
    for result in results:
        made.add(result)
    return made


def report(made, ks=(1,)):
    return made.report(manifest(), ks=ks, wall_s=2.5, complete=True)


def result(task=0, index=0, verdict=Verdict.PASSED, **fields):
    return Result(task_id=TASKS[task], index=index, verdict=verdict, **fields)


def ran(said=CompletionWord.DONE, *, cpu_s=0.25, isolation=USERNS):
    step = StepResult(
        name="tests", ended=StepEnd.EXIT, completion=CompletionRecord(said=said), cpu_s=cpu_s
    )
    return Execution(provider="local", isolation=isolation, steps=(step,))


def metric(made, k=1):
    return report(made, ks=(k,)).metrics[0]


def test_report_counts_tasks_samples_and_verdicts():
    made = report(tally(result(0), result(0, 1, Verdict.FAILED), result(2, 0, Verdict.TIMEOUT)))
    assert (made.tasks_total, made.tasks_covered, made.samples) == (4, 2, 3)
    assert made.counts == {"passed": 1, "failed": 1, "timeout": 1}
    assert [(row.task_id, row.samples, row.passed) for row in made.rows] == [
        ("T/0", 2, 1),
        ("T/2", 1, 0),
    ]


def test_report_names_the_run_as_the_manifest_does():
    made = report(tally())
    assert (made.run_id, made.benchmark, made.version, made.dataset_sha256) == (
        "run-1",
        "toy",
        "2",
        "ab",
    )
    assert (made.wall_s, made.complete) == (2.5, True)


def test_report_of_nothing_has_no_figure():
    made = metric(tally())
    assert (made.value, made.low, made.why) == (None, None, "no samples")


def test_pass_at_k_rests_on_graded_samples_only():
    made = tally(
        result(0),
        result(0, 1, Verdict.FAILED),
        result(0, 2, Verdict.UNGRADED),
        result(1),
        result(1, 1),
    )
    assert metric(made).value == pytest.approx(0.75)
    assert report(made).counts["ungraded"] == 1


def test_pass_at_k_is_undefined_where_a_covered_task_has_too_few():
    made = metric(tally(result(0), result(0, 1), result(1)), k=2)
    assert made.value is None
    assert made.why == "1 of 2 tasks has fewer than 2 graded samples"


def test_undefined_pass_at_k_gives_bounds_where_only_ungraded_samples_lack():
    made = metric(tally(result(0), result(1, 0, Verdict.UNGRADED)))
    assert made.value is None
    assert (
        made.why
        == "1 of 2 tasks has no graded sample; 1 ungraded, with them between 0.5000 and 1.0000"
    )


def test_metric_has_an_interval_over_tasks():
    made = metric(tally(result(0), result(1), result(2, 0, Verdict.FAILED)))
    assert made.method == "wilson"
    assert made.low < made.value < made.high
    assert made.tasks == 3


def test_metric_of_one_task_says_why_there_is_no_interval():
    made = metric(tally(result(0), result(0, 1, Verdict.FAILED)))
    assert (made.value, made.low, made.high) == (0.5, None, None)
    assert made.why == "one task has no spread to judge by"


def test_readings_have_their_own_pass_at_k():
    made = tally(
        result(0, readings={"base": "passed", "plus": "passed"}),
        result(1, 0, Verdict.FAILED, readings={"base": "passed", "plus": "failed"}),
    )
    readings = {reading.name: reading for reading in report(made).readings}
    assert readings["base"].metrics[0].value == 1.0
    assert readings["plus"].metrics[0].value == 0.5
    assert (readings["plus"].passed, readings["plus"].graded) == (1, 2)


def test_a_reading_rests_on_the_tasks_that_can_have_it():
    made = tally(result(0, readings={"compat-base": "passed"}), result(1, 0, Verdict.FAILED))
    (reading,) = report(made).readings
    assert (reading.metrics[0].value, reading.metrics[0].tasks) == (1.0, 1)


def test_reading_is_undefined_where_a_covered_task_lacks_it():
    made = tally(result(0, readings={"base": "passed"}), result(1, 0, Verdict.UNGRADED))
    assert report(made).readings[0].metrics[0].value is None


def test_superseded_result_leaves_no_trace():
    first = result(
        0,
        0,
        Verdict.UNGRADED,
        reason="slot died",
        extraction="fence",
        readings={"base": "ungraded"},
    )
    second = result(0, 0, Verdict.PASSED, execution=ran(), readings={"base": "passed"})
    made = tally(first)
    made.add(second, supersedes=first)
    assert report(made) == report(tally(second))


def test_superseding_an_execution_takes_its_seconds_back():
    first = result(0, 0, Verdict.ERROR, execution=ran(CompletionWord.REFUSED, cpu_s=3.0))
    second = result(0, 0, Verdict.PASSED, execution=ran(cpu_s=0.5))
    made = tally(first)
    made.add(second, supersedes=first)
    assert (report(made).cpu_s, report(made).uncompiled) == (0.5, 0)


def test_trust_counts_graded_samples_only():
    made = tally(result(0, trust=Trust.SEPARATED), result(1), result(2, 0, Verdict.UNGRADED))
    assert report(made).trust == {"separated": 1, "shared": 1}


def test_report_counts_duplicates_uncompiled_and_extraction():
    made = report(
        tally(
            result(0, 0, Verdict.ERROR, execution=ran(CompletionWord.REFUSED)),
            result(0, 1, Verdict.ERROR, same_as=0),
            result(1, 0, execution=ran(), extraction="fence"),
        )
    )
    assert (made.duplicates, made.uncompiled, made.extraction) == (1, 1, {"fence": 1})
    assert made.cpu_s == 0.5


def test_known_broken_tasks_are_named_when_covered():
    made = report(tally(result(1), known_broken={"T/1": "wrong test", "T/3": "not covered"}))
    assert made.known_broken == {"T/1": "wrong test"}
    assert made.rows[0].known_broken == "wrong test"


def test_reasons_that_differ_in_figures_count_as_one():
    made = tally(
        result(0, 0, Verdict.UNGRADED, reason="waited 2.9 s"),
        result(0, 1, Verdict.UNGRADED, reason="waited 13 s"),
        result(0, 2, Verdict.UNGRADED, reason="slot 4 died"),
    )
    assert report(made).ungraded == {"waited … s": 2, "slot 4 died": 1}


def test_reasons_are_bounded_in_number_and_none_is_lost():
    reasons = [f"broke {'x' * number}" for number in range(REASONS_KEPT + 5)]
    made = tally(*(result(0, i, Verdict.UNGRADED, reason=r) for i, r in enumerate(reasons)))
    ungraded = report(made).ungraded
    assert len(ungraded) == REASONS_KEPT + 1
    assert ungraded[OTHER] == 5
    assert sum(ungraded.values()) == len(reasons)


def test_report_keeps_the_isolation_that_held_throughout():
    weak = Isolation(tier="bare", walls=("seccomp",), missing=("pid-ns",))
    made = tally(result(0, execution=ran()), result(1, execution=ran(isolation=weak)))
    isolation = report(made).isolation
    assert (isolation.tier, isolation.walls, isolation.missing) == (
        "userns+bare",
        ("seccomp",),
        ("pid-ns",),
    )


def test_isolation_comes_from_the_manifest_where_nothing_ran():
    made = tally(result(0)).report(manifest(isolation=USERNS), ks=(1,), wall_s=0, complete=True)
    assert made.isolation == USERNS


def test_add_refuses_a_task_that_was_not_selected():
    with pytest.raises(KeyError, match="elsewhere"):
        tally().add(Result(task_id="elsewhere", index=0, verdict=Verdict.PASSED))


def test_memory_does_not_grow_with_samples():
    made = tally()
    one = result(0, 0, Verdict.FAILED, execution=ran(), readings={"base": "failed"})
    other = result(1, 0, Verdict.UNGRADED, reason="slot 1 died")
    for _ in range(10):
        made.add(one)
        made.add(other)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(5000):
            made.add(one)
            made.add(other)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 20_000


outcomes = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(list(Verdict)), st.floats(0, 5)), max_size=40
)


@quick
@given(outcomes, st.randoms(use_true_random=False))
def test_report_does_not_depend_on_the_order_of_results(drawn, random):
    results = [
        result(task, index, verdict, reason=f"r{index % 3}x", execution=ran(cpu_s=cpu_s))
        for index, (task, verdict, cpu_s) in enumerate(drawn)
    ]
    straight = report(tally(*results), ks=(1, 2))
    random.shuffle(results)
    shuffled = report(tally(*results), ks=(1, 2))
    assert shuffled.model_copy(update={"ungraded": {}}) == straight.model_copy(
        update={"ungraded": {}}
    )
    assert sum(shuffled.ungraded.values()) == sum(straight.ungraded.values())


@quick
@given(outcomes)
def test_counts_of_verdicts_sum_to_the_samples(drawn):
    made = report(tally(*(result(task, i, verdict) for i, (task, verdict, _) in enumerate(drawn))))
    assert sum(made.counts.values()) == made.samples == len(drawn)
    assert sum(row.samples for row in made.rows) == made.samples
    assert sum(row.passed for row in made.rows) == made.counts.get("passed", 0)
    assert sum(made.trust.values()) == made.samples - made.counts.get("ungraded", 0)


def test_disagreement_is_about_passing_and_names_its_reasons():
    result = Result(task_id="t", index=0, verdict=Verdict.TAMPERED, evidence=("a hook", "a marker"))
    differ = result.model_copy(update={"readings": {"parity": "passed", "strict": "tampered"}})
    assert disagreement(differ) == "a hook; a marker"
    for readings in ({"parity": "failed", "strict": "tampered"}, {"base": "passed"}, {}):
        assert disagreement(result.model_copy(update={"readings": readings})) == ""


def test_patches_beside_solutions_are_counted_and_near_ones_named():
    tally = RunTally(task_ids=["b", "a"], known_broken={})
    for task, index, share in (("a", 0, 1.0), ("b", 1, 0.95), ("b", 0, 0.05)):
        tally.add(
            Result(
                task_id=task, index=index, verdict="passed", solution_share=share, solution_lines=4
            )
        )
    tally.add(Result(task_id="a", index=1, verdict="empty"))
    found = tally._likenesses.found()
    assert (found.compared, found.near, found.bins[0], found.bins[9]) == (3, 2, 1, 2)
    assert [(each.task_id, each.index) for each in found.samples] == [("b", 1), ("a", 0)]
    assert found.mean == pytest.approx(2 / 3)
    first = Result(task_id="a", index=0, verdict="passed", solution_share=1.0)
    tally.add(first.model_copy(update={"solution_share": 0.0}), supersedes=first)
    assert tally._likenesses.found().near == 1


REPOSITORY_TASKS = tuple(f"o__{place}-{n}" for place in "abc" for n in range(20))


def repository_tally(readings=None, *, left_out=()):
    """Every task of repository a passes and no other."""
    made = RunTally(task_ids=REPOSITORY_TASKS, known_broken={})
    for task in REPOSITORY_TASKS:
        if task in left_out:
            continue
        passed = Verdict.PASSED if task.startswith("o__a") else Verdict.FAILED
        found = (readings or {}).get(task, {})
        made.add(Result(task_id=task, index=0, verdict=passed, readings=found))
    return report(made)


def test_resolved_is_clustered_as_pass_at_1_is():
    made = repository_tally()
    pass_at_1 = made.metrics[0]
    assert pass_at_1.method.startswith("clustered t, 3 clusters")
    resolved = (made.resolved.low, made.resolved.high, made.resolved.method)
    assert resolved == (pass_at_1.low, pass_at_1.high, pass_at_1.method)


def test_resolved_knows_the_repositories_of_tasks_without_a_sample():
    """The tasks left out are first: each value must keep its own task's repository."""
    made = repository_tally(left_out=REPOSITORY_TASKS[:20] + REPOSITORY_TASKS[40:41])
    assert made.resolved.value == 0
    other = repository_tally(left_out=REPOSITORY_TASKS[25:40])
    assert (other.resolved.low, other.resolved.high) == (
        repository_tally().resolved.low,
        repository_tally().resolved.high,
    )


def test_readings_use_the_clusters_of_the_tasks_that_have_them():
    """Only b and c have the reading; each repository is of one mind, so its error is the largest."""
    readings = {
        task: {"compat": "passed" if task.startswith("o__b") else "failed"}
        for task in REPOSITORY_TASKS
        if not task.startswith("o__a")
    }
    (reading,) = repository_tally(readings).readings
    (found,) = reading.metrics
    assert (found.tasks, found.method) == (
        40,
        "clustered t, 2 clusters, 2 effective, few clusters",
    )
    assert found.high - found.low > 0.9
