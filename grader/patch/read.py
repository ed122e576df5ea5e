"""Read a unified or git diff into changes.

What can be read: git's extended headers (modes, renames, copies, binary, submodules), plain
`---`/`+++` pairs, carriage returns, a missing final newline, text before, between and after
sections. Format: git-diff(1), "Generating patch text with -p"; GNU diffutils, "Unified Format".
"""

import re
from collections.abc import Iterator

from grader.patch.change import Change, Kind

HEADER = re.compile(r"diff --git (?P<rest>.+)")
HUNK = re.compile(r"@@ -\d+(?:,(?P<old>\d{1,18}))? \+\d+(?:,(?P<new>\d{1,18}))? @@")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
MODES = {
    "old mode ": ("old_mode",),
    "new mode ": ("new_mode",),
    "new file mode ": ("new_mode",),
    "deleted file mode ": ("old_mode",),
}
QUOTED = re.compile(r"(?P<plain>[^\\]+)|\\(?P<octal>[0-7]{3})|\\(?P<letter>.)", re.DOTALL)
NOWHERE = "/dev/null"


def changes(patch: str) -> tuple[Change, ...]:
    """All sections of `patch`, in order; an empty tuple where there is none."""
    return tuple(_section(first, lines) for first, lines in _sections(patch))


def outside_hunks(patch: str) -> Iterator[tuple[int, str]]:
    """(1-based number, line) of every line that is no hunk's content."""
    lines = patch.split("\n")
    number = 0
    while number < len(lines):
        yield number + 1, lines[number].rstrip("\r")
        hunk = HUNK.match(lines[number])
        number = _after_hunk(lines, number + 1, hunk) if hunk else number + 1


def _sections(patch: str) -> Iterator[tuple[int, list[str]]]:
    """(1-based first line, its lines with their ends) of each file's section."""
    lines = patch.split("\n")
    ended = [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    start: int | None = None
    number = 0
    while number < len(ended):
        if _starts(ended, number, inside=start is not None and _is_git(ended[start])):
            if start is not None:
                yield start + 1, ended[start:number]
            start = number
            number += 2 if ended[number].startswith("--- ") else 1
        elif start is not None and (hunk := HUNK.match(ended[number])):
            number = _after_hunk(ended, number + 1, hunk)
        else:
            number += 1
    if start is not None:
        yield start + 1, ended[start:]


def _is_git(line: str) -> bool:
    return line.startswith("diff --git ")


def _starts(lines: list[str], number: int, *, inside: bool) -> bool:
    """A `diff --git` line, or a `---`/`+++` pair that no such line announced."""
    if _is_git(lines[number]):
        return True
    pair = (
        lines[number].startswith("--- ")
        and number + 1 < len(lines)
        and lines[number + 1].startswith("+++ ")
    )
    if not pair or not inside:
        return pair
    before = number
    while before and not _is_git(lines[before]):
        before -= 1
        if HUNK.match(lines[before]) or lines[before].startswith("+++ "):
            return True  # the announced pair is behind us: this one is another file
    return False


def _after_hunk(lines: list[str], number: int, hunk: re.Match[str]) -> int:
    """First line behind a hunk, by its own counts: its content is never read as a header."""
    old, new = int(hunk["old"] or 1), int(hunk["new"] or 1)
    while number < len(lines) and (old > 0 or new > 0):
        match lines[number][:1]:
            case "-":
                old -= 1
            case "+":
                new -= 1
            case "\\":
                pass
            case " " | "\n" | "\r" | "":
                old, new = old - 1, new - 1
            case _:
                return number
        number += 1
    return number


def _section(first: int, lines: list[str]) -> Change:
    """One section's facts."""
    facts: dict[str, str] = {}
    old, new = _header_paths(lines[0])
    kind, is_binary, added = Kind.MODIFY, False, list[str]()
    number = 0
    while number < len(lines):
        line = lines[number].rstrip("\r\n")
        number += 1
        if hunk := HUNK.match(line):
            after = _after_hunk(lines, number, hunk)
            added += [ln[1:].rstrip("\r\n") for ln in lines[number:after] if ln.startswith("+")]
            number = after
            continue
        for mark, fields in MODES.items():
            if line.startswith(mark):
                facts |= dict.fromkeys(fields, line.removeprefix(mark).strip())
        kind = _kind(line, kind)
        is_binary = is_binary or line.startswith(("GIT binary patch", "Binary files "))
        old, new = _named(line, old, new)
    if new == NOWHERE:
        kind, new = Kind.DELETE, old
    elif old == NOWHERE:
        kind, old = Kind.ADD, new
    return Change(
        path=old if kind is Kind.DELETE else new,
        old_path=new if kind is Kind.ADD else old,
        kind=kind,
        is_binary=is_binary,
        added=tuple(added),
        first_line=first,
        text="".join(lines),
        **facts,
    )


def _kind(line: str, so_far: Kind) -> Kind:
    for mark, kind in (
        ("new file mode ", Kind.ADD),
        ("deleted file mode ", Kind.DELETE),
        ("rename to ", Kind.RENAME),
        ("copy to ", Kind.COPY),
    ):
        if line.startswith(mark):
            return kind
    return so_far


def _named(line: str, old: str, new: str) -> tuple[str, str]:
    """Paths in the light of one header line; the more exact header wins over `diff --git`."""
    for mark in ("rename from ", "copy from "):
        if line.startswith(mark):
            return unquoted(line.removeprefix(mark)), new
    for mark in ("rename to ", "copy to "):
        if line.startswith(mark):
            return old, unquoted(line.removeprefix(mark))
    if line.startswith("--- "):
        return _stripped(line.removeprefix("--- ")), new
    if line.startswith("+++ "):
        return old, _stripped(line.removeprefix("+++ "))
    return old, new


def _header_paths(line: str) -> tuple[str, str]:
    """The two paths of `diff --git a/x b/x`; ("", "") for another line."""
    found = HEADER.match(line.rstrip("\r\n"))
    if not found:
        return "", ""
    rest = found["rest"]
    if rest.startswith('"'):
        end = _quote_end(rest)
        return _stripped(rest[: end + 1]), _stripped(rest[end + 2 :])
    half = len(rest) // 2
    if rest[half : half + 1] == " " and rest[2:half] == rest[half + 3 :]:
        return _stripped(rest[:half]), _stripped(rest[half + 1 :])
    left, _, right = rest.partition(" b/")
    return _stripped(left), right or _stripped(left)


def _quote_end(text: str) -> int:
    """Index of the quote that closes the one at 0; the last index where none does."""
    number = 1
    while number < len(text) and text[number] != '"':
        number += 2 if text[number] == "\\" else 1
    return min(number, len(text) - 1)


def _stripped(name: str) -> str:
    """A path without time stamp and its first component, as `-p1` has it."""
    name = unquoted(name.split("\t", maxsplit=1)[0].rstrip("\r\n"))
    if name == NOWHERE:
        return name
    return name.split("/", 1)[1] if "/" in name and not name.startswith("/") else name


def unquoted(name: str) -> str:
    """A path as git quotes it (C style, octal bytes), in plain."""
    if not (name.startswith('"') and name.endswith('"') and len(name) > 1):
        return name
    data = bytearray()
    for match in QUOTED.finditer(name[1:-1]):
        if match["octal"]:
            data.append(int(match["octal"], 8) & 0xFF)
        else:
            text: str = match["plain"] or ESCAPES.get(match["letter"], match["letter"])
            data += text.encode(errors="surrogateescape")
    return data.decode(errors="surrogateescape")
