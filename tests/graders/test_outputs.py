"""Outputs are compared by exact values, in time that grows with their length and not faster."""

import time
from collections.abc import Callable

import pytest

from grader.core.execution import Execution, Isolation, StepEnd, StepResult
from grader.core.job import Job
from grader.core.sample import Sample
from grader.core.task import Task
from grader.graders import _case_rules as case_rules
from grader.graders import program
from grader.graders._numbers import has_fraction
from grader.graders._outputs import OutputRule, difference

LARGE, OTHER = b"333333333333333333", b"333333333333333312"
DIGITS = b"7" * 400
NUMERIC = [
    OutputRule.NUMBERS,
    OutputRule.VALUES,
    OutputRule.NEAR,
    OutputRule.FLOATS,
    OutputRule.TOKENS,
]
STRANGE = {
    "digits and a letter": b"1" * 40_000 + b"L",
    "many dots": b"1." * 20_000,
    "signs": b"+-" * 20_000,
    "exponents": b"1e" * 20_000,
    "a long exponent": b"1e" + b"9" * 40_000,
    "a long fraction": b"." + b"5" * 40_000,
    "a long number": b"1" + b"0" * 40_000 + b".5e-40000",
    "many numbers": b"1.5 " * 10_000,
    "many lines": b"1.5\n" * 10_000,
    "returns": b"\r" * 40_000,
    "white space": b" \t" * 20_000 + b"x",
    "blank lines": b"\n" * 40_000 + b"x",
    "underscores": b"1_" * 20_000,
    "no text": b"\xff" * 40_000,
}


def seconds(call: Callable[[], object]) -> float:
    """CPU seconds of one call, the least of three."""
    took: list[float] = []
    for _ in range(3):
        began = time.process_time()
        call()
        took.append(time.process_time() - began)
    return min(took)


@pytest.mark.parametrize("rule", OutputRule)
@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
def test_time_grows_no_faster_than_what_a_program_prints(rule: OutputRule, text: bytes) -> None:
    def compared(times: int) -> float:
        got = text * times if text[-1:].isspace() else (text[:-1] * times + text[-1:])
        pairs = ((got, b"5\n"), (got, got[:-1] + b"8"), (b"5", got), (got, got.replace(b"1", b"2")))
        return seconds(lambda: [difference(*pair, rule, tolerance=1e-6) for pair in pairs])

    assert compared(4) < 8 * compared(1) + 0.01, "4 times the text, more than 8 times the time"


@pytest.mark.parametrize("rule", NUMERIC)
@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (OTHER, LARGE),
        (b"-" + OTHER, b"-" + LARGE),
        (DIGITS, DIGITS[:-1] + b"8"),
        (b"9007199254740993", b"9007199254740992"),
        (b"1e999", DIGITS),
        (DIGITS, b"1e999"),
        (b"inf", DIGITS),
        (b"Infinity", b"1e999"),
        (b"nan", b"0"),
        (b"5", b"1e999"),
        (b"1e999999999", b"1e999999998"),
        (b"1e99999999999999999999", b"5"),
        (b"0x10", b"16"),
        (b"1_000", b"1000"),
    ],
)
def test_other_numbers_are_never_equal(rule: OutputRule, got: bytes, expected: bytes) -> None:
    assert difference(got, expected, rule, tolerance=1e-6)


@pytest.mark.parametrize(
    ("got", "expected", "rule"),
    [
        (b"007 +5 -0", b"7 5 0", OutputRule.VALUES),
        (b"2.0 1e3 YES", b"2 1000 yes", OutputRule.VALUES),
        (DIGITS + b".0", DIGITS, OutputRule.VALUES),
        (b"1.000009 2", b"1 2", OutputRule.NEAR),
        (b"0.33333", b"0.3333333333", OutputRule.NEAR),
        (b"333333333333333333.000001", LARGE + b".0", OutputRule.NEAR),
        (b"1.00001", b"1.0", OutputRule.FLOATS),
        (b"1000000.9", b"1e6", OutputRule.FLOATS),
        (b"1000000.5", b"1000000", OutputRule.TOKENS),
    ],
)
def test_equal_values_and_small_differences_are_right(
    got: bytes, expected: bytes, rule: OutputRule
) -> None:
    assert difference(got, expected, rule, tolerance=1e-6) == ""


@pytest.mark.parametrize(
    ("got", "expected", "rule"),
    [
        (b"2.0000001", b"2", OutputRule.VALUES),
        (b"1.00001", b"1.0", OutputRule.NEAR),
        (b"1000000.9", b"1000000.5", OutputRule.NEAR),
        (b"1000000.5", b"1000000", OutputRule.FLOATS),
        (b"1.00002", b"1.0", OutputRule.FLOATS),
        (b"1000001", b"1000000", OutputRule.TOKENS),
    ],
)
def test_larger_differences_are_wrong(got: bytes, expected: bytes, rule: OutputRule) -> None:
    assert difference(got, expected, rule, tolerance=1e-5)


def test_the_official_slip_of_code_contests_is_in_its_own_rule_only() -> None:
    assert difference(OTHER, LARGE, OutputRule.CODECONTESTS) == ""
    assert difference(DIGITS, DIGITS[:-1] + b"8", OutputRule.CODECONTESTS)


@pytest.mark.parametrize(
    ("text", "has"),
    [(b"YES 0.5", True), (b"1e3", True), (b".5", True), (b"12 -7", False), (b"v1.5 a.b", False)],
)
def test_a_number_with_a_fraction_is_a_word_of_its_own(text: bytes, *, has: bool) -> None:
    assert has_fraction(text) is has


@pytest.mark.parametrize(
    "rule", [OutputRule.EXACT, OutputRule.LINES, OutputRule.TOKENS, OutputRule.NUMBERS]
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b" \n"])
def test_places_are_counted_through_outputs_of_any_length(rule: OutputRule, end: bytes) -> None:
    unit = "word" if rule is OutputRule.TOKENS else "line"
    got = end.join(b"%d" % number for number in range(50_000))
    if rule is OutputRule.NUMBERS and end == b"\r":
        assert difference(got, got + b" 1", rule).startswith("line 1: ")
        return
    wanted = got.replace(b"49998", b"x")
    assert difference(got, wanted, rule).startswith(f"{unit} 49999: expected 'x")
    assert difference(got, got + end + b"1", rule).startswith(f"{unit} 500")


def test_blank_lines_and_white_space_count_as_they_did() -> None:
    assert difference(b"a\n\n b \n\n", b"a\n\n b", OutputRule.LINES) == ""
    assert difference(b"\n a\nb \n", b"a\nb", OutputRule.NUMBERS) == ""
    assert difference(b"", b"\n \n", OutputRule.NUMBERS) == ""
    assert difference(b"", b"0", OutputRule.NUMBERS) == "line 1: expected '0', got ''"


def test_large_integers_are_exact_where_a_task_has_a_tolerance() -> None:
    def agrees(output: object, expected: object, *, compat: bool = False) -> bool:
        return case_rules.agrees("equal", [], output, expected, 1e-4, compat=compat)

    assert not agrees(int(OTHER), int(LARGE))
    assert not agrees([1.0, int(OTHER)], [1.0, int(LARGE)])
    assert agrees(int(OTHER), int(LARGE), compat=True)
    assert agrees([1.00001, 7], [1.0, 7])


def facts(*outputs: bytes) -> Execution:
    steps = tuple(StepResult(name="case", ended=StepEnd.EXIT, stdout=each) for each in outputs)
    return Execution(provider="test", isolation=Isolation(tier="none"), steps=steps)


def test_only_much_that_differs_takes_long() -> None:
    much = b"1.5 " * 100_000
    cases = [{"name": "1", "stdout": much.decode()}]
    task = Task(id="t", benchmark="b", kind="program", spec={"cases": cases})
    job = Job(task=task, sample=Sample(task_id="t", index=0, body=""))
    assert not program.takes_long(job, facts(much))
    assert not program.takes_long(job, facts(b"1.5"))
    assert program.takes_long(job, facts(much.replace(b"1.5", b"1.50")))
