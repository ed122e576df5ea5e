"""Test files in which functions stand many times, and one copy alone wants what the task wants.

A function with places of k bits together stands there 2**k times, `test_x_g1`, `test_x_g2` …:
every combination of what may stand in its places. Which number has the task's own is drawn inside
for each run. The set of copies is the same seen from any of them, so no comparison of copies, by
majority or otherwise, says which is the task's own.
"""

import re
from typing import NamedTuple

from grader.core.record import Record
from grader.strict.facts import RecordedRun
from grader.strict.holes import TELL, AssertionHole, told_cuts
from grader.strict.places import LiteralPlace
from grader.strict.source import SLOT, FunctionSegment

MARK = "_g"
TAKEN = re.compile(rf"\w{MARK}\d+\b")


Piece = str | tuple[int, tuple[str, ...]]
"""Text, with a slot behind the name; or (shift, values): the bits of a copy's number from `shift`
on say which value stands there."""
Cut = tuple[int, int, Piece]
"""(start, end, what stands there instead)."""


class ChosenFunction(NamedTuple):
    """A test function, and what is done to it."""

    function: FunctionSegment
    places: tuple[LiteralPlace, ...]
    holes: tuple[AssertionHole, ...] = ()


class CopiedFunction(Record):
    """One test function, in pieces."""

    name: str
    bits: int
    """0 for one that stands there once, with assertions moved out."""
    pieces: tuple[Piece, ...]
    is_weak: bool = False
    """Whether its copies can be told apart by somebody who looks."""

    @property
    def places(self) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """The pieces of which there are several values, by shift."""
        return tuple(sorted(piece for piece in self.pieces if not isinstance(piece, str)))


class MixedFile(Record):
    """A test file in parts, in order: text as it is, and copied functions."""

    path: str
    parts: tuple[str | CopiedFunction, ...]

    @property
    def copied(self) -> tuple[CopiedFunction, ...]:
        """The functions that stand there more than once."""
        return tuple(part for part in self.parts if isinstance(part, CopiedFunction))


class SeparatedRun(NamedTuple):
    """A mixed run as if the tests and their twins had been run one after the other."""

    real: RecordedRun
    twin: RecordedRun


def mixed(path: str, source: str, chosen: list[ChosenFunction]) -> MixedFile | None:
    """The file with the copies of all chosen functions; None where it cannot hold them."""
    if TAKEN.search(source) or SLOT in source:
        return None
    parts: list[str | CopiedFunction] = []
    at = 0
    for one in sorted(chosen, key=lambda one: one.function.start):
        function = one.function
        is_there = function.at and function.is_whole and (one.places or one.holes)
        if not is_there or function.start < at:
            continue
        parts += [source[at : function.start], copied(source, one)]
        at = function.end
    names = [part.name for part in parts if isinstance(part, CopiedFunction)]
    if not names or len(set(names)) < len(names):
        return None
    return MixedFile(path=path, parts=(*parts, source[at:]))


def copied(source: str, one: ChosenFunction) -> CopiedFunction:
    """One function in pieces."""
    function, places, _ = one
    shifts: dict[LiteralPlace, int] = {}
    bits = 0
    for place in places:
        shifts[place], bits = bits, bits + place.bits
    cuts: list[Cut] = [(function.at, function.at, SLOT)]
    cuts += [(place.start, place.end, (shifts[place], place.values)) for place in places]
    cuts += told_cuts(source, function, one.holes)
    return CopiedFunction(
        name=function.node.name,
        bits=bits,
        pieces=pieces_of(source, function, cuts),
        is_weak=any(place.is_weak for place in places),
    )


def pieces_of(source: str, function: FunctionSegment, cuts: list[Cut]) -> tuple[Piece, ...]:
    """A function's text with something else in some stretches of it."""
    pieces: list[Piece] = []
    at = function.start
    for start, end, piece in sorted(cuts, key=lambda cut: cut[:2]):
        pieces += [source[at:start], piece]
        at = end
    tail = source[at : function.end]
    return (*pieces, tail if tail.endswith("\n") else tail + "\n")


def narrowed(
    one: CopiedFunction, keep: list[int], *, is_weak: bool = False
) -> CopiedFunction | None:
    """The same function with the places of some shifts alone; None where nothing is left."""
    bits = 0
    pieces: list[Piece] = []
    moved: dict[int, int] = {}
    for shift, values in one.places:
        if shift in keep:
            moved[shift], bits = bits, bits + len(values).bit_length() - 1
    for piece in one.pieces:
        if isinstance(piece, str):
            pieces.append(piece)
        else:
            shift, values = piece
            pieces.append((moved[shift], values) if shift in moved else values[0])
    if not bits and not any(TELL in piece for piece in pieces if isinstance(piece, str)):
        return None
    is_weak = is_weak or one.is_weak
    return CopiedFunction(name=one.name, bits=bits, pieces=tuple(pieces), is_weak=is_weak)


def apart(run: RecordedRun) -> SeparatedRun:
    """Take a mixed run apart by what was drawn; both halves keep what belongs to neither."""
    return SeparatedRun(half(run, "real", is_twin=False), half(run, "twin", is_twin=True))


def marked(drawn: dict[str, int]) -> re.Pattern[str]:
    """The name of a copied function with its mark."""
    words = "|".join(map(re.escape, drawn))
    return re.compile(rf"(?<!\w)(?P<name>{words}){MARK}(?P<number>[1-9]\d*)(?!\w)")


def half(run: RecordedRun, name: str, *, is_twin: bool) -> RecordedRun:
    """The records of the task's own tests under its own names, or those of other copies."""
    pattern = marked(run.drawn)

    def own(text: str) -> str | None:
        found = pattern.search(text)
        if found and (run.drawn[found["name"]] == int(found["number"])) == is_twin:
            return None
        return text if is_twin else pattern.sub(r"\g<name>", text)

    records: list[dict[str, object]] = []
    for record in run.records:
        if record.get("kind") == "collected":
            ids = [own(each) for each in record.get("ids", ())]
            records.append({**record, "ids": [each for each in ids if each is not None]})
        elif (told := own(str(record.get("id", "")))) is not None:
            records.append({**record, "id": told} if "id" in record else record)
    drawn = run.drawn if is_twin else {}
    return run.model_copy(update={"name": name, "records": tuple(records), "drawn": drawn})


def by_copy(run: RecordedRun, said: dict[str, str]) -> dict[str, dict[int, set[str]]]:
    """Function → number of a copy → outcomes of its tests."""
    pattern = marked(run.drawn)
    found: dict[str, dict[int, set[str]]] = {name: {} for name in run.drawn}
    for name, outcome in said.items():
        if match := pattern.search(name):
            found[match["name"]].setdefault(int(match["number"]), set()).add(outcome)
    return found
