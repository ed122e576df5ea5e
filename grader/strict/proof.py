"""Which assertions may be moved out, learned from the task's own solution and from the base.

What is wanted has to be what the solution gives, each time and in every run, and the same on the
base, where the solution is not: else another right solution may want something else. What the base
gives already is no secret.
"""

import json
from collections.abc import Mapping
from typing import Any, cast

from grader.core.record import Record
from grader.strict.copies import MARK, ChosenFunction, CopiedFunction, Cut, MixedFile, pieces_of
from grader.strict.facts import RecordedRun, Wanted
from grader.strict.holes import AssertionHole, proof_cuts
from grader.strict.source import SLOT

LONGEST = 65536
"""Letters of a text in which something is looked for; see `inside/telling.py`."""


class HoleRecord(Record):
    """One record of a hole."""

    value: str = ""
    wanted: str = ""


def proofs(
    files: Mapping[str, str], chosen: Mapping[str, list[ChosenFunction]]
) -> tuple[MixedFile, ...]:
    """The files in which every hole tells both of its sides."""
    found: list[MixedFile] = []
    for path, functions in chosen.items():
        source, parts, at = files[path], list[str | CopiedFunction](), 0
        for function, _, holes in sorted(functions, key=lambda one: one.function.start):
            if not (holes and function.at and function.is_whole):
                continue
            cuts: list[Cut] = [(function.at, function.at, SLOT), *proof_cuts(source, holes)]
            pieces = pieces_of(source, function, cuts)
            parts += [
                source[at : function.start],
                CopiedFunction(name=function.node.name, bits=0, pieces=pieces),
            ]
            at = function.end
        if parts:
            found.append(MixedFile(path=path, parts=(*parts, source[at:])))
    return tuple(found)


def proven(
    chosen: Mapping[str, list[ChosenFunction]], solved: RecordedRun | None,
    unsolved: RecordedRun | None, mixed: tuple[RecordedRun, ...],
) -> tuple[Wanted, ...]:  # fmt: skip
    """The holes that say nothing to whoever has no solution, with what they want.

    solved, unsolved: runs of `proofs` with the solution and on the base; mixed: runs of the files
    with all holes, with the solution.
    """
    found: list[Wanted] = []
    for one in all_of(chosen):
        name = one.function.node.name
        with_it, without = told_in(solved, name), told_in(unsolved, name)
        among = [told_in(run, name) for run in mixed]
        for hole in one.holes:
            sides = with_it.get(hole.number, [])
            again = [[each.value for each in told.get(hole.number, [])] for told in among]
            steady = all(values == [each.value for each in sides] for values in again)
            wanted = Wanted(
                number=hole.number,
                function=name,
                wanted=tuple(each.wanted for each in sides),
                is_within=hole.is_within,
            )
            if sides and steady and is_proven(hole, wanted, sides, without.get(hole.number, [])):
                found.append(wanted)
    return tuple(found)


def is_proven(
    hole: AssertionHole, wanted: Wanted, with_it: list[HoleRecord], without: list[HoleRecord]
) -> bool:
    """Whether the solution alone gives what a hole wants, and what it wants is not its own."""
    is_right = all(each.wanted for each in with_it) and not any(map(is_opaque, wanted.wanted))
    is_steady = hole.is_literal or [x.wanted for x in with_it] == [x.wanted for x in without]
    is_new = not answers(wanted, [each.value for each in without])
    return is_right and is_steady and is_new and answers(wanted, [each.value for each in with_it])


def is_opaque(text: str) -> bool:
    """Whether nobody knows what equals a picture: order counts in some dictionaries."""
    return any(f'["{kind}",' in text for kind in ("o", "h", "D"))


def answers(wanted: Wanted, values: list[str]) -> bool:
    """Whether what was told is what a hole wants, each time."""
    if len(set(wanted.wanted)) == 1 and len(values) > len(wanted.wanted):
        return all(matches(wanted.wanted[0], each, is_within=wanted.is_within) for each in values)
    return len(values) == len(wanted.wanted) and all(
        matches(each, value, is_within=wanted.is_within)
        for each, value in zip(wanted.wanted, values, strict=True)
    )


def matches(wanted: str, value: str, *, is_within: bool) -> bool:
    """Whether one picture is, or has in it, another."""
    if wanted == value and not is_within:
        return True
    try:
        want: Any = json.loads(wanted)
        got: Any = json.loads(value)
    except (ValueError, RecursionError):
        return False
    if not isinstance(got, list) or not got:
        return False
    plain = plainly(cast("list[Any]", got))
    return is_in(want, plain) if is_within else plain == want


def plainly(got: list[Any]) -> list[Any]:
    """A picture in which texts that are made when they are asked for are texts."""
    match got:
        case ["o", str(), str(text)]:
            return ["s", text]
        case ["D", [*pairs]]:
            return plainly(pairs)
        case [str(kind), *parts]:
            lists = [plainly(cast("list[Any]", p)) if isinstance(p, list) else p for p in parts]
            return [kind, *lists]
        case _:
            return [plainly(cast("list[Any]", p)) if isinstance(p, list) else p for p in got]


def is_in(want: list[Any], got: list[Any]) -> bool:
    """Whether a text stands in a text, or is one of a collection's."""
    match got:
        case ["s", str(text)]:
            return len(text) <= LONGEST and want[1] in text
        case ["l" | "t" | "S", *rest]:
            return want in rest
        case ["d", *pairs]:
            lists = [cast("list[Any]", pair) for pair in pairs if isinstance(pair, list)]
            return any(pair[:1] == [want] for pair in lists)
        case _:
            return False


def told_in(run: RecordedRun | None, function: str) -> dict[int, list[HoleRecord]]:
    """Number of a hole → what the task's own copy of its function told, in order."""
    found: dict[int, list[HoleRecord]] = {}
    if run is None:
        return found
    own = f"{MARK}{run.drawn[function]}" if function in run.drawn else ""
    for record in run.of("told"):
        number, mark, copy = str(record.get("hole", "")).partition(MARK)
        if number.isdecimal() and mark + copy == own:
            told = HoleRecord(
                value=str(record.get("value", "")), wanted=str(record.get("wanted", ""))
            )
            found.setdefault(int(number), []).append(told)
    return found


def all_of(chosen: Mapping[str, list[ChosenFunction]]) -> list[ChosenFunction]:
    """The functions of all files."""
    return [each for functions in chosen.values() for each in functions]


def kept(
    chosen: Mapping[str, list[ChosenFunction]], wanted: tuple[Wanted, ...]
) -> dict[str, list[ChosenFunction]]:
    """The same functions with the proven holes alone."""
    numbers = {one.number for one in wanted}
    return {
        path: [
            one._replace(holes=tuple(hole for hole in one.holes if hole.number in numbers))
            for one in functions
        ]
        for path, functions in chosen.items()
    }
