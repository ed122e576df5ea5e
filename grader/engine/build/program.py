"""A program and what it must print as a task."""

from collections.abc import Mapping, Sequence
from typing import Literal, cast

from grader.core.limits import Limits
from grader.core.record import bytes_to_text
from grader.core.task import Task
from grader.engine.arguments import limits_of
from grader.engine.build._made import (
    checked,
    number,
    parsed,
    refuse,
    task_of,
    text,
)
from grader.graders.program import Spec

RULES = ("lines", "exact", "tokens", "numbers")


def program_task(
    *,
    cases: Sequence[tuple[str | bytes, str | bytes]],
    compare: Literal["lines", "exact", "tokens", "numbers"] = "lines",
    tolerance: float = 0.0,
    reference: str = "",
    limits: Limits | Mapping[str, object] | None = None,
    id: str = "",  # noqa: A002  what results call it
) -> Task:
    """A task of kind `program`: for each case's standard input the program must print its output.

    cases: pairs (input, output). compare: `lines` (white space at line ends and at the end counts
    for nothing), `exact`, `tokens` (words) or `numbers` (decimal numbers by value). tolerance: with
    `tokens` numbers may differ by so much, relatively or absolutely. reference: a right program.
    limits: of each case. UsageError names the argument that is wrong.
    """
    if isinstance(cases, str | bytes) or not isinstance(cast("object", cases), Sequence):
        refuse("cases", f"a list of (input, output) is expected, found {type(cases).__name__}")
    if not cases:
        refuse("cases", "there are none, so every program would pass")
    if number("tolerance", tolerance) and compare != "tokens":
        refuse("tolerance", "only compare='tokens' knows one")
    if compare not in RULES:
        refuse("compare", f"one of {', '.join(RULES)} is expected, found {compare!r:.40}")
    if text("reference", reference, may_be_empty=True):
        parsed("reference", reference)
    spec = checked(
        Spec,
        {
            "cases": [case_of(place, each) for place, each in enumerate(cases)],
            "rule": compare,
            "float_tolerance": tolerance,
            "reference": reference,
        },
    )
    return task_of("program", spec, limits_of(limits, Limits()), id)


def case_of(place: int, case: object) -> dict[str, str]:
    """One pair as the grader's spec has it; numbered from 1."""
    pair = cast("Sequence[object]", case) if isinstance(case, tuple | list) else ()
    if len(pair) != 2:  # noqa: PLR2004  input and output
        refuse(f"cases[{place}]", f"a pair (input, output) is expected, found {case!r:.60}")
    given, expected = pair
    return {
        "name": str(place + 1),
        "stdin": stream(f"cases[{place}][0]", given),
        "stdout": stream(f"cases[{place}][1]", expected),
    }


def stream(field: str, value: object) -> str:
    """What flows through a standard stream, as JSON carries it."""
    if isinstance(value, bytes):
        return bytes_to_text(value)
    return bytes_to_text(text(field, value, may_be_empty=True).encode())
