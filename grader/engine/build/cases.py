"""Inputs and what a function must give for them as a task."""

import ast
import builtins
import math
from collections.abc import Mapping, Sequence
from typing import cast

from grader.core.limits import Limits
from grader.core.task import Task
from grader.engine.arguments import limits_of
from grader.engine.build._made import (
    checked,
    identifier,
    number,
    refuse,
    task_of,
    text,
)
from grader.engine.build.function import defines, refuse_unless_defined
from grader.graders import cases as by_reference
from grader.graders import function

DEEPEST = 60
"""Nesting of a value: more would not compile."""
LONGEST = 10_000
"""Bits of an integer that is written in decimal digits."""
PLAIN = (bool, int, str, bytes, type(None))
AGREE = """
def is_case_right(got, wanted):
    if isinstance(wanted, float) or isinstance(got, float):
        if isinstance(got, (bool, int, float)) and isinstance(wanted, (bool, int, float)):
            if got == wanted or (got != got and wanted != wanted):
                return True
            if got != got or wanted != wanted or float("inf") in (abs(got), abs(wanted)):
                return False
            return abs(got - wanted) <= case_tolerance * max(1.0, abs(wanted))
        return False
    if isinstance(wanted, (list, tuple)):
        same = type(got) == type(wanted) and len(got) == len(wanted)
        return same and all([is_case_right(one, other) for one, other in zip(got, wanted)])
    if isinstance(wanted, dict):
        if type(got) != dict or len(got) != len(wanted):
            return False
        return all([key in got and is_case_right(got[key], wanted[key]) for key in wanted])
    return got == wanted
"""

USED = {each.id for each in ast.walk(ast.parse(AGREE)) if isinstance(each, ast.Name)}
BUILTINS = USED & set(dir(builtins)) | {"set", "frozenset", "complex"}
"""What the tests use: a solution that is called so must not stand in for it."""


def cases_task(
    *,
    entry_point: str,
    inputs: Sequence[Sequence[object]],
    outputs: Sequence[object] | None = None,
    reference: str = "",
    tolerance: float = 0.0,
    prompt: str = "",
    limits: Limits | Mapping[str, object] | None = None,
    id: str = "",  # noqa: A002  what results call it
) -> Task:
    """A task of which a function must give the right output for each input.

    inputs: lists of arguments. outputs: what it must give for them, compared as Python's `==`
    does, lists and tuples by their own types; floats within `tolerance` (relative, absolute below
    1). Without outputs the `reference`, a program or a continuation of the prompt, says what is
    right (kind `cases`; its inputs must be JSON). prompt: what a completion continues. UsageError
    names the argument that is wrong.
    """
    name = identifier("entry_point", entry_point)
    before = text("prompt", prompt, may_be_empty=True)
    listed = arguments(inputs)
    allowed = number("tolerance", tolerance)
    if outputs is None:
        if reference == "":
            refuse("outputs", "give them, or a reference that says what is right")
        spec = _of_reference(name, before, text("reference", reference), listed, allowed)
        return task_of("cases", spec, limits_of(limits, Limits(cpu_s=30, wall_s=60)), id)
    if text("reference", reference, may_be_empty=True):
        refuse_unless_defined(name, before, reference)
    made = checked(
        function.Spec,
        {
            "prompt": before,
            "tests": tests_of(name, listed, answers(outputs, len(listed)), allowed),
            "entry_point": name,
            "reference": reference,
            "reference_whole": bool(reference) and defines(reference, name),
        },
    )
    return task_of("function", made, limits_of(limits, Limits(cpu_s=10, wall_s=40)), id)


def _of_reference(
    name: str, prompt: str, reference: str, inputs: list[list[object]], tolerance: float
) -> by_reference.Spec:
    refuse_unless_defined(name, prompt, reference)
    for place, each in enumerate(inputs):
        refuse_unless_json(f"inputs[{place}]", each)
    return checked(
        by_reference.Spec,
        {
            "prompt": prompt,
            "entry_point": name,
            "reference": reference,
            "base": by_reference.packed(inputs),
            "atol": tolerance,
        },
    )


def tests_of(name: str, inputs: list[list[object]], outputs: list[object], tolerance: float) -> str:
    """Plain tests: they call with data and compare, one case after the other."""
    lines = [f"case_tolerance = {tolerance!r}", AGREE]
    if name in BUILTINS:
        lines, name = [f"candidate = {name}", f"del {name}", *lines], "candidate"
    for place, (given, wanted) in enumerate(zip(inputs, outputs, strict=True)):
        call = f"{name}({', '.join(literal(f'inputs[{place}]', each) for each in given)})"
        shown = literal(f"outputs[{place}]", wanted)
        lines.append(
            f"assert is_case_right({call}, {shown}), 'case {place + 1}: not what is expected'"
        )
    return "\n".join(lines) + "\n"


def arguments(inputs: object) -> list[list[object]]:
    """The argument lists; at least one, or every function would pass."""
    if isinstance(inputs, str | bytes) or not isinstance(inputs, Sequence):
        refuse("inputs", f"a list of argument lists is expected, found {type(inputs).__name__}")
    found = cast("Sequence[object]", inputs)
    if not found:
        refuse("inputs", "there are none, so every function would pass")
    for place, each in enumerate(found):
        if not isinstance(each, list | tuple):
            refuse(f"inputs[{place}]", f"a list of arguments is expected, found {each!r:.60}")
    return [list(cast("Sequence[object]", each)) for each in found]


def answers(outputs: object, wanted: int) -> list[object]:
    """As many outputs as there are inputs."""
    if isinstance(outputs, str | bytes) or not isinstance(outputs, Sequence):
        refuse("outputs", f"a list is expected, found {type(outputs).__name__}")
    found = list(cast("Sequence[object]", outputs))
    if len(found) != wanted:
        refuse("outputs", f"{len(found)} for {wanted} inputs")
    return found


def literal(field: str, value: object, depth: int = 0) -> str:
    """The value as Python text that gives an equal one; UsageError for what is no plain data."""
    kind = type(value)
    if depth > DEEPEST:
        refuse(field, f"nested more than {DEEPEST} deep")
    if kind is complex:
        number = cast("complex", value)
        return f"complex({literal(field, number.real)}, {literal(field, number.imag)})"
    if kind is int and cast("int", value).bit_length() > LONGEST:
        return hex(cast("int", value))  # decimal digits are limited
    if kind is float and not math.isfinite(cast("float", value)):
        return f"float('{value!r}')"
    if kind in PLAIN or kind is float:
        return f"({value!r})" if kind in {int, float} else repr(value)
    if kind in {list, tuple, set, frozenset}:
        parts = [literal(field, each, depth + 1) for each in cast("Sequence[object]", value)]
        return collection(kind, parts)
    if kind is not dict:
        refuse(field, f"{kind.__name__} is no plain data")
    pairs = cast("dict[object, object]", value).items()
    shown = [
        f"{literal(field, key, depth + 1)}: {literal(field, each, depth + 1)}"
        for key, each in pairs
    ]
    return f"{{{', '.join(shown)}}}"


def collection(kind: type, parts: list[str]) -> str:
    """A list, tuple or set of parts as text."""
    inner = ", ".join(parts)
    if kind is list:
        return f"[{inner}]"
    if kind is tuple:
        return f"({inner},)" if parts else "()"
    return f"{kind.__name__}([{inner}])"


def refuse_unless_json(field: str, value: object, depth: int = 0) -> None:
    """UsageError for what JSON would change."""
    kind = type(value)
    if depth > DEEPEST:
        refuse(field, f"nested more than {DEEPEST} deep")
    if kind is list:
        for each in cast("list[object]", value):
            refuse_unless_json(field, each, depth + 1)
    elif kind is dict:
        for key, each in cast("dict[object, object]", value).items():
            if type(key) is not str:
                refuse(field, f"JSON has no {type(key).__name__} as a key; give outputs instead")
            refuse_unless_json(field, each, depth + 1)
    elif kind is int and cast("int", value).bit_length() > LONGEST:
        refuse(field, "an integer of more than 3010 digits; give outputs instead")
    elif kind not in {bool, int, float, str, type(None)} or value in {math.inf, -math.inf}:
        refuse(field, f"JSON has no {kind.__name__} like {value!r:.40}; give outputs instead")
