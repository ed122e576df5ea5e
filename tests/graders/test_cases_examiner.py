"""The checker's comparison by cases, in a real conversation with a candidate over a socket."""

import contextlib
import socket
import threading
from inspect import getsource
from types import ModuleType

import pytest

from grader.graders import _case_rules, cases
from grader.graders.cases import packed
from grader.sandboxes._slot.interview import cases as examining
from grader.sandboxes._slot.interview.candidate import CandidateEnd
from grader.sandboxes._slot.interview.cases import COMPAT, FINGERPRINT_BYTES, CaseExaminer
from grader.sandboxes._slot.interview.checker import CheckerEnd
from grader.sandboxes._slot.interview.talk import Gone
from grader.sandboxes._slot.questions import QuestionClock

SAME = "def f(x):\n    return x\n"


def served(channel, source):
    module = ModuleType("solution")
    exec(source, module.__dict__)
    with contextlib.suppress(Gone):
        CandidateEnd(channel, module, []).run()


def end(name, message):
    raise RuntimeError(f"{name}: {message}")


def examined(candidate, inputs, *, known=b"", reference=SAME, **changes):
    """The examiner after its run, and the AssertionError that ended it (None: all agreed)."""
    said = {
        "entry_point": "f",
        "reference": reference,
        "rules": getsource(_case_rules),
        "shapes": (),
        "rule": "equal",
        "atol": 0.0,
        "compat": False,
        "cases": packed([value] for value in inputs),
        **changes,
    }
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=served, args=(theirs, candidate))
    thread.start()
    checker = CheckerEnd(ours, end, isolate=False)
    checker.clock = QuestionClock(16.0)  # else each answer is a batch
    examiner = CaseExaminer(checker, said, known)
    wrong = None
    try:
        checker.hello()
        examiner.run()
    except AssertionError as error:
        wrong = error
    finally:
        ours.close()
        thread.join()
        theirs.close()
    return examiner, wrong


def noted(candidate, inputs, **settings):
    """Whether only the strict rule says no."""
    examiner, wrong = examined(candidate, inputs, **settings)
    assert wrong is not None
    return COMPAT in examiner.checker.events


def test_right_answers_leave_fingerprints_of_the_reference_s_own():
    examiner, wrong = examined("def f(x): return x", [1, "a", [2]])
    assert wrong is None
    assert examiner.is_new
    assert len(examiner.known) == 3 * (FINGERPRINT_BYTES + 1)


def test_known_fingerprints_spare_the_reference():
    first, _ = examined("def f(x): return x", [1, 2])
    failing = "def f(x): raise ValueError('not to be run')"
    again, wrong = examined(
        "def f(x): return x", [1, 2], known=bytes(first.known), reference=failing
    )
    assert (wrong, again.is_new) == (None, False)


def test_a_wrong_answer_is_wrong_whatever_is_known():
    first, _ = examined("def f(x): return x", [1, 2])
    _, wrong = examined("def f(x): return 1", [1, 2], known=bytes(first.known))
    assert str(wrong) == "case 2: f(2) gave 1, expected 2"


def test_an_object_that_claims_to_equal_everything_fails_both_rules():
    liar = "class Liar:\n    def __eq__(self, other): return True\ndef f(x): return Liar()"
    assert not noted(liar, [1])


def test_a_sticky_tolerance_passes_evalplus_s_rule_only():
    off_by_one = "def f(x): return x if isinstance(x, float) else x + 1"
    assert noted(off_by_one, [0.5, 10**9])


def test_a_tolerance_does_not_stick_before_the_first_float():
    off_by_one = "def f(x): return x if isinstance(x, float) else x + 1"
    assert not noted(off_by_one, [10**9, 0.5])


def test_a_tolerance_never_makes_a_wrong_answer_right():
    assert not noted("def f(x): return x if isinstance(x, float) else x + 1", [0.5, 3])


def test_a_case_that_both_rules_fail_ends_what_evalplus_s_rule_had_let_pass():
    candidate = "def f(x): return {0.5: 0.5, 10**9: 10**9 + 1, 3: 4}[x]"
    _, wrong = examined(candidate, [0.5, 10**9, 3])
    assert "case 2" in str(wrong)
    assert not noted(candidate, [0.5, 10**9, 3])


def test_an_exception_after_a_case_that_only_the_strict_rule_fails_leaves_no_note():
    candidate = "def f(x): return {0.5: 0.5, 10**9: 10**9 + 1}[x]"
    assert not noted(candidate, [0.5, 10**9, 3])


def test_any_answer_is_enough_for_evalplus_where_the_rule_is_anything():
    assert noted("def f(x): return 'text'", [1], rule="anything")


def test_lists_of_unequal_shape_agree_by_broadcasting_for_evalplus_only():
    rows = "def f(x): return [[1.0], [1.0]]"
    assert noted(rows, [[[1.0, 1.0], [1.0, 1.0]]], atol=1e-6)


def test_the_grader_knows_the_examiner_s_note():
    assert cases.COMPAT == examining.COMPAT


PEEKING = """
import base64, marshal, sys
def f(x):
    batch = sys._getframe(1).f_locals["request"]["z"]
    rows = [marshal.loads(base64.b64decode(each))[0] for each in batch]
    seen.append(x)
    return {turned}
seen = []
"""
TOLD = {
    "as it is": ("rows[1]", "x[::-1]", ["abcd", "dcba"]),
    "backwards": ("rows[1][::-1]", "x * 2", ["abcd", "dcbadcba"]),
    "in order": ("sorted(rows[1])", "sorted(x)", [[5, 42, 17], [42, 5, 17]]),
    "as a number": ("int(rows[1])", "31415", ["a", "31415"]),
    "in another argument": ("rows[1][0]", "x + x", ["ab", ["abab"]]),
}


@pytest.mark.parametrize("form", TOLD)
def test_no_batch_brings_the_answer_to_an_earlier_case_of_it(form):
    turned, right, inputs = TOLD[form]
    reference = f"def f(x):\n    return {right}\n"
    with pytest.raises(IndexError):  # there is no second input in sight
        examined(PEEKING.format(turned=turned), inputs, reference=reference)


def test_inputs_that_tell_nothing_come_together():
    reference = "def f(x):\n    return x[::-1]\n"
    candidate = PEEKING.format(turned="x[::-1] if len(rows) == 3 else None")
    assert examined(candidate, ["abc", "efg", "xyz"], reference=reference)[1] is None


def test_what_inputs_tell_is_learned_once():
    turned = "def f(x):\n    return x[::-1]\n"
    inputs = ["abcd", "xy", "dcba", "zz", "yx"]
    first, _ = examined(turned, inputs, reference=turned)
    failing = "def f(x): raise ValueError('not to be run')"
    again, wrong = examined(turned, inputs, known=bytes(first.known), reference=failing)
    assert (wrong, again.is_new) == (None, False)
    assert first.checker.questions == again.checker.questions == 2  # ab, ba say too little


def test_a_reference_that_fails_on_a_later_case_is_told_there():
    reference = "def f(x):\n    return [1][x]\n"
    with pytest.raises(IndexError):
        examined("def f(x): return 1", [0, 5], reference=reference)


@pytest.mark.parametrize("count", [1, examining.BATCH_CASES + 1])
def test_the_first_wrong_case_is_named_in_every_batch(count):
    _, wrong = examined(f"def f(x): return x if x < {count} else -1", range(count + 1))
    assert str(wrong) == f"case {count + 1}: f({count}) gave -1, expected {count}"
