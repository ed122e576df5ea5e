"""The rounds of an interview: what must be run next, and what all rounds mean together.

1. `interview`: the candidate answers the tests. Plain values all the way: that is the verdict.
2. `reference`: where handles were needed or values of the tests changed, the reference solution is
   interviewed too; what it needs, a candidate may need.
3. `isolated`: a candidate that changes values of the tests which the reference leaves alone must
   also pass when these changes are kept from the tests, so that none can reach expected values; one
   that gives elements one by one, where the reference does not, when all are asked for at once, so
   that none can come of later questions.
4. `shared`: where not even the reference can be interviewed, one process as everybody else does.
5. `also`: where tests may watch what only one process shows, who passes must pass in one as well;
   so must who gives iterators of plain values in the place of lists of them, or values of its own
   classes that derive from plain ones.

A task without a reference has nothing but its tests to say what a candidate may need. Changes of
what they hold must not matter (3), but for tests that look at what they handed over and measure no
answer by it. Where they ask for objects, or hand over objects of their own (`_own_wishes`), one
process decides (4), with `trust: shared`; else only plain values are believed.
"""

from collections.abc import Callable

from grader.core.execution import CompletionWord, StepResult
from grader.core.limits import Limits
from grader.core.plan import Interview, Step
from grader.core.result import Trust, Verdict
from grader.graders._meaning import VerdictMeaning, of_interview, of_program
from grader.graders._own_wishes import OwnWishes
from grader.sandboxes._slot.interview.derived import DERIVED
from grader.sandboxes._slot.interview.places import MORE, is_within
from grader.sandboxes._slot.interview.remotes import LOOKED_AT, SHOWS

INTERVIEW, REFERENCE, ISOLATED, SHARED = "interview", "reference", "isolated", "shared"
ALSO = "also"
CHANGES = "changes "
GIVES = " gives "
ITERATOR, ENDS = "iterator", ".next() raises StopIteration"
INSTANCE = "instance"
ARRAY = "ndarray"
MISSED = frozenset({"AttributeError", "NameError", "TypeError"})
OF_ARGUMENT = f"{CHANGES}argument "
UNCROSSABLE = "uncrossable argument of "
TYPE, CALLED = "type", ("callable", "class")
"""A builtin type serves where the reference gives something else that can be called."""


def following(
    done: tuple[StepResult, ...],
    *,
    interview: Interview,
    reference: str,
    shared: Callable[[str], Step] | None,
    own: OwnWishes | None = None,
) -> tuple[Step, ...]:
    """The next step, or none; `shared` is None where one process is not acceptable.

    own: what the tests of a task without a reference ask for beyond plain data.
    """
    by_name = {step.name: step for step in done}
    last = done[-1].name
    if not reference:
        in_one = (shared(SHARED),) if own and shared else ()
        return _on_its_own(done[-1], interview, own, in_one) if may_follow(done) else ()
    if last == INTERVIEW and may_follow(done):
        return (of_reference(interview, reference),)
    if last != REFERENCE:
        return ()
    if not passed(by_name[REFERENCE]):
        return (shared(SHARED),) if shared else ()
    extra = _extra(by_name[INTERVIEW], by_name[REFERENCE])
    late = streams(by_name[INTERVIEW]) - streams(by_name[REFERENCE])
    if passed(by_name[INTERVIEW]) and (extra or late) and not _beyond_changes(extra):
        changes = sorted(filter(_is_change, events(by_name[REFERENCE])))
        return (_isolated_step(interview, tuple(changes), streams(by_name[REFERENCE])),)
    return ()


def _on_its_own(
    last: StepResult, interview: Interview, own: OwnWishes | None, in_one: tuple[Step, ...]
) -> tuple[Step, ...]:
    """The next step where no reference says what a candidate may need.

    One process believes what objects say of themselves: only tests that want objects get there, or
    such as hand over what cannot leave their process. A candidate's word alone is no wish, and its
    changes are none: whoever changes an argument may do anything else in one process.
    """
    wanted = _unasked(last, own)
    beyond = _beyond_changes(wanted)
    if last.name == INTERVIEW and passed(last) and not beyond:
        looked_at = own is not None and own.changes
        changes = sorted(each for each in wanted if looked_at and each.startswith(OF_ARGUMENT))
        return (_isolated_step(interview, tuple(changes), streams(last)),) if wanted else ()
    is_ours = bool(wanted) and all(each.startswith(UNCROSSABLE) for each in wanted)
    return in_one if own and (own.objects or (own.hands_objects and is_ours)) else ()


def _unasked(step: StepResult, own: OwnWishes | None) -> frozenset[str]:
    """What was needed beside the arrays that the tests of a task without a reference look at."""
    arrays = own is not None and own.arrays
    return frozenset(each for each in needs(step) if not (arrays and kind_given(each) == ARRAY))


def _isolated_step(
    interview: Interview, changes: tuple[str, ...], one_by_one: frozenset[str]
) -> Step:
    """The interview with the candidate's changes kept from the tests, but for `changes`.

    What it gives is there at once, but for `one_by_one`.
    """
    kept_out = {
        "isolate_arguments": True,
        "may_change": changes,
        "may_stream": tuple(sorted(one_by_one)),
    }
    return _step(ISOLATED, interview.model_copy(update=kept_out))


def may_follow(done: tuple[StepResult, ...]) -> bool:
    """Whether `following` may name a step: not where plain values were all, as they mostly are."""
    last = done[-1] if done else None
    if last is None or last.name not in {INTERVIEW, REFERENCE, ISOLATED}:
        return False
    if last.name == ISOLATED:  # without a reference, one process may still say more
        return len(done) == 2 and not passed(last)  # noqa: PLR2004  the interview and this
    return last.name == REFERENCE or bool(needs(last)) or (bool(streams(last)) and passed(last))


def misses_something(done: tuple[StepResult, ...]) -> bool:
    """Whether an interview ended as it does where a name is not there, or a stand-in not enough."""
    last = done[-1] if done else None
    if last is None or last.name != INTERVIEW or last.checker is None:
        return False
    return last.checker.completion.exception in MISSED


def of_reference(interview: Interview, reference: str) -> Step:
    """The interview of the reference in the candidate's place."""
    return _step(REFERENCE, interview.model_copy(update={"candidate": reference}))


def together(
    done: tuple[StepResult, ...], limits: Limits, own: OwnWishes | None = None
) -> tuple[VerdictMeaning, Trust]:
    """The verdict of all rounds and how it was reached; `own`: see `following`."""
    by_name = {step.name: step for step in done}
    if ALSO in by_name:
        return _also(of_program(by_name[ALSO], limits)), Trust.SEPARATED
    if SHARED in by_name:
        return of_program(by_name[SHARED], limits), Trust.SHARED
    if REFERENCE not in by_name:
        if ISOLATED in by_name:
            beyond = _beyond_changes(_unasked(by_name[ISOLATED], own))
            meaning = of_interview(by_name[ISOLATED], limits)
            return _isolated(meaning, beyond, is_late=False), Trust.SEPARATED
        first = of_interview(by_name[INTERVIEW], limits)
        return _without_reference(_unasked(by_name[INTERVIEW], own), first), Trust.SEPARATED
    return _compared(by_name, limits), Trust.SEPARATED


def _compared(by_name: dict[str, StepResult], limits: Limits) -> VerdictMeaning:
    """The verdict in the light of what the reference needs."""
    if ISOLATED in by_name:
        needs = _beyond_changes(_extra(by_name[ISOLATED], by_name[REFERENCE]))
        is_late = not any(map(_is_change, _extra(by_name[INTERVIEW], by_name[REFERENCE])))
        return _isolated(of_interview(by_name[ISOLATED], limits), needs, is_late=is_late)
    if not passed(by_name[REFERENCE]):
        reason = "the task needs one process for tests and candidate"
        return VerdictMeaning(Verdict.UNGRADED, reason)
    first = of_interview(by_name[INTERVIEW], limits)
    extra = _extra(by_name[INTERVIEW], by_name[REFERENCE])
    return _forbidden(extra) if first.verdict is Verdict.PASSED and extra else first


def passed(step: StepResult) -> bool:
    """Whether the checker reached its last line, and all that it took is known."""
    said = step.checker.completion.said if step.checker else CompletionWord.NOTHING
    return said is CompletionWord.DONE and MORE not in events(step)


def events(step: StepResult) -> frozenset[str]:
    """What the checker noted."""
    return frozenset(step.checker.completion.events) if step.checker else frozenset()


def needs(step: StepResult) -> frozenset[str]:
    """What was noted, but for elements that come one by one, and for what is plain data inside.

    An iterator does nothing for tests that a list does not do: it is no more equal to anything, its
    elements are plain data, and its truth is that of any text. But they may come late: `streams`.
    """
    noted = frozenset(each for each in events(step) if not each.endswith(SHOWS))
    given = streams(step)
    ends = {f"{each.partition(GIVES)[0]}{ENDS}" for each in given}
    return noted - given - ends


def streams(step: StepResult) -> frozenset[str]:
    """Where elements came one by one."""
    return frozenset(each for each in events(step) if kind_given(each) == ITERATOR)


def looks_at_objects(step: StepResult) -> bool:
    """Whether something was met that only one process shows whole: see `interview/remotes`."""
    return any(each.endswith((LOOKED_AT, SHOWS)) for each in events(step))


def _extra(step: StepResult, reference: StepResult) -> frozenset[str]:
    """What a candidate needed and the reference does not."""
    allowed = events(reference) - {MORE}
    called = {_gift(each, TYPE) for each in allowed}
    allowed |= {_as_instance(each) for each in allowed}
    changes = tuple(filter(_is_change, allowed))
    return frozenset(
        each
        for each in needs(step) - allowed - called
        if not each.endswith(LOOKED_AT) and not (_is_change(each) and is_within(each, changes))
    )


def _gift(event: str, other: str) -> str:
    """The event in which `other` is given in the place of something that can be called."""
    asked, _, what = event.partition(GIVES)
    kind, _, place = what.partition(" ")
    return f"{asked}{GIVES}{other}{place and ' '}{place}" if kind in CALLED else event


def _as_instance(event: str) -> str:
    """Where the reference gives a value of a class of its own, any class may be instead."""
    return event.removesuffix(SHOWS).replace(f"{GIVES}{DERIVED}", f"{GIVES}{INSTANCE}", 1)


def _beyond_changes(extra: frozenset[str]) -> frozenset[str]:
    """Without the changes of values of the tests, which the third round is about."""
    return frozenset(each for each in extra if not _is_change(each))


def kind_given(event: str) -> str:
    """What was given that is no plain data; empty for other events."""
    return event.partition(GIVES)[2].split(" ", 1)[0]


def _is_change(event: str) -> bool:
    return event.startswith(CHANGES)


def _step(name: str, interview: Interview) -> Step:
    return Step(name=name, action=interview, stop_on_failure=False)


def _without_reference(needs: frozenset[str], first: VerdictMeaning) -> VerdictMeaning:
    """A task without a reference solution: only plain values can be believed."""
    return _forbidden(needs) if first.verdict is Verdict.PASSED and needs else first


def _isolated(meaning: VerdictMeaning, needs: frozenset[str], *, is_late: bool) -> VerdictMeaning:
    """`needs`: a candidate that can tell the rounds apart must not need other things in each."""
    if meaning.verdict is Verdict.PASSED:
        return _forbidden(needs) if needs else meaning
    only = "passes only by changing values of the tests that nothing says it may change"
    if is_late:
        only = "passes only with elements that come after what is asked later"
    reason = f"{only}: {meaning.reason}"
    return VerdictMeaning(Verdict.FAILED, reason)


def _also(meaning: VerdictMeaning) -> VerdictMeaning:
    """Who got to this round has passed the others."""
    if meaning.verdict is Verdict.PASSED:
        return meaning
    reason = f"passes only where its tests do not see what its process does: {meaning.reason}"
    return VerdictMeaning(meaning.verdict, reason)


def _forbidden(extra: frozenset[str]) -> VerdictMeaning:
    needs = "; ".join(sorted(extra)[:3])
    return VerdictMeaning(
        Verdict.FAILED, f"not plain data where the reference gives plain data: {needs}"
    )
