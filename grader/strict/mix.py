"""Real tests and their twins in one file, so that one run of the tests serves both.

Each function that has a twin stands there twice, `test_x_g1` and `test_x_g2`, in an order that is
drawn inside for each name. The two differ in constants alone, and each is the other's twin by the
rule that made it: no code in the process can know which of them is the task's own.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from typing import NamedTuple

from grader.core.record import Record
from grader.strict.facts import Run
from grader.strict.twins import SENTINEL, TRUE_CLAIM, Offsets, other

SLOT = "\0"
"""Where a function's name gets its mark."""
MARK = "_g"
TAKEN = re.compile(rf"\w{MARK}[12]\b")
Function = ast.FunctionDef | ast.AsyncFunctionDef
NAME = re.compile(r"(?:async\s+)?def\s+(?P<name>\w+)")


class Pair(Record):
    """One test function, with a slot in its name, and its twin."""

    name: str
    real: str
    twin: str


class Mixed(Record):
    """A test file in parts, in order: text as it is, and pairs."""

    path: str
    parts: tuple[str | Pair, ...]


class Apart(NamedTuple):
    """A mixed run as if the tests and their twins had been run one after the other."""

    real: Run
    twin: Run


def mixed(path: str, real: str, twin: str) -> Mixed | None:
    """The file with all its twins in it; None where the two are told apart by more than constants.

    real, twin: the file's text without and with twins.
    """
    if TAKEN.search(real):
        return None
    try:
        return put_together(path, real, twin)
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError):
        return None


def put_together(path: str, real: str, twin: str) -> Mixed | None:
    """The same; raises for what is no Python."""
    ours, theirs = segments(real), segments(twin)
    if [one.name for one in ours] != [one.name for one in theirs]:
        return None
    changed = [both for both in zip(ours, theirs, strict=True) if both[0].text != both[1].text]
    if not changed or not all(one.is_plain and are_twins(one, its) for one, its in changed):
        return None
    between = around(real, [one for one, _ in changed])
    if between != around(twin, [its for _, its in changed]):
        return None
    pairs = [
        Pair(name=one.node.name, real=claimed(one, its), twin=its.slotted) for one, its in changed
    ]
    parts = [part for both in zip(between, pairs, strict=False) for part in both]
    return Mixed(path=path, parts=(*parts, between[-1]))


class Segment(NamedTuple):
    """The whole lines of one function, from its first decorator on."""

    name: str
    node: Function
    text: str
    start: int
    end: int
    at: int
    """Offset of the end of its name; 0 where that is not found."""
    is_whole: bool
    """Whether nothing else stands on its last line."""

    @property
    def slotted(self) -> str:
        """The text with a slot in its name."""
        at = self.at - self.start
        return self.text[:at] + SLOT + self.text[at:]

    @property
    def is_plain(self) -> bool:
        """Whether it can be copied as it stands."""
        return self.at > 0 and SLOT not in self.text and self.is_whole


def around(source: str, taken: list[Segment]) -> list[str]:
    """What is left of a source: before, between and after some functions."""
    starts = [0, *(one.end for one in taken)]
    ends = [*(one.start for one in taken), len(source)]
    return [source[start:end] for start, end in zip(starts, ends, strict=True)]


def segments(source: str) -> list[Segment]:
    """Every function at the top level and in its classes, in order."""
    place = Offsets(source)
    return [segment(name, node, source, place) for name, node in functions(ast.parse(source))]


def functions(tree: ast.Module | ast.ClassDef, above: str = "") -> Iterator[tuple[str, Function]]:
    """(dotted name, function)."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from functions(node, f"{above}{node.name}.")
        elif isinstance(node, Function):
            yield above + node.name, node


def segment(name: str, node: Function, source: str, place: Offsets) -> Segment:
    """Where a function stands."""
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    start, end = place.of(first, 0), place.of(node.end_lineno or node.lineno, 1 << 30)
    found = NAME.match(source, place.of(node.lineno, node.col_offset))
    at = found.end("name") if found and found["name"] == node.name else 0
    is_whole = source[start:end].endswith("\n") or end == len(source)
    return Segment(name, node, source[start:end], start, end, at, is_whole)


def claimed(one: Segment, its_twin: Segment) -> str:
    """A test's text with a slot; where its twin has a claim that is never true, with a true one."""
    if SENTINEL in its_twin.text and SENTINEL not in one.text:
        return its_twin.slotted.replace(SENTINEL, TRUE_CLAIM)
    return one.slotted


def are_twins(one: Segment, its_twin: Segment) -> bool:
    """Whether two functions differ in a claim, or in constants that turn into each other."""
    if SENTINEL in its_twin.text and SENTINEL not in one.text:
        return without_claim(its_twin.text) == without_claim(one.text)
    return written(one.text) == written(its_twin.text) and are_equal(one.node, its_twin.node)


def are_equal(one: Function, its_twin: Function) -> bool:
    """Whether two functions are the same but for constants that turn into each other."""
    ours, theirs = list(ast.walk(one)), list(ast.walk(its_twin))
    if [type(node) for node in ours] != [type(node) for node in theirs]:
        return False
    for mine, its in zip(ours, theirs, strict=True):
        if isinstance(mine, ast.Constant) and isinstance(its, ast.Constant):
            if repr(mine.value) != repr(its.value) and not turn_into_each_other(mine, its):
                return False
            mine.value = its.value = None
            mine.kind = its.kind = None
    return ast.dump(one) == ast.dump(its_twin)


def without_claim(text: str) -> str:
    """The text without the claim and the white space around it."""
    return re.sub(rf"[;\s]*{re.escape(SENTINEL)}", "", text).rstrip()


def written(text: str) -> list[tuple[str, int]]:
    """How a source is written, whatever its constants say: its tokens, with their lines."""
    found: list[tuple[str, int]] = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        shape = token.string
        if token.type == tokenize.STRING:
            shape = f"string in {shape[-1]} {len(shape)}"
        elif token.type == tokenize.NUMBER:
            shape = f"number {len(shape)}"
        found.append(("truth" if shape in {"True", "False"} else shape, token.start[0]))
    return found


def turn_into_each_other(one: ast.Constant, its_twin: ast.Constant) -> bool:
    """Whether the rule that makes twins leads from either to the other."""
    return other(one.value) == repr(its_twin.value) and other(its_twin.value) == repr(one.value)


def apart(run: Run) -> Apart:
    """Take a mixed run apart by what was drawn; both halves keep what belongs to neither."""
    return Apart(half(run, "real", is_twin=False), half(run, "twin", is_twin=True))


def half(run: Run, name: str, *, is_twin: bool) -> Run:
    """The records of the task's own tests, or of the twins, under the task's own names."""
    words = "|".join(map(re.escape, run.drawn))
    marked = re.compile(rf"(?<!\w)(?P<name>{words}){MARK}(?P<number>[12])(?!\w)")

    def own(text: str) -> str | None:
        found = marked.search(text)
        if found and (run.drawn[found["name"]] == int(found["number"])) == is_twin:
            return None
        return marked.sub(r"\g<name>", text)

    records: list[dict[str, object]] = []
    for record in run.records:
        if record.get("kind") == "collected":
            ids = [own(each) for each in record.get("ids", ())]
            records.append({**record, "ids": [each for each in ids if each is not None]})
        elif (told := own(str(record.get("id", "")))) is not None:
            records.append({**record, "id": told} if "id" in record else record)
    return run.model_copy(update={"name": name, "records": tuple(records), "drawn": {}})
