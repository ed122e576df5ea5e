"""What builds and ends of programs in any language mean, without running any."""

import pytest

from grader.core.execution import StepEnd, StepResult
from grader.core.limits import Limits
from grader.core.result import Verdict
from grader.graders._program_meaning import compiler_lines, of_build, of_questions
from grader.languages import base
from grader.languages.base import CANDIDATE_ERRED, TaskText

CPP = base.load("c++")
TEXT = TaskText(family="multipl-e", id="t", prompt="", tests="")


def step(ended=StepEnd.EXIT, code=0, **more):
    return StepResult(name="build", ended=ended, code=code, **more)


@pytest.mark.parametrize(
    ("ended", "evidence", "verdict"),
    [
        (StepEnd.TIMEOUT, "cpu limit", Verdict.TIMEOUT),
        (StepEnd.MEMORY, "oom_kill", Verdict.MEMORY),
        (StepEnd.OUTPUT, "stderr cap", Verdict.OUTPUT),
    ],
)
def test_build_that_meets_a_limit_says_that_it_was_the_build(ended, evidence, verdict):
    found = of_build(step(ended, evidence=evidence), CPP)
    assert found.verdict is verdict
    assert found.reason.startswith("building it: ")


def test_build_that_is_refused_is_an_error_with_the_first_twenty_lines():
    said = "".join(f"a.cpp:{number}: error: no\n" for number in range(40)).encode()
    refused = step(code=1, stderr=b"In function f:\n" + said)
    assert of_build(refused, CPP).reason == "does not compile: a.cpp:0: error: no"
    assert of_build(refused, CPP).verdict is Verdict.ERROR
    assert len(compiler_lines(refused)) == 20


def test_build_that_is_refused_names_the_error_behind_many_warnings():
    said = b"warning: unused variable\n" * 40 + b"error: no\n"
    assert of_build(step(code=1, stderr=said), CPP).reason == "does not compile: error: no"


def test_build_that_breaks_the_compiler_is_nobodys_verdict():
    forged = step(code=1, stderr=b"internal compiler error: Segmentation fault")
    assert of_build(forged, CPP).verdict is Verdict.ERROR
    assert of_build(step(code=4), CPP).verdict is Verdict.UNGRADED


def test_build_whose_text_is_too_deep_for_the_compiler_is_its_own_error():
    said = b"g++: internal compiler error: Segmentation fault signal terminated program cc1plus\n"
    assert of_build(step(code=4, stderr=said), CPP).verdict is Verdict.ERROR


def test_candidate_that_leaves_is_an_error_though_its_status_is_zero():
    left = step(checker=step(code=CANDIDATE_ERRED, stderr=b"left before the tests were over"))
    found = of_questions(left, TEXT, CPP, Limits())
    assert (found.verdict, found.reason) == (Verdict.ERROR, "left before the tests were over")


def test_candidate_at_a_limit_is_told_by_its_own_facts():
    late = step(StepEnd.TIMEOUT, evidence="cpu limit", checker=step(code=CANDIDATE_ERRED))
    assert of_questions(late, TEXT, CPP, Limits()).verdict is Verdict.TIMEOUT


def test_checker_at_a_limit_says_that_it_tested_what_was_returned():
    checker = step(StepEnd.MEMORY, evidence="oom_kill")
    found = of_questions(step(checker=checker), TEXT, CPP, Limits())
    assert found.verdict is Verdict.MEMORY
    assert found.reason.startswith("testing what it returned: ")


def test_checkers_word_counts_whatever_the_candidate_did_after_it():
    passed = step(StepEnd.SIGNAL, code=9, evidence="SIGKILL", checker=step())
    assert of_questions(passed, TEXT, CPP, Limits()).verdict is Verdict.PASSED


@pytest.mark.parametrize("language", base.names())
@pytest.mark.parametrize("family", ["multipl-e", "humaneval-x"])
@pytest.mark.parametrize("end", [(StepEnd.SIGNAL, 11), (StepEnd.SIGNAL, 6), (StepEnd.EXIT, 3)])
def test_checker_that_breaks_without_a_word_passes_nobody(language, family, end):
    asked = step(checker=step(*end))
    text = TaskText(family=family, id="t", prompt="", tests="")
    found = of_questions(asked, text, base.load(language), Limits())
    assert found.verdict not in {Verdict.PASSED, Verdict.UNGRADED}
