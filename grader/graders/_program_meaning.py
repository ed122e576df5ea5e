"""What the steps of a program in any language mean: kernel evidence first."""

from grader.core.execution import StepEnd, StepResult
from grader.core.limits import Limits
from grader.core.result import Verdict
from grader.graders._meaning import REASON_CHARS, VerdictMeaning, of_program
from grader.languages.base import CANDIDATE_ERRED, Language, ProgramEnd, TaskText

LINES, LINE_CHARS = 20, 200
STOPPED = "stopped"
REFUSED = "does not compile"
"""How the reason of a sample begins that a compiler refused."""
LEFT = "left before the tests were over"


def of_build(step: StepResult | None, language: Language) -> VerdictMeaning | None:
    """Why a program was not built; None where it was, or nothing had to be."""
    if step is None:
        return None
    if step.ended not in {StepEnd.EXIT, StepEnd.SIGNAL}:
        limit = of_program(step, language.build_limits)
        return VerdictMeaning(limit.verdict, f"building it: {limit.reason}")
    end = end_of(step)
    if not end.status:
        return None
    if language.is_compilers_fault(end):
        reason = f"the compiler of {language.title} broke (status {end.status})"
        return VerdictMeaning(Verdict.UNGRADED, reason)
    lines = compiler_lines(step)
    first = next((each for each in _said(step) if "error" in each.lower()), next(iter(lines), ""))
    return VerdictMeaning(Verdict.ERROR, f"{REFUSED}: {first}"[:REASON_CHARS])


def of_questions(
    step: StepResult, text: TaskText, language: Language, limits: Limits
) -> VerdictMeaning:
    """An interview: the checker's end decides; the candidate's facts say why it left."""
    checker = step.checker
    if checker is None:
        return VerdictMeaning(Verdict.UNGRADED, "an interview without a checker")
    if checker.ended not in {StepEnd.EXIT, StepEnd.SIGNAL}:
        limit = of_program(checker, limits)
        return VerdictMeaning(limit.verdict, f"testing what it returned: {limit.reason}")
    end = end_of(checker)
    if end.status != CANDIDATE_ERRED:
        return _unless_broken(VerdictMeaning(*language.verdict(text, end)), end)
    if step.ended is not StepEnd.EXIT:
        return of_program(step, limits)
    return VerdictMeaning(Verdict.ERROR, _why_it_left(step, end))


def _unless_broken(meaning: VerdictMeaning, end: ProgramEnd) -> VerdictMeaning:
    """Some official graders go by what was printed alone; a checker that broke was silent, too."""
    if meaning.verdict is Verdict.PASSED and end.status:
        return VerdictMeaning(Verdict.ERROR, f"the tests ended with status {end.status}")
    return meaning


def _why_it_left(step: StepResult, checker: ProgramEnd) -> str:
    """The checker's line, and what the candidate said where it left by itself."""
    said = " ".join(checker.stderr.split()) or LEFT
    if step.code and step.evidence != STOPPED:
        lines = [line.strip() for line in end_of(step).stderr.splitlines() if line.strip()]
        telling = next((each for each in lines if "rror" in each), lines[-1] if lines else "")
        said = f"{LEFT}, with status {step.code}{': ' if telling else ''}{telling}"
    return said[:REASON_CHARS]


def of_official(
    step: StepResult, text: TaskText, language: Language, limits: Limits
) -> VerdictMeaning:
    """A program that holds tests and candidate."""
    if step.ended not in {StepEnd.EXIT, StepEnd.SIGNAL}:
        return of_program(step, limits)
    return VerdictMeaning(*language.verdict(text, end_of(step)))


def end_of(step: StepResult) -> ProgramEnd:
    """A step's end as a shell would tell it."""
    status = step.code if step.ended is StepEnd.EXIT else 128 + step.code
    out, err = (each.decode(errors="replace") for each in (step.stdout, step.stderr))
    return ProgramEnd(status, out, err)


def compiler_lines(step: StepResult | None) -> tuple[str, ...]:
    """The first lines that a build printed, where it failed."""
    if step is None or (step.ended is StepEnd.EXIT and not step.code):
        return ()
    return tuple(line[:LINE_CHARS] for line in _said(step)[:LINES])


def _said(step: StepResult) -> list[str]:
    """All lines of the stream that a build complains on."""
    return (step.stderr.strip() or step.stdout).decode(errors="replace").splitlines()
