"""A patch as GNU `patch --batch -p1` reads it: unified, context and normal diffs, ed scripts.

Source: GNU patch 2.7.6, `pch.c` (`intuit_diff_type`, `another_hunk`). Sections may be indented as a
whole, stand behind `- ` as in forwarded mail, end in carriage returns, or name their file on an
`Index:` line. Lines that begin with `#` are no part of a patch. What is malformed ends the reading:
patch gives up there too.
"""

import posixpath
import re
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple, overload

from grader.patch import hunks, names
from grader.patch.change import ChangeKind, PatchedFile

INDENT = " \tX"
TAB = 8
NOTHING = "dev/null"
"""What is left of `a/dev/null`, which is never the better of two names."""
DASHES = re.compile(r"(?P<nests>(?:- )*)--- ")
EXTENDED = re.compile(
    r"(?:old|new|deleted file|new file) mode |(?:rename|copy) (?:from|to) "
    r"|index [0-9a-f]*\.\.[0-9a-f]*(?=\s)"
)
KINDS = {
    "deleted file mode ": ChangeKind.DELETE,
    "new file mode ": ChangeKind.ADD,
    "rename from ": ChangeKind.RENAME,
    "rename to ": ChangeKind.RENAME,
    "copy from ": ChangeKind.COPY,
    "copy to ": ChangeKind.COPY,
}


class BodyForm(Enum):
    """How a section's body is written."""

    UNIFIED = "unified"
    CONTEXT = "context"
    NORMAL = "normal"
    ED = "ed"
    BINARY = "git's binary form, which patch passes over"
    NONE = "a header alone"


class BodyStart(NamedTuple):
    """Where a body begins."""

    form: BodyForm
    at: int
    indent: int = 0
    """Columns that every line of it is indented by."""


class UnindentedLines(Sequence[str]):
    """Lines without an indent and without the `- ` of forwarded mail."""

    def __init__(self, lines: list[str], indent: int, nesting: int) -> None:
        self._lines, self._indent, self._nesting = lines, indent, nesting

    def __len__(self) -> int:
        """As many as with them."""
        return len(self._lines)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...
    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        """One line, or some."""
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(len(self)))]
        line = self._lines[at]
        taken = column = 0
        while column < self._indent and line[taken : taken + 1] in {" ", "\t", "X"}:
            column = _column(line[taken], column)
            taken += 1
        for _ in range(self._nesting):
            taken += len("- ") if line.startswith("- ", taken) else 0
        return line[taken:]


def _column(character: str, column: int) -> int:
    return (column + TAB) // TAB * TAB if character == "\t" else column + 1


class _Head:
    """What the lines before a section's body say."""

    def __init__(self) -> None:
        self.first: int | None = None
        """Number of the first line that names a file."""
        self.slots: dict[str, str] = {}
        """Names: `starred` (also from `+++`), `dashed` and `index`."""
        self.nowhere: set[str] = set()
        """Slots that said that there is no file; a name of an earlier line stays."""
        self.modes = {"old": "", "new": ""}
        self.kind = ChangeKind.MODIFY
        self.is_git = self.is_extended = False
        self.nesting = 0

    def take(self, line: str, number: int, *, after_stars: bool) -> None:
        """One line, without its indent."""
        if (line.startswith("*** ") and not after_stars) or line.startswith("+++ "):
            self._name("starred", names.of_patch(line[4:]))
        elif line.startswith("Index:"):
            self._name("index", names.of_patch(line[6:], dated=False))
        elif line.startswith("diff --git "):
            old, new = names.pair_of_patch(line[11:])
            self.slots |= {"dashed": old or "", "starred": new or ""}
            self.is_git = True
        elif self.is_git and (mark := EXTENDED.match(line)):
            self._extend(mark.group(), line[mark.end() :])
        elif dashes := DASHES.match(line):
            self.nesting = len(dashes["nests"]) // len("- ")
            self._name("dashed", names.of_patch(line[dashes.end() :]))
        else:
            return
        self.first = number if self.first is None else self.first

    def _name(self, slot: str, name: str | None) -> None:
        if name:
            self.slots[slot] = name
        elif name is not None:
            self.nowhere.add(slot)

    def _extend(self, mark: str, text: str) -> None:
        self.is_extended = True
        if mark in {"old mode ", "deleted file mode "}:
            self.modes["old"] = text.strip()
        elif mark in {"new mode ", "new file mode "}:
            self.modes["new"] = text.strip()
        self.kind = KINDS.get(mark, self.kind)

    def named(self, form: BodyForm) -> tuple[str, ...]:
        """Old and new name, or the one of the `Index:` line; only those that patch would take."""
        both = [self.slots.get(slot, "") for slot in ("dashed", "starred")]
        both = both[::-1] if form is BodyForm.CONTEXT else both
        found = both if any(both) else [self.slots.get("index", "")]
        taken = tuple(posixpath.normpath(name) for name in found if name and _is_safe(name))
        return tuple(name for name in taken if name != NOTHING) or taken


def _is_safe(name: str) -> bool:
    """Patch passes over a file whose name leads out of the tree, and over nothing else."""
    return not name.startswith("/") and ".." not in name.split("/")


def sections(lines: list[str]) -> tuple[PatchedFile, ...]:
    """All sections that have a name, as far as patch would read."""
    numbers = [number for number, line in enumerate(lines) if not line.startswith("#")]
    kept = [lines[number] for number in numbers]
    found: list[PatchedFile] = []
    at = 0
    while (next_one := _start(kept, at)) is not None:
        head, start = next_one
        view = (
            UnindentedLines(kept, start.indent, head.nesting)
            if start.indent or head.nesting
            else kept
        )
        body = _body(view, start)
        first = numbers[head.first or 0] + 1
        if change := _change(head, start.form, body, kept[start.at : start.at + 2]):
            found.append(change.model_copy(update={"first_line": first}))
        if not body.is_whole:
            break
        at = body.after
    return tuple(found)


def _start(lines: list[str], at: int) -> tuple[_Head, BodyStart] | None:
    """The next section's header, and where its body begins; None where there is no more."""
    head, search = _Head(), _Search()
    for number in range(at, len(lines)):
        line = lines[number].lstrip(INDENT)
        if line.startswith("diff --git ") and head.is_extended:
            return head, BodyStart(BodyForm.NONE, number)
        head.take(line, number, after_stars=search.stars is not None)
        if head.is_git and line.startswith("GIT binary patch"):
            return head, BodyStart(BodyForm.BINARY, number)
        here = BodyStart(BodyForm.UNIFIED, number, _indent(lines[number], line))
        if found := search.body(line, here, is_headed=head.first is not None):
            return head, found
    if search.is_ed and search.commanded:
        return head, search.commanded
    return (head, BodyStart(BodyForm.NONE, len(lines))) if head.is_extended else None


class _Search:
    """What of the lines so far tells where a body begins, and how it is written."""

    def __init__(self) -> None:
        self.stars: int | None = None
        """Indent of the row of asterisks, if the last line was one."""
        self.after_command = self.is_ed = False
        self.commanded: BodyStart | None = None
        """The first command of an ed script, which only its end tells from prose."""

    def body(self, line: str, here: BodyStart, *, is_headed: bool) -> BodyStart | None:
        """Where a body is known to begin once this line, at `here`, is read."""
        command, ed = hunks.COMMAND.fullmatch(line), hunks.ED.fullmatch(line)
        stars, after_command = self.stars, self.after_command
        self.stars = here.indent if line.startswith("********") else None
        self.after_command = bool(command)
        if not is_headed:
            return None
        if self.commanded is None and (command or ed):
            self.commanded, self.is_ed = here._replace(form=BodyForm.ED), bool(ed)
        if line == ".\n" and self.commanded:
            return self.commanded
        if line.startswith("@@ -"):
            return here
        if stars == here.indent and line.startswith("*** "):
            return here._replace(form=BodyForm.CONTEXT, at=here.at - 1)
        if after_command and line.startswith(("< ", "> ")):
            return here._replace(form=BodyForm.NORMAL, at=here.at - 1)
        return None


def _indent(line: str, rest: str) -> int:
    column = 0
    for character in line[: len(line) - len(rest)]:
        column = _column(character, column)
    return column


def _body(lines: Sequence[str], start: BodyStart) -> hunks.HunkBody:
    """All hunks of one section."""
    match start.form:
        case BodyForm.NORMAL:
            return hunks.normal(lines, start.at)
        case BodyForm.ED:
            return hunks.ed(lines, start.at)
        case BodyForm.NONE:
            return hunks.HunkBody((), start.at)
        case BodyForm.BINARY:
            return hunks.HunkBody((), start.at + 1)
        case BodyForm.UNIFIED | BodyForm.CONTEXT:
            return _hunks(lines, start)


def _hunks(lines: Sequence[str], start: BodyStart) -> hunks.HunkBody:
    found: list[str] = []
    at, is_whole = start.at, True
    mark = "@@ -" if start.form is BodyForm.UNIFIED else "********"
    while is_whole and at < len(lines) and lines[at].startswith(mark):
        if start.form is BodyForm.UNIFIED:
            one = hunks.unified(lines, at, lenient=True)
        else:
            one = hunks.context(lines, at)
        found += one.lines
        at, is_whole = one.after, one.is_whole
    return hunks.HunkBody(tuple(found), at, is_whole)


def _change(
    head: _Head, form: BodyForm, body: hunks.HunkBody, first: Sequence[str]
) -> PatchedFile | None:
    """One section's facts; None where patch would find no file to patch."""
    named = head.named(form)
    if not named:
        return None
    old, new = named[0], named[-1]
    kind = head.kind
    if kind is ChangeKind.MODIFY:
        kind = _kind(head, form, first)
    if kind in {ChangeKind.MODIFY, ChangeKind.ADD, ChangeKind.DELETE} and _cost(old) < _cost(new):
        old, new = new, old  # the applier prefers this one where both are there
    return PatchedFile(
        path=new,
        old_path=old,
        kind=kind,
        old_mode=head.modes["old"],
        new_mode=head.modes["new"],
        is_binary=form is BodyForm.BINARY,
        lines=body.lines,
    )


def _kind(head: _Head, form: BodyForm, first: Sequence[str]) -> ChangeKind:
    """Whether a section without git's words makes or removes its file."""
    old, new = ("starred", "dashed") if form is BodyForm.CONTEXT else ("dashed", "starred")
    text = "".join(line.lstrip(INDENT) for line in first)
    made = re.match(r"@@ -0(?!\d)|\*+\s+\*\*\* 0(?!\d)", text)
    gone = re.match(r"@@ -\S+ \+0(?!\d)", text)
    if old in head.nowhere or made:
        return ChangeKind.ADD
    return ChangeKind.DELETE if new in head.nowhere or gone else ChangeKind.MODIFY


def _cost(name: str) -> tuple[int, int, int]:
    """By what patch prefers one of two names that exist (`best_name`)."""
    return name.count("/"), len(name.rpartition("/")[2]), len(name)
