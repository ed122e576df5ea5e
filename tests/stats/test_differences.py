"""Samples on which a compat reading and the strict one disagree: all counted, the first named."""

import random

from grader.core.report import DifferentSample
from grader.core.result import Result, Verdict
from grader.stats.differences import KEPT, RuleDisagreements

ORDER = {"T/0": 0, "T/10": 1, "T/2": 2}


def result(task="T/0", index=0, verdict=Verdict.PASSED, **readings):
    named = {name.replace("_", "-"): value for name, value in readings.items()}
    return Result(task_id=task, index=index, verdict=verdict, readings=named)


def found(*results):
    made = RuleDisagreements(ORDER)
    for each in results:
        made.add(each, 1)
    return made.found()


def test_a_sample_that_passes_by_one_rule_only_is_named():
    (differences,) = found(
        result(base="failed", compat_base="passed"),
        result("T/2", 3, base="passed", compat_base="passed"),
    )
    assert (differences.reading, differences.compared, differences.differ) == ("compat-base", 2, 1)
    assert differences.samples == (
        DifferentSample(task_id="T/0", index=0, strict="failed", compat="passed"),
    )


def test_compat_alone_is_compared_with_the_verdict():
    (differences,) = found(result(verdict=Verdict.FAILED, compat="passed"))
    assert (differences.reading, differences.differ) == ("compat", 1)


def test_two_ways_not_to_pass_are_no_difference():
    (differences,) = found(result(base="failed", compat_base="timeout"))
    assert differences.differ == 0


def test_what_has_no_verdict_is_not_compared():
    assert found(result(base="ungraded", compat_base="passed")) == ()
    assert found(result(base="passed", compat_base="ungraded")) == ()
    assert found(result(verdict=Verdict.UNGRADED, compat="passed")) == ()


def test_readings_without_a_counterpart_are_left_alone():
    assert found(result(base="failed", plus="passed", compat_plus_x="passed")) == ()


def test_samples_are_named_in_the_datasets_order():
    results = [result(task, index, base="failed", compat_base="passed")
               for task in ORDER for index in (0, 2, 10)]  # fmt: skip
    random.Random(3).shuffle(results)
    (differences,) = found(*results)
    names = [(sample.task_id, sample.index) for sample in differences.samples]
    assert names == [(task, index) for task in ORDER for index in (0, 2, 10)]


def test_the_number_of_names_is_bounded_and_the_count_is_not():
    results = [result(index=index, base="failed", compat_base="passed") for index in range(1500)]
    (differences,) = found(*reversed(results))
    assert differences.differ == 1500
    assert [sample.index for sample in differences.samples] == list(range(KEPT))


def test_a_result_can_be_taken_back():
    made = RuleDisagreements(ORDER)
    first, second = (result(index=at, base="failed", compat_base="passed") for at in (0, 1))
    for each, by in ((first, 1), (second, 1), (first, -1)):
        made.add(each, by)
    (differences,) = made.found()
    assert (differences.compared, differences.differ) == (1, 1)
    assert [sample.index for sample in differences.samples] == [1]
