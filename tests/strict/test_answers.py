"""What holes were told: only the wanted values, from the task's own copy, make a test pass."""

import datetime as dt
import decimal
import enum
import fractions
import json
from collections import OrderedDict

import pytest

from grader.strict.answers import judged
from grader.strict.copies import ChosenFunction
from grader.strict.facts import EngineEcho, RecordedRun, Wanted
from grader.strict.holes import holes
from grader.strict.inside import telling
from grader.strict.proof import answers, proven
from grader.strict.source import segments
from grader.strict.statuses import outcomes

SOURCE = "def test_a():\n    assert f(1) == g(2)\n"


class Text(str):
    __slots__ = ()


class Number(enum.IntEnum):
    SEVEN = 7


class Lazy:
    def __str__(self):
        return "abc"

    def __eq__(self, other):
        return str(other) == "abc"

    __hash__ = object.__hash__


class Other:
    def __str__(self):
        return "abc"


def told(*values: object, copy: int = 2, **more: str) -> RecordedRun:
    records = [
        {"kind": "told", "hole": f"0_g{copy}", "value": telling.text_of(value), **more}
        for value in values
    ]
    phases = [
        {"kind": "phase", "id": f"t.py::test_a_g{n}", "when": "call", "outcome": "passed"}
        for n in (1, 2)
    ]
    return RecordedRun(
        name="mixed", wall_s=1, records=(*records, *phases), faults=(), timed_out=False,
        flooded=False, code=0, log="", drawn={"test_a": 2},
    )  # fmt: skip


def wants(*values: object, is_within: bool = False) -> Wanted:
    pictures = tuple(map(telling.text_of, values))
    return Wanted(number=0, function="test_a", wanted=pictures, is_within=is_within)


def outcome(run: RecordedRun, wanted: Wanted) -> str:
    found = outcomes(judged(run, EngineEcho(holes=(wanted,))))
    assert found["t.py::test_a_g1"] == "passed"
    return found["t.py::test_a_g2"]


@pytest.mark.parametrize(
    ("wanted", "value"),
    [
        ("abc", Text("abc")), ("abc", Lazy()), (7, 7.0), (7, Number.SEVEN), (1, True),
        ([1, (2, "x")], [1, (2, "x")]), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), ({3, 1}, {1, 3}),
        (b"x", bytearray(b"x")), (1.5, 1.5), (None, None),
        (decimal.Decimal("1.50"), decimal.Decimal("1.5")), (0.5, fractions.Fraction(1, 2)),
        (["abc", {"x": "abc"}], [Lazy(), {"x": Lazy()}]), ({"a": 1, "b": 2}, OrderedDict(b=2, a=1)),
        (dt.datetime(2020, 1, 2, 3, tzinfo=dt.UTC),
         dt.datetime(2020, 1, 2, 5, tzinfo=dt.timezone(dt.timedelta(hours=2)))),
        (dt.date(2020, 1, 2), dt.date(2020, 1, 2)),
    ],
)  # fmt: skip
def test_equal_value_answers(wanted, value):
    assert outcome(told(value), wants(wanted)) == "passed"


@pytest.mark.parametrize(
    ("wanted", "value"),
    [
        ("abc", "abd"), ("7", 7), (7, 8), ([1], (1,)), (1.5, 1.25), (None, 0), ("", None),
        ([1, 2], [2, 1]), ({"a": 1}, {"a": "1"}), (b"x", "x"), (7, Lazy()), ("abc", object()),
        ("abc", Other()), (["abc"], [Other()]), (0.5, 0.25), (dt.date(2020, 1, 2), dt.date(2020, 1, 3)),
    ],
)  # fmt: skip
def test_other_value_fails_its_test(wanted, value):
    assert outcome(told(value), wants(wanted)) == "failed"


def test_silence_too_few_and_other_copies_answer_nothing():
    assert outcome(told(), wants("abc")) == "failed"
    assert outcome(told("abc", copy=1), wants("abc")) == "failed"
    assert outcome(told("abc"), wants("abc", "abc")) == "failed"
    assert outcome(told("abc", "x"), wants("abc")) == "failed"
    assert outcome(told("abc", "abc"), wants("abc")) == "passed"
    assert outcome(told("b", "a"), wants("a", "b")) == "failed"


def test_what_a_record_says_is_wanted_is_not_believed():
    assert outcome(told("x", wanted=telling.text_of("x")), wants("abc")) == "failed"


@pytest.mark.parametrize(
    "value", ["", "[", "[]", "{}", "7", "null", '["o"]', "[" * 5000, '[["s"]]', '["d", 7, []]']
)
@pytest.mark.parametrize("is_within", [True, False])
def test_picture_that_is_none_answers_nothing(value, is_within):
    assert not answers(wants("abc", is_within=is_within), [value])


def test_wanted_text_may_stand_in_a_text_or_a_collection():
    for value in ("xabcx", ["abc"], ("abc", 1), {"abc"}, {"abc": 1}, Lazy()):
        assert outcome(told(value), wants("abc", is_within=True)) == "passed"
    for value in ("xab", ["abcd"], {"x": "abc"}, 7, "x" * 70000 + "abc"):
        assert outcome(told(value), wants("abc", is_within=True)) == "failed"


def proof(value: object, wanted: object) -> RecordedRun:
    return told(value, copy=2, wanted=telling.text_of(wanted))


def is_proven(
    solved: RecordedRun, unsolved: RecordedRun, mixed: tuple[RecordedRun, ...], source: str = SOURCE
) -> bool:
    (function,) = segments(source)
    one = ChosenFunction(function, (), tuple(holes(source, function, 0)))
    return bool(proven({"t.py": [one]}, solved, unsolved, mixed))


def test_hole_is_proven_by_solution_and_base():
    assert is_proven(proof(5, 5), proof(4, 5), (told(5), told(5)))


def test_hole_that_says_nothing_is_not_proven():
    assert not is_proven(proof(5, 5), proof(5, 5), (told(5),)), "the base gives it"
    assert not is_proven(proof(5, 5), proof(4, 4), (told(5),)), "the solution makes it"
    assert not is_proven(proof(5, 6), proof(4, 6), (told(5),)), "the solution does not give it"
    assert not is_proven(proof(5, 5), proof(4, 5), (told(5), told(6))), "now and then"
    assert not is_proven(proof(object(), object()), told(), (told(object()),)), "it is an object"
    two = OrderedDict(a=1)
    assert not is_proven(proof(two, two), proof(1, two), (told(two),)), "order may count or not"
    assert not is_proven(proof(5, 5), told(), (told(5),)), "nobody knows what the base wants"


def test_literal_needs_no_base():
    assert is_proven(proof(5, 5), told(), (told(5),), "def test_a():\n    assert f(1) == 5\n")


def test_hostile_value_has_a_picture_all_the_same():
    class Broken:
        def __str__(self):
            raise KeyError

    deep: list = []
    deep.append(deep)
    for value in (Broken(), deep, {1: Broken()}, float("nan"), float("inf"), 10**5000):
        assert isinstance(json.loads(telling.text_of(value)), list)
