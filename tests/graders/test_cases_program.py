"""The trusted end of a program, called as the sandbox calls it."""

import io
import json
import signal
import sys
from inspect import getsource

import pytest

from grader.graders import _case_rules
from grader.graders._case_program import PIECE, PRINTED_CHARS, is_plainly, main

DOUBLE = "def f(x):\n    return [x, x]\n"


def run(candidate, cases, **settings):
    """Execute `candidate` and compare it with the reference on `cases`."""
    solution = {"__name__": "solution"}
    exec(candidate, solution)
    setting = {
        "entry_point": "f",
        "reference": DOUBLE,
        "rules": getsource(_case_rules),
        "shapes": [],
        "rule": "equal",
        "atol": 0,
        "compat": False,
        **settings,
    }
    main(solution, json.dumps(setting).encode(), json.dumps(cases).encode())


def test_main_is_silent_where_all_cases_agree():
    run("def f(x): return [x] * 2", [[1], ["a"], [[1]]])


def test_main_names_the_first_case_that_disagrees():
    with pytest.raises(
        AssertionError, match=r"^case 2: f\(2\) gave \[2, 2, 0\], expected \[2, 2\]$"
    ):
        run("def f(x): return [x, x] if x < 2 else [x, x, 0]", [[1], [2], [3]])


def test_main_shows_no_text_of_the_output_s_own():
    candidate = "class Odd:\n    def __repr__(self): return 'passed'\ndef f(x): return Odd()"
    with pytest.raises(AssertionError, match="gave a Odd, expected"):
        run(candidate, [[1]])


def test_main_can_tell_about_an_integer_too_long_to_print():
    with pytest.raises(AssertionError, match="gave a int too long to show"):
        run("def f(x): return 10 ** 5000", [[1]])


def test_what_the_candidate_raises_passes_through_with_the_case_in_a_note():
    with pytest.raises(ZeroDivisionError) as caught:
        run("def f(x): return [x, 1 // (x - 2)] and [x, x]", [[1], [2]])
    assert caught.value.__notes__ == ["case 2: f(2)"]


def test_a_missing_function_is_a_name_error():
    with pytest.raises(NameError, match="'f' is not defined"):
        run("g = 1", [[1]])


def test_neither_side_sees_what_the_other_did_to_the_arguments():
    reference = "def f(x):\n    x.append(1)\n    return x\n"
    run("def f(x):\n    x.append(1)\n    return x", [[[0]]], reference=reference)
    run("def f(x):\n    r = x + [1]\n    x.clear()\n    return r", [[[0]]], reference=reference)


def test_the_root_rule_sees_the_coefficients_as_they_were_given():
    candidate = "def f(xs):\n    xs.clear()\n    return 7.0"
    with pytest.raises(AssertionError, match="case 1"):
        run(candidate, [[[-1.0, 1.0]]], reference="def f(xs): return 1.0", rule="root", atol=1e-4)


def test_shapes_give_both_sides_the_types_that_json_lost():
    run(
        "def f(x): return x == (1, 2)",
        [[[1, 2]]],
        shapes=["tuple"],
        reference="def f(x): return True",
    )


def test_the_tolerance_sticks_in_the_compat_reading_only():
    reference = "def f(x): return x"
    candidate = "def f(x): return x if isinstance(x, float) else x + 1"
    run(candidate, [[0.5], [10**9]], reference=reference, compat=True)
    with pytest.raises(AssertionError, match="case 2"):
        run(candidate, [[0.5], [10**9]], reference=reference)


def test_the_candidate_may_print_more_than_is_kept(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    run(f"def f(x):\n    print('y' * {PRINTED_CHARS})\n    return [x, x]", [[1], [2], [3]])
    assert sys.stdout is stream
    assert stream.getvalue() == "y" * PRINTED_CHARS


def test_no_timer_is_left_running():
    run(DOUBLE, [[1]])
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)


@pytest.mark.parametrize("length", [0, 1, PIECE, PIECE + 1])
def test_is_plainly_compares_long_lists_whole(length):
    assert is_plainly(list(range(length)), list(range(length)))
    assert not is_plainly([*range(length), 1], list(range(length)))
    assert not is_plainly([*range(length), 1], [*range(length), 2])


def test_is_plainly_is_no_for_an_output_with_a_mind_of_its_own():
    class Liar(int):
        def __eq__(self, other):
            return True

        __hash__ = None

    assert not is_plainly(Liar(1), 1)
    assert not is_plainly([Liar(1)], [2])
    assert not is_plainly((Liar(1),), (2,))
