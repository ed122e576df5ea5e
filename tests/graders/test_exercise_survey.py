from grader.graders._exercise_survey import SurveyRound, begun, state_of
from grader.graders._exercise_twins import TwinLesson, drawn, expected_failures, offered, read
from grader.runners.base import TestTwin as Twin
from grader.runners.base import TextEdit


def edit(place):
    return TextEdit("t", place, place + 1, "x")


WAYS = {"a": [edit(0), edit(1)], "b": [edit(2)]}
TESTS = {"a": True, "b": True, "c": True}


def test_tests_that_the_own_solution_fails_teach_nothing():
    assert begun({"a": False}, "").why == "it fails a"
    assert begun(None, "no compiler").why == "no compiler"


def test_survey_tries_each_way_until_one_is_failed():
    lesson = begun(TESTS, "")

    first = state_of(lesson, WAYS, {}).next
    second = state_of(lesson, WAYS, {"1": {"a": True, "b": False, "c": True}}).next

    assert first == SurveyRound("1", {"a": edit(0), "b": edit(2)})
    assert second == SurveyRound("2", {"a": edit(1)})


def rounds(first, second):
    return {
        "1": {"a": True, "b": False, "c": True},
        "2": {"a": False, "b": True, "c": True},
        "mixed 0": first,
        "mixed 1": second,
    }


def test_survey_halves_what_breaks_the_run_off():
    broken = {"1": {}}

    first = state_of(begun(TESTS, ""), WAYS, broken).next
    second = state_of(begun(TESTS, ""), WAYS, {**broken, "1.0": None}).next
    third = state_of(begun(TESTS, ""), WAYS, {**broken, "1.0": None, "1.1": {"b": False}}).next

    assert first == SurveyRound("1.0", {"a": edit(0)})
    assert second == SurveyRound("1.1", {"b": edit(2)})
    assert third == SurveyRound("2", {"a": edit(1)})


def test_survey_keeps_twins_that_change_their_test_alone():
    found = state_of(
        begun(TESTS, ""),
        WAYS,
        rounds({"a": False, "b": True, "c": True}, {"a": True, "b": False, "c": True}),
    )

    assert found.next is None
    assert found.lesson.twins == (("a", 1), ("b", 0))


def test_survey_drops_twins_with_which_others_fail():
    found = state_of(
        begun(TESTS, ""),
        WAYS,
        rounds({"a": False, "b": True, "c": False}, {"a": True, "b": False, "c": True}),
    )

    assert found.lesson.twins == (("b", 0),)


def test_each_twin_is_in_one_of_both_runs():
    lesson = TwinLesson(tests=("a", "b", "c"), twins=(("a", 1), ("b", 0)))

    first, second = drawn(lesson, b"seed")

    assert first | second == {"a", "b"}
    assert not first & second
    assert len({drawn(lesson, bytes([n])).first for n in range(64)}) == 4


def test_pass_is_who_fails_each_twin_and_nothing_else():
    lesson = TwinLesson(tests=("a", "b", "c"), twins=(("a", 1), ("b", 0)))
    runs = [(frozenset("a"), {"a": False, "b": True, "c": True})]

    assert read(lesson, [*runs, (frozenset("b"), {"a": True, "b": False, "c": True})]).passed == (
        "a", "b", "c",
    )  # fmt: skip
    assert read(lesson, [*runs, (frozenset("b"), TESTS)]).believed == ("b",)
    assert read(lesson, [*runs, (frozenset("b"), {"a": True, "b": False})]).missing == ("c",)
    wrong = read(lesson, [*runs, (frozenset("b"), {"a": False, "b": True, "c": True})])
    assert (wrong.failed, wrong.believed) == (("a",), ("b",))


def test_test_of_parts_fails_with_each_of_them():
    assert expected_failures(["T", "T/x", "T/y", "U"], ["T/x"]) == {"T", "T/x"}


def test_twins_are_offered_where_their_name_is_the_end_of_one():
    twins = [Twin("x", edit(0)), Twin("y", edit(1)), Twin("T", edit(2))]

    assert offered(twins, ["A > x", "A > y", "B > y", "T", "T/1"]) == {"A > x": [edit(0)]}
