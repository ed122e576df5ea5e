"""Programs are judged by status and output, case by case."""

import pytest

from grader.core.execution import (
    CompletionRecord,
    CompletionWord,
    Execution,
    Isolation,
    StepEnd,
    StepResult,
)
from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.plan import Program
from grader.core.result import Outcome, Trust, Verdict
from grader.core.sample import NO_TEXT, Sample
from grader.core.task import Task
from grader.graders import _outputs as outputs
from grader.graders import program
from grader.graders._outputs import OutputRule

CASES = [
    {"name": "one", "stdin": "1\n", "stdout": "2\n"},
    {"name": "two", "stdin": "2\n", "stdout": "4\n"},
]


def job(*, body: str = "print(2 * int(input()))", defect: str = "") -> Job:
    task = Task(
        id="double",
        benchmark="folder",
        kind="program",
        limits=Limits(cpu_s=2, memory_mb=256, output_kb=64),
        spec={"cases": CASES, "reference": "print(2 * int(input()))"},
    )
    return Job(task=task, sample=Sample(task_id="double", index=3, body=body, defect=defect))


def done(
    stdout: bytes, *, code: int = 0, said: CompletionWord = CompletionWord.DONE, exception: str = ""
) -> StepResult:
    completion = CompletionRecord(said=said, exception=exception)
    return StepResult(
        name="case", ended=StepEnd.EXIT, code=code, stdout=stdout, completion=completion
    )


def ended(how: StepEnd, evidence: str) -> StepResult:
    return StepResult(name="case", ended=how, code=9, evidence=evidence, stdout=b"2\n")


def judged(*steps: StepResult, defect: str = ""):
    execution = Execution(provider="test", isolation=Isolation(tier="none"), steps=steps)
    return program.judge(job(defect=defect), execution)


def test_plan_has_one_step_per_case_and_no_expected_output() -> None:
    plan = program.plan(job())
    assert [(step.name, step.stdin) for step in plan.steps] == [("one", b"1\n"), ("two", b"2\n")]
    assert all(step.stop_on_failure for step in plan.steps)
    action = plan.steps[0].action
    assert isinstance(action, Program)
    assert (action.module, action.finish) == ("__main__", True)
    assert "4" not in plan.model_dump_json(include={"steps"})


def test_plan_of_a_defective_sample_runs_nothing() -> None:
    assert program.plan(job(defect="not text")).steps == ()


def test_program_passes_where_every_case_does() -> None:
    result = judged(done(b"2\n"), done(b"4\n"))
    assert (result.verdict, result.reason, result.index) == (Verdict.PASSED, "", 3)
    assert result.trust is Trust.SEPARATED
    assert [(test.name, test.outcome) for test in result.tests] == [
        ("one", Outcome.PASSED),
        ("two", Outcome.PASSED),
    ]


def test_first_wrong_case_decides_and_later_ones_are_told() -> None:
    result = judged(done(b"3\n"), done(b"4\n"))
    assert result.verdict is Verdict.FAILED
    assert result.reason == "case one: line 1: expected '2', got '3'"
    assert [test.outcome for test in result.tests] == [Outcome.FAILED, Outcome.PASSED]


def test_right_output_with_a_bad_status_is_an_error() -> None:
    result = judged(done(b"2\n", code=1, said=CompletionWord.NOTHING))
    assert (result.verdict, result.reason) == (Verdict.ERROR, "case one: left with status 1")


def test_status_0_without_a_completion_record_is_judged_by_its_output() -> None:
    early = done(b"2\n", said=CompletionWord.NOTHING)
    assert judged(early, done(b"4\n")).verdict is Verdict.PASSED


def test_exception_is_an_error_that_is_named() -> None:
    result = judged(done(b"2\n", code=1, said=CompletionWord.RAISED, exception="KeyError"))
    assert (result.verdict, result.reason) == (Verdict.ERROR, "case one: KeyError")


def test_program_that_does_not_compile_is_an_error() -> None:
    result = judged(done(b"", said=CompletionWord.REFUSED, exception="SyntaxError"))
    assert result.verdict is Verdict.ERROR


def test_memory_error_is_memory() -> None:
    result = judged(done(b"", code=1, said=CompletionWord.RAISED, exception="MemoryError"))
    assert result.verdict is Verdict.MEMORY


@pytest.mark.parametrize(
    ("how", "evidence", "verdict", "words"),
    [
        (StepEnd.TIMEOUT, "cpu limit", Verdict.TIMEOUT, "used up 2 s of CPU"),
        (StepEnd.TIMEOUT, "wall limit", Verdict.TIMEOUT, "used up 12 s of wall clock"),
        (StepEnd.MEMORY, "oom_kill", Verdict.MEMORY, "more than 256 MiB (oom_kill)"),
        (StepEnd.OUTPUT, "stdout cap", Verdict.OUTPUT, "more than 64 KiB (stdout cap)"),
        (StepEnd.SIGNAL, "", Verdict.ERROR, "killed by signal 9"),
    ],
)
def test_limits_decide_before_output(
    how: StepEnd, evidence: str, verdict: Verdict, words: str
) -> None:
    result = judged(ended(how, evidence))
    assert (result.verdict, result.reason) == (verdict, f"case one: {words}")
    assert [test.outcome for test in result.tests] == [Outcome.ERROR, Outcome.SKIPPED]


def test_cases_that_never_ran_are_not_passed() -> None:
    result = judged(done(b"2\n"))
    assert (result.verdict, result.reason) == (Verdict.UNGRADED, "only 1 of 2 cases ran")


def test_nothing_that_ran_is_ungraded() -> None:
    assert judged().verdict is Verdict.UNGRADED


def test_sample_without_a_text_is_empty() -> None:
    assert judged(defect=NO_TEXT).verdict is Verdict.EMPTY


def test_defect_is_an_error() -> None:
    result = judged(defect="holds a lone surrogate")
    assert (result.verdict, result.reason) == (Verdict.ERROR, "holds a lone surrogate")


def test_reference_is_a_whole_program() -> None:
    sample = program.reference(job().task)
    assert sample is not None
    assert sample.whole


def difference(got: bytes, expected: bytes, rule: OutputRule, *, tolerance: float = 0.0) -> str:
    return outputs.difference(got, expected, rule, tolerance=tolerance)


@pytest.mark.parametrize(
    ("got", "expected", "rule"),
    [
        (b"a\n", b"a\n", OutputRule.EXACT),
        (b"a \r\nb\n\n\n", b"a\nb", OutputRule.LINES),
        (b"", b"\n\n", OutputRule.LINES),
        (b" a\n b\tc ", b"a b c\n", OutputRule.TOKENS),
    ],
)
def test_output_is_equal_under_the_rule(got: bytes, expected: bytes, rule: OutputRule) -> None:
    assert difference(got, expected, rule) == ""


@pytest.mark.parametrize(
    ("got", "expected", "rule", "words"),
    [
        (b"a", b"a\n", OutputRule.EXACT, "line 1: expected 'a\\n', got 'a'"),
        (b"a\r\n", b"a\n", OutputRule.EXACT, "line 1: expected 'a\\n', got 'a\\r\\n'"),
        (b" a", b"a", OutputRule.LINES, "line 1: expected 'a', got ' a'"),
        (b"a\n\nb", b"a\nb", OutputRule.LINES, "line 2: expected 'b', got ''"),
        (b"a", b"a\nb", OutputRule.LINES, "line 2: expected 'b', got the end"),
        (b"a\nb", b"a", OutputRule.LINES, "line 2: expected the end, got 'b'"),
        (b"a b", b"a c", OutputRule.TOKENS, "word 2: expected 'c', got 'b'"),
        (b"1.0", b"1", OutputRule.TOKENS, "word 1: expected '1', got '1.0'"),
        (b"\xff\x1b", b"", OutputRule.LINES, "line 1: expected the end, got '\\\\xff\\x1b'"),
    ],
)
def test_first_difference_is_told(
    got: bytes, expected: bytes, rule: OutputRule, words: str
) -> None:
    assert difference(got, expected, rule) == words


@pytest.mark.parametrize(
    ("got", "expected"),
    [(b"1.0000001", b"1"), (b"1000000.5", b"1000000"), (b"-0.0000001", b"0"), (b"1e3", b"1000")],
)
def test_numbers_within_the_tolerance_are_equal(got: bytes, expected: bytes) -> None:
    assert difference(got, expected, OutputRule.TOKENS, tolerance=1e-6) == ""


@pytest.mark.parametrize(
    ("got", "expected"),
    [(b"1.00001", b"1"), (b"nan", b"1"), (b"1_0", b"10"), (b"inf", b"1e999"), (b"x", b"1")],
)
def test_anything_else_is_not_near(got: bytes, expected: bytes) -> None:
    assert difference(got, expected, OutputRule.TOKENS, tolerance=1e-6)
