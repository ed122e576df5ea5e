"""Grader `answer`: rules for answers without code."""

import pytest

from grader.core.execution import Execution, Isolation
from grader.core.job import Job
from grader.core.result import Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.graders import answer

NOTHING = Execution(provider="none", isolation=Isolation(tier="none"))


def judged(body, **spec):
    task = Task(id="t", benchmark="b", kind="answer", spec=spec)
    job = Job(task=task, sample=Sample(task_id="t", index=0, body=body))
    assert answer.plan(job).steps == ()
    return answer.judge(job, NOTHING)


RIGHT = [
    ("exact", "1\n", "1"),
    ("normalized", "The  Old Man, and the sea!", "old man and sea"),
    ("f1", "sea", "the sea"),
    ("choice", "B", "B"),
    ("choice", "I first thought A. So the answer is (C).", "C"),
    ("choice", "Answer: D", "(d)"),
    ("choice", "b) is wrong\nAnswer: A.", "A"),
    ("number", "so 3 times 1,200 is\n#### 3,600", "3600"),
    ("number", "That makes $18.50.", "18.5"),
    ("number", "-2e3", "-2000"),
    ("list", "- red\n- blue", '["blue", "red"]'),
    ("list", "blue, Red", "red\nblue"),
    ("ordered list", "1. a fox\n2. hen", "fox, hen"),
    ("json", '```json\n{"b": [1, 2.0], "a": null}\n```', '{"a": null, "b": [1, 2]}'),
]
WRONG = [
    ("exact", "11", "1"),
    ("normalized", "old man or sea", "old man and sea"),
    ("choice", "A or B", "A"),
    ("choice", "", "A"),
    ("number", "36000", "3600"),
    ("number", "no number", "1"),
    ("number", "1e999", "1e308"),
    ("list", "red, red, blue", "red, blue"),
    ("ordered list", "hen, fox", "fox, hen"),
    ("json", '{"a": true}', '{"a": 1}'),
    ("json", "1" * 400, "1"),
    ("json", "[" * 5000, "[]"),
    ("json", '{"a": 1, "b": 2}', '{"a": 1}'),
]


@pytest.mark.parametrize(("rule", "body", "target"), RIGHT)
def test_right_answer_passes(rule, body, target):
    result = judged(body, rule=rule, targets=(target,))
    assert (result.verdict, result.score) == (Verdict.PASSED, 1.0)


@pytest.mark.parametrize(("rule", "body", "target"), WRONG)
def test_wrong_answer_does_not_pass(rule, body, target):
    result = judged(body, rule=rule, targets=(target,))
    assert result.verdict in {Verdict.FAILED, Verdict.EMPTY}
    assert result.score == 0.0


def test_any_of_several_answers_is_right():
    assert judged("two", targets=("2", "Two")).verdict is Verdict.PASSED


def test_f1_is_squads_and_passes_from_the_least_on():
    body, target = "the quick brown fox", "a quick fox jumps"
    strict = judged(body, rule="f1", targets=(target,))
    assert strict.verdict is Verdict.FAILED
    assert strict.score == pytest.approx(2 / 3)
    assert judged(body, rule="f1", targets=(target,), least=0.6).verdict is Verdict.PASSED


def test_number_is_right_within_its_tolerance():
    assert judged("3.1416", rule="number", targets=("3.14159",), tolerance=1e-4).score == 1
    assert judged("3.15", rule="number", targets=("3.14159",), tolerance=1e-4).score == 0


@pytest.mark.parametrize(
    "body",
    ["Answer: no\nAnswer: yes", "**Answer:** yes", "answer:\nyes", "Answer: yes\n\nThat is all.",
     "Große Straße, größter Spaß: ANSWER:yes"],
)  # fmt: skip
def test_answer_stands_behind_its_last_marker(body):
    assert judged(body, targets=("yes",), marker="Answer:").verdict is Verdict.PASSED


def test_text_without_the_marker_is_no_answer():
    result = judged("yes", targets=("yes",), marker="Answer:")
    assert (result.verdict, result.reason) == (Verdict.EMPTY, "no 'Answer:' in the text")


def test_reason_does_not_tell_the_right_answer():
    result = judged("wrong one", targets=("secret",))
    assert "secret" not in result.reason
    assert result.answer == "wrong one"


@pytest.mark.parametrize(
    "body",
    ["a" * 10**6, "1" * 10**6, "(" * 10**5, "\ufffd\0", "Answer:" * 10**5,
     f"A{' ' * 99_000}b", f"A.{' ' * 99_000}b", "```" + "\n" * 99_000, f"answer is{' ' * 99_000}"],
)  # fmt: skip
@pytest.mark.parametrize(
    "rule", ["exact", "normalized", "f1", "choice", "number", "list", "json", "score"]
)
def test_hostile_answers_end_quickly_and_raise_nothing(rule, body):
    assert judged(body, rule=rule, targets=("1",)).verdict is not Verdict.PASSED


def test_defect_is_an_error():
    task = Task(id="t", benchmark="b", kind="answer", spec={"targets": ("x",)})
    sample = Sample(task_id="t", index=0, body="x", defect="a lone surrogate")
    assert answer.judge(Job(task=task, sample=sample), NOTHING).verdict is Verdict.ERROR
