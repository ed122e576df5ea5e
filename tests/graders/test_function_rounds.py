"""The rounds of an interview: what follows what, and what all of them mean."""

import pytest

from grader.core.execution import CompletionRecord, CompletionWord, StepEnd, StepResult
from grader.core.limits import Limits
from grader.core.plan import Interview, Program, Step
from grader.core.result import Trust, Verdict
from grader.graders import _rounds
from grader.sandboxes._slot.interview.places import MORE

INTERVIEW = Interview(candidate="answer = 1", tests="assert f() == 1", functions=("f",))
DONE = CompletionRecord(said=CompletionWord.DONE)
WRONG = CompletionRecord(said=CompletionWord.RAISED, exception="AssertionError", line=3)
HANDLE, CHANGES = "f gives instance", "changes arguments of f"


def shared(name: str = _rounds.SHARED) -> Step:
    return Step(name=name, action=Program(source="one process"))


def step(name: str, said: CompletionRecord = DONE, *events: str, **facts: object) -> StepResult:
    record = said.model_copy(update={"events": events})
    checker = StepResult(name="checker", ended=StepEnd.EXIT, completion=record)
    return StepResult(name=name, ended=StepEnd.EXIT, checker=checker, **facts)


def following(*done: StepResult, reference: str = "answer = 2", share: bool = True) -> list[str]:
    steps = _rounds.following(
        done, interview=INTERVIEW, reference=reference, shared=shared if share else None
    )
    return [each.name for each in steps]


def together(*done: StepResult) -> tuple[Verdict, Trust]:
    meaning, trust = _rounds.together(done, Limits())
    return meaning.verdict, trust


def test_plain_values_need_one_round() -> None:
    assert following(step("interview")) == []
    assert together(step("interview")) == (Verdict.PASSED, Trust.SEPARATED)


def test_wrong_answer_needs_one_round() -> None:
    assert following(step("interview", WRONG)) == []
    assert together(step("interview", WRONG)) == (Verdict.FAILED, Trust.SEPARATED)


@pytest.mark.parametrize("said", [DONE, WRONG])
def test_event_asks_what_the_reference_needs(said: CompletionRecord) -> None:
    steps = _rounds.following(
        (step("interview", said, HANDLE),),
        interview=INTERVIEW,
        reference="answer = 2",
        shared=shared,
    )
    assert [each.name for each in steps] == ["reference"]
    assert isinstance(steps[0].action, Interview)
    assert steps[0].action.candidate == "answer = 2"
    assert steps[0].action.tests == INTERVIEW.tests


def test_event_without_a_reference_cannot_pass() -> None:
    first = step("interview", DONE, HANDLE)
    assert following(first, reference="") == []
    assert together(first) == (Verdict.FAILED, Trust.SEPARATED)


def test_wrong_answer_without_a_reference_stays_wrong() -> None:
    first = step(
        "interview", CompletionRecord(said=CompletionWord.RAISED, exception="TypeError"), HANDLE
    )
    assert together(first) == (Verdict.ERROR, Trust.SEPARATED)


def test_needing_what_the_reference_needs_passes() -> None:
    done = (step("interview", DONE, HANDLE), step("reference", DONE, HANDLE, CHANGES))
    assert following(*done) == []
    assert together(*done) == (Verdict.PASSED, Trust.SEPARATED)


def test_needing_more_than_the_reference_fails() -> None:
    done = (step("interview", DONE, HANDLE, "instance len"), step("reference", DONE, HANDLE))
    assert following(*done) == []
    assert together(*done) == (Verdict.FAILED, Trust.SEPARATED)


def test_reason_names_what_was_not_plain() -> None:
    done = (step("interview", DONE, HANDLE), step("reference"))
    meaning, _ = _rounds.together(done, Limits())
    assert meaning.reason == f"not plain data where the reference gives plain data: {HANDLE}"


def test_wrong_answer_stays_wrong_whatever_was_needed() -> None:
    done = (step("interview", WRONG, HANDLE), step("reference"))
    assert together(*done) == (Verdict.FAILED, Trust.SEPARATED)


def test_changed_arguments_are_tried_without_copying_back() -> None:
    done = (step("interview", DONE, CHANGES), step("reference"))
    steps = _rounds.following(done, interview=INTERVIEW, reference="r", shared=shared)
    assert [each.name for each in steps] == ["isolated"]
    assert isinstance(steps[0].action, Interview)
    assert steps[0].action.isolate_arguments
    assert steps[0].action.candidate == INTERVIEW.candidate


def test_changes_beside_other_events_are_not_tried() -> None:
    done = (step("interview", DONE, CHANGES, HANDLE), step("reference"))
    assert following(*done) == []
    assert together(*done) == (Verdict.FAILED, Trust.SEPARATED)


@pytest.mark.parametrize("needs", [HANDLE, "f raises StopIteration", "f gives ndarray"])
def test_isolated_round_may_not_need_what_the_first_one_did_not(needs: str) -> None:
    first, reference = step("interview", DONE, CHANGES), step("reference")
    done = (first, reference, step("isolated", DONE, CHANGES, needs))
    assert together(*done) == (Verdict.FAILED, Trust.SEPARATED)
    allowing = step("reference", DONE, needs)
    assert together(first, allowing, done[-1]) == (Verdict.PASSED, Trust.SEPARATED)


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ("f gives callable", Verdict.PASSED),
        ("f gives class", Verdict.PASSED),
        ("f gives type", Verdict.PASSED),
        ("f gives instance", Verdict.FAILED),
        ("g gives callable", Verdict.FAILED),
        ("gives callable", Verdict.FAILED),
    ],
)
def test_type_serves_where_the_reference_gives_a_callable(given: str, verdict: Verdict) -> None:
    done = (step("interview", DONE, "f gives type"), step("reference", DONE, given))
    assert together(*done) == (verdict, Trust.SEPARATED)


def test_failed_interview_is_not_tried_without_copying_back() -> None:
    assert following(step("interview", WRONG, CHANGES), step("reference")) == []


@pytest.mark.parametrize(("said", "verdict"), [(DONE, Verdict.PASSED), (WRONG, Verdict.FAILED)])
def test_isolated_round_decides(said: CompletionRecord, verdict: Verdict) -> None:
    done = (step("interview", DONE, CHANGES), step("reference"), step("isolated", said, CHANGES))
    assert following(*done) == []
    assert together(*done) == (verdict, Trust.SEPARATED)


def test_isolated_round_that_breaks_is_a_failure() -> None:
    gone = CompletionRecord(said=CompletionWord.RAISED, exception="KeyError")
    done = (step("interview", DONE, CHANGES), step("reference"), step("isolated", gone, CHANGES))
    assert together(*done) == (Verdict.FAILED, Trust.SEPARATED)


def test_reference_that_cannot_be_interviewed_leads_to_one_process() -> None:
    done = (step("interview", WRONG, HANDLE), step("reference", WRONG, HANDLE))
    assert following(*done) == ["shared"]
    last = StepResult(name="shared", ended=StepEnd.EXIT, completion=DONE)
    assert together(*done, last) == (Verdict.PASSED, Trust.SHARED)
    assert following(*done, last) == []


def test_one_process_may_be_refused() -> None:
    done = (step("interview", DONE, HANDLE), step("reference", WRONG, HANDLE))
    assert following(*done, share=False) == []
    assert together(*done) == (Verdict.UNGRADED, Trust.SEPARATED)


def test_candidate_that_left_is_told_by_its_own_limits() -> None:
    gone = CompletionRecord(said=CompletionWord.RAISED, exception="Gone")
    first = step("interview", gone).model_copy(
        update={"ended": StepEnd.TIMEOUT, "evidence": "cpu limit"}
    )
    assert together(first) == (Verdict.TIMEOUT, Trust.SEPARATED)


def test_candidate_that_left_cannot_say_that_it_was_done() -> None:
    gone = CompletionRecord(said=CompletionWord.RAISED, exception="Gone")
    first = step("interview", gone, completion=DONE)
    assert together(first) == (Verdict.ERROR, Trust.SEPARATED)


def test_candidate_that_could_not_start_says_why() -> None:
    gone = CompletionRecord(said=CompletionWord.RAISED, exception="Gone")
    refused = CompletionRecord(
        said=CompletionWord.REFUSED, exception="SyntaxError", message="invalid syntax"
    )
    meaning, _ = _rounds.together((step("interview", gone, completion=refused),), Limits())
    assert meaning.verdict is Verdict.ERROR
    assert "SyntaxError: invalid syntax" in meaning.reason


def test_candidate_that_hangs_up_is_an_error() -> None:
    gone = CompletionRecord(said=CompletionWord.RAISED, exception="Gone")
    first = step("interview", gone, evidence="stopped")
    assert together(first) == (Verdict.ERROR, Trust.SEPARATED)


@pytest.mark.parametrize(
    ("ended", "verdict"),
    [(StepEnd.TIMEOUT, Verdict.TIMEOUT), (StepEnd.MEMORY, Verdict.MEMORY), (StepEnd.OUTPUT, Verdict.OUTPUT),
     (StepEnd.SIGNAL, Verdict.ERROR)],
)  # fmt: skip
def test_checker_that_breaks_on_a_value_is_the_candidates_doing(
    ended: StepEnd, verdict: Verdict
) -> None:
    first = step("interview", CompletionRecord())
    checker = first.checker.model_copy(update={"ended": ended})  # type: ignore[union-attr]
    first = first.model_copy(update={"checker": checker})
    meaning, trust = _rounds.together((first,), Limits())
    assert (meaning.verdict, trust) == (verdict, Trust.SEPARATED)
    assert meaning.reason.startswith("testing what it returned: ")


def test_checker_without_a_record_cannot_pass() -> None:
    assert together(step("interview", CompletionRecord()))[0] is Verdict.ERROR


def test_candidates_record_never_passes_it() -> None:
    first = step("interview", WRONG, completion=DONE)
    assert together(first)[0] is Verdict.FAILED


ARGUMENT = "changes argument 0 of f(): "


@pytest.mark.parametrize(
    ("changed", "allowed", "steps"),
    [
        (f"{ARGUMENT}", f"{ARGUMENT}", []),
        (f"{ARGUMENT}[1]", f"{ARGUMENT}", []),
        (f"{ARGUMENT}['to'][0]", f"{ARGUMENT}['to']", []),
        (f"{ARGUMENT}.sum", f"{ARGUMENT}.sum", []),
        (f"{ARGUMENT}['from']", f"{ARGUMENT}['to']", ["isolated"]),
        (f"{ARGUMENT}.summary", f"{ARGUMENT}.sum", ["isolated"]),
        (f"{ARGUMENT}", f"{ARGUMENT}[1]", ["isolated"]),
        ("changes argument 1 of f(): ", f"{ARGUMENT}", ["isolated"]),
        ("changes argument 0 of g(): ", f"{ARGUMENT}", ["isolated"]),
        ("changes later: result of f(): ", f"{ARGUMENT}", ["isolated"]),
    ],
)
def test_change_is_allowed_where_the_reference_changes(
    changed: str, allowed: str, steps: list[str]
) -> None:
    done = (step("interview", DONE, changed), step("reference", DONE, allowed))
    assert following(*done) == steps


def test_isolated_round_lets_through_what_the_reference_changes() -> None:
    reference = step("reference", DONE, ARGUMENT, "f() gives callable")
    first = step("interview", DONE, "changes argument 1 of f(): ")
    (isolated,) = _rounds.following(
        (first, reference), interview=INTERVIEW, reference="answer = 2", shared=shared
    )
    assert isinstance(isolated.action, Interview)
    assert isolated.action.may_change == (ARGUMENT,)


STREAM = "f() gives iterator"


@pytest.mark.parametrize(
    ("first", "reference", "steps"),
    [
        ((DONE, STREAM), None, ["reference"]),
        ((WRONG, STREAM), None, []),
        ((DONE, STREAM), (DONE, STREAM), []),
        ((DONE, STREAM), (DONE,), ["isolated"]),
        ((DONE, STREAM), (DONE, "g() gives iterator"), ["isolated"]),
        ((DONE, STREAM, HANDLE), (DONE,), []),
    ],
)
def test_elements_that_come_one_by_one_are_tried_at_once(first, reference, steps) -> None:
    done = [step("interview", *first), *([step("reference", *reference)] if reference else [])]
    assert following(*done) == steps


def test_without_a_reference_elements_may_come_one_by_one() -> None:
    first = step("interview", DONE, STREAM)
    assert following(first, reference="") == []
    assert together(first) == (Verdict.PASSED, Trust.SEPARATED)


@pytest.mark.parametrize(("completion", "verdict"), [(DONE, "passed"), (WRONG, "failed")])
def test_elements_that_come_late_do_not_count(completion, verdict) -> None:
    done = (
        step("interview", DONE, STREAM),
        step("reference"),
        step("isolated", completion, STREAM),
    )
    meaning, trust = _rounds.together(done, Limits())
    assert (meaning.verdict, trust) == (verdict, Trust.SEPARATED)
    assert ("what is asked later" in meaning.reason) == (completion is WRONG)


@pytest.mark.parametrize(
    ("place", "verdict"),
    [(" in [0]", Verdict.PASSED), (" in [1]", Verdict.FAILED), ("", Verdict.FAILED)],
)
def test_type_serves_in_the_same_place_only(place: str, verdict: Verdict) -> None:
    done = (
        step("interview", DONE, "f() gives type in [0]"),
        step("reference", DONE, f"f() gives callable{place}"),
    )
    assert together(*done) == (verdict, Trust.SEPARATED)


def test_more_than_can_be_noted_is_never_allowed() -> None:
    first = step("interview", DONE, MORE)
    assert together(first, step("reference")) == (Verdict.FAILED, Trust.SEPARATED)
    assert following(first, step("reference", DONE, MORE)) == ["shared"]


@pytest.mark.parametrize(
    ("events", "verdict"),
    [
        (("f() gives iterator", "f().next() raises StopIteration"), Verdict.PASSED),
        (("f() gives iterator in [0]", "f().next() gives iterator"), Verdict.PASSED),
        (("f().next() raises StopIteration",), Verdict.FAILED),
        (("f() gives iterator", "g() raises StopIteration"), Verdict.FAILED),
        (("f() gives iterator", "f().next() gives instance"), Verdict.FAILED),
        (("f() gives iterator", "f().get send gives callable"), Verdict.FAILED),
    ],
)
def test_elements_that_come_one_by_one_need_nothing_of_the_reference(
    events: tuple[str, ...], verdict: Verdict
) -> None:
    done = (step("interview", DONE, *events), step("reference", DONE))
    assert together(*done) == (verdict, Trust.SEPARATED)


def test_object_that_is_looked_at_needs_nothing_of_the_reference() -> None:
    done = (step("interview", DONE, HANDLE, "f() is looked at"), step("reference", DONE, HANDLE))
    assert together(*done) == (Verdict.PASSED, Trust.SEPARATED)
