"""Which copies of a task's tests are sound, learned from its own solution and from the base.

Of a function's copies one alone may pass for the solution. A place whose assertion passes on the
base already, with the wanted value or another, is no secret: whoever runs it alone knows.
"""

import ast
import math
import random
from collections.abc import Collection

from grader.strict.copies import (
    ChosenFunction,
    CopiedFunction,
    Cut,
    MixedFile,
    by_copy,
    mixed,
    narrowed,
    pieces_of,
)
from grader.strict.facts import RecordedRun, WatchedFacts
from grader.strict.holes import holes, is_shown, told_cuts
from grader.strict.places import ASSERTING, LiteralPlace, claim, places, weak
from grader.strict.secret import known, secrets, worthwhile
from grader.strict.source import (
    SLOT,
    FunctionSegment,
    SourceOffsets,
    added_lines,
    function_of,
    parsed,
    segments,
    wanted,
)
from grader.strict.statuses import outcomes
from grader.strict.subject import StrictSubject

BITS, WORTHWHILE = 12, 10
"""Of all copies of a task together: as many as are made, and fewer than which prove nothing."""
ENOUGH = 10.0
"""Bits of one hole that make copies in its place needless."""
MOST_FUNCTIONS = 16
MOST_PLACE_BITS, FEW_PLACE_BITS = 10, 4
"""Of one function, where that makes enough of them: 1024 copies; where nothing does: 16."""
COPY_S = 0.004
"""What a copy costs besides what its test takes: measured with pytest, where most fail."""
LEAST_BUDGET_S = 5.0
"""Copies of one function may take this long, or as long as all tests without them."""


def copied_files(
    subject: StrictSubject, real: WatchedFacts, sections: dict[str, str],
    *, weaker: Collection[str] = (),
) -> dict[str, list[ChosenFunction]]:  # fmt: skip
    """Path of a test file → its functions that the solution mends, with places and holes.

    sections: path → the file's part of the test patch; weaker: functions that get a claim alone.
    """
    rnd = random.Random(real.seed)
    run = real.run("real")
    found = {
        path: wanted(path, segments(text), subject.fail_to_pass)
        for path, text in real.files.items()
        if path.endswith(".py")
    }
    taken: set[str] = set()
    chosen: dict[str, list[ChosenFunction]] = {}
    number = 0
    for path, functions in found.items():
        text, tree = real.files[path], parsed(real.files[path])
        for function in functions:
            if tree is None or function.node.name in taken or len(taken) >= MOST_FUNCTIONS:
                continue
            most = most_bits(function.name, run)
            lines = added_lines(sections.get(path, ""))
            kept = subject.pass_to_pass
            got = places(text, tree, function, lines, kept, real.words, rnd, most=most)
            moved = tuple(holes(text, function, number))
            taken.add(function.node.name)
            chosen.setdefault(path, []).append(ChosenFunction(function, got, moved))
            number += len(moved)
    everybody = known(subject.statement, real.files, sections, real.words)
    chosen = worthwhile(real.files, chosen, everybody)
    chosen = {
        path: [settled(real.files[path], one, rnd) for one in functions]
        for path, functions in chosen.items()
    }
    chosen = {
        path: [
            one._replace(places=(claim(real.files[path], one.function, rnd, most=1),))
            if one.function.node.name in weaker
            else one
            for one in functions
        ]
        for path, functions in chosen.items()
    }
    return afforded(chosen, secrets(real.files, chosen, everybody))


def names(files: tuple[MixedFile, ...]) -> frozenset[str]:
    """All functions that have copies."""
    return frozenset(one.name for file in files for one in file.copied)


def lost(files: tuple[MixedFile, ...], solved: tuple[RecordedRun, ...]) -> frozenset[str]:
    """Functions of which no place may stay: another value there fails nothing."""
    bad = wrong(files, solved)
    return frozenset(
        one.name
        for file in files
        for one in file.copied
        if not keep_of(one, bad.get(one.name, set()))
    )


def afforded(
    chosen: dict[str, list[ChosenFunction]], secret: int
) -> dict[str, list[ChosenFunction]]:
    """The same with no more copies of each than make `BITS` together; few where none do.

    secret: bits of the holes.
    """
    each = [one for functions in chosen.values() for one in functions]
    strong = [sum(p.bits for p in one.places if not p.is_weak) for one in each]
    sums = {cap: secret + sum(min(n, cap) for n in strong) for cap in range(1, MOST_PLACE_BITS + 1)}
    enough = [cap for cap, bits in sums.items() if bits >= BITS]
    most = MOST_PLACE_BITS if sums[MOST_PLACE_BITS] >= WORTHWHILE else FEW_PLACE_BITS
    most = max(FEW_PLACE_BITS, enough[0]) if enough else most
    return {
        path: [one._replace(places=first(one.places, most)) for one in functions]
        for path, functions in chosen.items()
    }


def first(places: tuple[LiteralPlace, ...], most: int) -> tuple[LiteralPlace, ...]:
    """The first places, of at most `most` bits together."""
    found: list[LiteralPlace] = []
    for place in places:
        bits = min(most, place.bits)
        found += [place._replace(values=place.values[: 2**bits])] if bits else []
        most -= bits
    return tuple(found)


def settled(source: str, one: ChosenFunction, rnd: random.Random) -> ChosenFunction:
    """A function in which copies and holes are apart.

    Copies come first where they change what is wanted; holes where they would change only what is
    looked at, and where one alone is worth enough: it costs no copies. A weak place is where no
    hole is.
    """
    tree = parsed(source)
    if tree is None or not one.holes:
        return one
    strong = [place for place in one.places if not place.is_weak]
    starts = [place.start for place in strong]
    moved = tuple(
        hole
        for hole in one.holes
        if hole.worth >= ENOUGH or not is_shown(source, one.function, hole, starts)
    )
    away = [cut[:2] for cut in told_cuts(source, one.function, moved)]
    left = tuple(p for p in strong if not any(start <= p.start < end for start, end in away))
    shown = [place.start for place in left]
    moved = tuple(h for h in moved if not is_shown(source, one.function, h, shown))
    if not left:
        away = [cut[:2] for cut in told_cuts(source, one.function, moved)]
        most = sum(place.bits for place in one.places)
        left = weak(source, tree, one.function, rnd, away, most=most)
    return ChosenFunction(one.function, left, moved)


def most_bits(name: str, run: RecordedRun | None) -> int:
    """How many bits a function may have, by how long it takes."""
    phases = run.of("phase") if run else []
    spent = sum(float(one.get("s", 0)) for one in phases if is_of(str(one.get("id")), name))
    budget = max(LEAST_BUDGET_S, run.wall_s if run else 0)
    by_time = int(math.log2(max(2.0, budget / (spent + COPY_S))))
    return min(MOST_PLACE_BITS, by_time)


def is_of(test: str, name: str) -> bool:
    """Whether a test of a run is one of a function."""
    said = function_of(test)
    return said == name or said.endswith(f".{name}") or name.endswith(f".{said}")


def files_of(real: WatchedFacts, chosen: dict[str, list[ChosenFunction]]) -> tuple[MixedFile, ...]:
    """The files with all copies."""
    made = (mixed(path, real.files[path], functions) for path, functions in chosen.items())
    return tuple(one for one in made if one)


def sound(
    files: tuple[MixedFile, ...], chosen: dict[str, list[ChosenFunction]],
    solved: tuple[RecordedRun, ...], unsolved: tuple[RecordedRun, ...],
) -> tuple[MixedFile, ...]:  # fmt: skip
    """The files with the places alone that say nothing to whoever has no solution.

    A function that has none of them keeps the others and is weak.

    solved: runs of `files` with the solution; unsolved: runs of `alone` on the base.
    """
    bad = wrong(files, solved)
    open_ = open_places(chosen, unsolved)
    keep: dict[str, list[int]] = {}
    weak: set[str] = set()
    for file in files:
        for one in file.copied:
            proven = keep_of(one, bad.get(one.name, set()))
            secret = [shift for shift in proven if (one.name, shift) not in open_]
            keep[one.name] = secret or proven
            weak |= set() if secret else {one.name}
    return narrowed_files(files, keep, weak)


def wrong(files: tuple[MixedFile, ...], runs: tuple[RecordedRun, ...]) -> dict[str, set[int]]:
    """Function → combinations of values other than the task's that did not fail."""
    bad: dict[str, set[int]] = {}
    for run in runs:
        told = by_copy(run, outcomes(run))
        for one in (one for file in files for one in file.copied):
            own = run.drawn.get(one.name, 1) - 1
            for number in range(2**one.bits):
                said = told.get(one.name, {}).get(number + 1, set())
                if number != own and not said & {"failed", "error"}:
                    bad.setdefault(one.name, set()).add(number ^ own)
    return bad


def keep_of(one: CopiedFunction, bad: set[int]) -> list[int]:
    """Shifts of the places that may stay, so that no bad combination is left."""
    masks = {shift: (len(values) - 1) << shift for shift, values in one.places}
    keep = sorted(masks)
    while left := [b for b in bad if not b & ~sum(masks[shift] for shift in keep)]:
        worst = min(left, key=lambda b: sum(bool(b & masks[shift]) for shift in keep))
        keep.remove(max(shift for shift in keep if worst & masks[shift]))
    return keep


def open_places(
    chosen: dict[str, list[ChosenFunction]], runs: tuple[RecordedRun, ...]
) -> set[tuple[str, int]]:
    """(function, shift) of places of which some value passes on the base."""
    spoke = {
        name
        for run in runs
        for name, copies in by_copy(run, outcomes(run)).items()
        if any(said == {"passed"} for said in copies.values())
    }
    found: set[tuple[str, int]] = set()
    for function, got, _ in (each for functions in chosen.values() for each in functions):
        shift = 0
        for number, place in enumerate(got):
            if f"{function.node.name}_p{number}" in spoke:
                found.add((function.node.name, shift))
            shift += place.bits
    return found


def narrowed_files(
    files: tuple[MixedFile, ...], keep: dict[str, list[int]], weak: set[str]
) -> tuple[MixedFile, ...]:
    """The files with some places alone; a function without any stands there once."""
    found: list[MixedFile] = []
    for file in files:
        parts: list[str | CopiedFunction] = []
        for part in file.parts:
            if isinstance(part, str):
                parts.append(part)
            else:
                parts.append(
                    narrowed(part, keep[part.name], is_weak=part.name in weak) or once(part)
                )
        if any(isinstance(part, CopiedFunction) for part in parts):
            found.append(MixedFile(path=file.path, parts=tuple(parts)))
    return tuple(found)


def once(one: CopiedFunction) -> str:
    """A function as the task has it."""
    text = "".join(piece if isinstance(piece, str) else piece[1][0] for piece in one.pieces)
    return text.replace(SLOT, "")


def alone(real: WatchedFacts, chosen: dict[str, list[ChosenFunction]]) -> tuple[MixedFile, ...]:
    """Files in which each place stands in a function of its own, without other assertions."""
    found: list[MixedFile] = []
    for path, functions in chosen.items():
        source, parts, at = real.files[path], list[str | CopiedFunction](), 0
        for function, got, _ in sorted(functions, key=lambda one: one.function.start):
            parts.append(source[at : function.start])
            strong = [(n, place) for n, place in enumerate(got) if not place.is_weak]
            parts += [isolated(source, function, place, n) for n, place in strong]
            parts += [] if strong else [source[function.start : function.end]]
            at = function.end
        found.append(MixedFile(path=path, parts=(*parts, source[at:])))
    return tuple(found)


def isolated(
    source: str, function: FunctionSegment, place: LiteralPlace, number: int
) -> CopiedFunction:
    """A function of which one place is left, and the assertion that it stands in."""
    offsets = SourceOffsets(source)
    cuts: list[Cut] = [
        (function.at, function.at, f"_p{number}{SLOT}"),
        (place.start, place.end, (0, place.values)),
    ]
    body = [(node, *offsets.span(node)) for node in function.node.body if asserts(node)]
    own = [each for each in body if each[1] <= place.start < each[2]]
    cuts += [(start, end, "pass") for node, start, end in body if own and node is not own[0][0]]
    name = f"{function.node.name}_p{number}"
    return CopiedFunction(name=name, bits=place.bits, pieces=pieces_of(source, function, cuts))


def asserts(node: ast.stmt) -> bool:
    """Whether a statement is nothing but an assertion."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return bool(ASSERTING.match(ast.unparse(node.value.func)))
    return isinstance(node, ast.Assert)
