"""A patch as `git apply` reads it: git's own diffs and unified ones, or not at all.

Source: git 2.39, `apply.c` (`find_header`, `parse_git_diff_header`, `parse_traditional_patch`,
`parse_chunk`). Everything else in the text is skipped; one section that git calls corrupt makes
the whole patch unreadable for it, and GNU patch is asked next.
"""

import re
from typing import NamedTuple

from grader.patch import hunks, names
from grader.patch.change import ChangeKind, PatchedFile

GIT_FOLDER = re.compile(r"\.git(?:~1|::.*)?[ .]*", re.IGNORECASE | re.DOTALL)
"""`.git` and the names that some file systems take for it."""
LEAST = 6
"""Bytes that must follow a header's line."""
MARK = re.compile(
    r"--- |\+\+\+ |(?:old|new|deleted file|new file) mode |copy (?:from|to) "
    r"|rename (?:old|new|from|to) |(?:dis)?similarity index |index "
)
"""How a line of an extended header begins."""
MODE = re.compile(r"\s*(?P<mode>[0-7]+)\s", re.ASCII)
INDEX_MODE = re.compile(r"[^.\s]{1,64}\.\.[^ \n]{0,64} (?P<mode>.*\n)")
DIFFER = re.compile(r"(?:Binary files|Files) .* differ\n")


class UnreadableError(ValueError):
    """git would call the patch corrupt."""


class StripCount:
    """How many leading components come off: one, unless the first plain names have no folder."""

    def __init__(self) -> None:
        self.count = 1
        self._known = False

    def guess(self, old: str, new: str) -> None:
        """Look at a plain pair's names (`guess_p_value`)."""
        if self._known:
            return
        found = [
            0 if (name := names.of_git_traditional(text, 0)) and "/" not in name else -1
            for text in (old, new)
            if not names.is_nowhere(text)
        ]
        if found and set(found) == {0}:
            self.count, self._known = 0, True


class SectionHead(NamedTuple):
    """A section's header."""

    start: int
    after: int
    old: str | None
    new: str | None
    kind: ChangeKind
    modes: tuple[str, str] = ("", "")
    """Old and new, six octal digits or nothing."""


class GitReading(NamedTuple):
    """All sections of a patch that git can read."""

    changes: tuple[PatchedFile, ...]
    is_refused: bool = False
    """Whether it has a section that git never applies (`--reject` applies the others)."""


def sections(lines: list[str]) -> GitReading:
    """All sections, or UnreadableError; none where git finds no patch."""
    found: list[PatchedFile] = []
    strip, at, is_refused = StripCount(), 0, False
    while (head := _head(lines, at, strip)) is not None:
        body: list[str] = []
        at, count = head.after, 0
        while at < len(lines) and lines[at].startswith("@@ -"):
            hunk = hunks.unified(lines, at)
            if not hunk.is_whole or not any(line[0] != " " for line in hunk.lines):
                raise UnreadableError
            body += hunk.lines
            at, count = hunk.after, count + 1
        is_binary = not count and at < len(lines) and lines[at] == "GIT binary patch\n"
        is_differ = not count and at < len(lines) and bool(DIFFER.fullmatch(lines[at]))
        if not (count or is_binary or is_differ or _is_more_than_hunks(head)):
            raise UnreadableError
        change = _change(head, body, is_binary=is_binary)
        if is_differ or not all(map(is_path, change.paths)):
            is_refused = True
        else:
            found.append(change)
    return GitReading(tuple(found), is_refused)


def _is_more_than_hunks(head: SectionHead) -> bool:
    old, new = head.modes
    return head.kind is not ChangeKind.MODIFY or bool(old and new and old != new)


def _change(head: SectionHead, body: list[str], *, is_binary: bool) -> PatchedFile:
    old, new = head.old or head.new or "", head.new or head.old or ""
    return PatchedFile(
        path=old if head.kind is ChangeKind.DELETE else new,
        old_path=new if head.kind is ChangeKind.ADD else old,
        kind=head.kind,
        old_mode=head.modes[0],
        new_mode=head.modes[1],
        is_binary=is_binary,
        lines=tuple(body),
        first_line=head.start + 1,
    )


def is_path(path: str) -> bool:
    """Whether git would write there (its `verify_path`)."""
    parts = path.split("/")
    return not {"", ".", ".."}.intersection(parts) and not any(map(GIT_FOLDER.fullmatch, parts))


def _head(lines: list[str], at: int, strip: StripCount) -> SectionHead | None:
    """The next section's header at or behind `at`."""
    for number in range(at, len(lines)):
        line = lines[number]
        if len(line) < LEAST:
            continue
        if line.startswith("@@ -"):
            if hunks.UNIFIED.match(line):
                raise UnreadableError  # a hunk without a header
            continue
        if sum(map(len, lines[number + 1 : number + 1 + LEAST])) < LEAST:
            return None
        if line.startswith("diff --git "):
            head = _git_head(lines, number, strip.count)
            if head.after > number + 1:
                return head
        elif line.startswith("--- ") and _is_pair(lines, number):
            return _plain_head(lines, number, strip)
    return None


def _is_pair(lines: list[str], number: int) -> bool:
    return lines[number + 1].startswith("+++ ") and (
        number + 2 < len(lines) and lines[number + 2].startswith("@@ -")
    )


def _plain_head(lines: list[str], number: int, strip: StripCount) -> SectionHead:
    """`---` and `+++` that no `diff --git` announced."""
    old, new = lines[number][4:], lines[number + 1][4:]
    strip.guess(old, new)
    first = None if names.is_nowhere(old) else names.of_git_traditional(old, strip.count)
    name = first if names.is_nowhere(new) else names.of_git_traditional(new, strip.count, first)
    if name is None:
        raise UnreadableError
    hunk = hunks.UNIFIED.match(lines[number + 2])
    if names.is_nowhere(old) or names.is_epoch(old):
        kind = ChangeKind.ADD
    elif names.is_nowhere(new) or names.is_epoch(new):
        kind = ChangeKind.DELETE
    else:
        kind = (
            ChangeKind.ADD
            if hunk and hunk["old"] == "0" and hunk["from"] == "0"
            else ChangeKind.MODIFY
        )
    return SectionHead(number, number + 2, name, name, kind)


def _git_head(lines: list[str], start: int, strip: int) -> SectionHead:
    """`diff --git` and the extended header behind it."""
    said = _Said(names.of_git_header(lines[start].removeprefix("diff --git "), strip), strip)
    at = start + 1
    while at < len(lines) and lines[at].endswith("\n") and (mark := MARK.match(lines[at])):
        said.take(mark.group(), lines[at][mark.end() :])
        at += 1
    if not said.names:
        if said.default is None:
            raise UnreadableError
        said.names = {"old": said.default, "new": said.default}
    old, new = said.names.get("old"), said.names.get("new")
    if (not new and said.kind is not ChangeKind.DELETE) or (
        not old and said.kind is not ChangeKind.ADD
    ):
        raise UnreadableError
    return SectionHead(start, at, old, new, said.kind, (said.modes["old"], said.modes["new"]))


class _Said:
    """What the lines of one extended header said so far."""

    def __init__(self, default: str | None, strip: int) -> None:
        self.default, self.strip = default, strip
        self.names: dict[str, str] = {}
        self.modes = {"old": "", "new": ""}
        self.kind = ChangeKind.MODIFY

    def take(self, mark: str, text: str) -> None:
        """One line, `mark` how it begins and `text` the rest."""
        if mark in ("--- ", "+++ "):
            self._name("old" if mark == "--- " else "new", text)
        elif mark in ("new file mode ", "deleted file mode "):
            side, kind = (
                ("new", ChangeKind.ADD) if mark.startswith("new") else ("old", ChangeKind.DELETE)
            )
            self._become(kind)
            self._set(side, self.default)
            self._mode(side, text)
        elif mark in ("old mode ", "new mode "):
            self._mode(mark[:3], text)
        elif mark.startswith(("copy", "rename")):
            self._become(ChangeKind.COPY if mark.startswith("copy") else ChangeKind.RENAME)
            side = "old" if mark.endswith(("from ", "old ")) else "new"
            self._set(side, names.of_git(text, max(self.strip - 1, 0), ends=""))
        elif mark == "index " and (mode := INDEX_MODE.match(text)):
            self._mode("old", mode["mode"])

    def _become(self, kind: ChangeKind) -> None:
        if self.kind not in {ChangeKind.MODIFY, kind}:
            raise UnreadableError
        self.kind = kind

    def _set(self, side: str, name: str | None) -> None:
        self.names.pop(side, None)
        if name is not None:
            self.names[side] = name

    def _name(self, side: str, text: str) -> None:
        """`---` or `+++`: must agree with what is known, and with there being no such side."""
        is_nothing = self.kind is (ChangeKind.ADD if side == "old" else ChangeKind.DELETE)
        known = self.names.get(side)
        if known is None and is_nothing:
            if not names.is_nowhere(text):
                raise UnreadableError
            return
        found = names.of_git(text, self.strip)
        if known is None:
            self._set(side, found)
        elif is_nothing or found != known:
            raise UnreadableError

    def _mode(self, side: str, text: str) -> None:
        mode = MODE.match(text)
        if mode is None:
            raise UnreadableError
        self.modes[side] = mode["mode"]
