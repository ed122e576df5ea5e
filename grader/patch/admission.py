"""Which patches may touch a tree at all: refused in words, never repaired in silence."""

import posixpath
import re
from bisect import bisect_left

from grader.core.record import Record
from grader.patch.change import Change, Kind
from grader.patch.read import outside_hunks

GIT_FOLDER = re.compile(r"\.git(?:~1|::.*)?[ .]*", re.IGNORECASE)
"""`.git` and the names that some file systems take for it (git's own `verify_path`)."""
STRAY_HEADER = re.compile(
    r"(?:\*\*\*|---|\+\+\+|Index:|rename (?:from|to)|copy (?:from|to)|diff --git) (?P<path>.*)"
)


class Refusal(Record):
    """Why a patch is not applied."""

    path: str
    why: str
    line: int
    """1-based line of the patch."""

    def __str__(self) -> str:
        """`line 3: 'a/../b': leaves the tree`."""
        return f"patch line {self.line}: {self.path!r} {self.why}"


def refusals(patch: str, changes: tuple[Change, ...]) -> tuple[Refusal, ...]:
    """Everything about a patch that no applied tree may show.

    Headers are looked at once more in the raw text: an applier that reads more formats than we do
    must not find a path there that we have not seen.
    """
    found = [_refusal(change) for change in changes]
    paths = sorted(change.path for change in changes)
    found += [_link_refusal(change, changes, paths) for change in changes]
    found += _stray(patch)
    return tuple(refusal for refusal in found if refusal)


def path_fault(path: str) -> str:
    """Why `path` may not be written; empty where it may."""
    parts = path.replace("\\", "/").split("/")
    if not path:
        return "is empty"
    if path.startswith("/") or re.match(r"[A-Za-z]:[\\/]", path):
        return "is absolute"
    if ".." in parts:
        return "leaves the tree"
    if any(GIT_FOLDER.fullmatch(part) for part in parts):
        return "reaches into .git"
    if "\0" in path or "\n" in path:
        return "holds a control character"
    return ""


def _refusal(change: Change) -> Refusal | None:
    if change.is_submodule:
        why = "is a submodule entry"
        return Refusal(path=change.path, why=why, line=change.first_line)
    for path in change.paths:
        if why := path_fault(path):
            return Refusal(path=path, why=why, line=change.first_line)
    return None


def _link_refusal(change: Change, changes: tuple[Change, ...], paths: list[str]) -> Refusal | None:
    """A link out of the tree, or one that another section writes through.

    `paths`: those of all changes, sorted: a patch may hold very many of both.
    """
    if not change.is_symlink:
        return None
    if not change.added and change.kind is Kind.RENAME:
        return None
    target = change.added[0] if change.added else ""
    inside = posixpath.normpath(posixpath.join(posixpath.dirname(change.path), target))
    if not change.added or target.startswith("/") or inside.startswith(".."):
        why = f"is a link that leaves the tree ({target or 'unreadable'})"
        return Refusal(path=change.path, why=why, line=change.first_line)
    if path_fault(inside):
        why = f"is a link to a place that is refused ({target})"
        return Refusal(path=change.path, why=why, line=change.first_line)
    below = change.path + "/"
    place = bisect_left(paths, below)
    if place < len(paths) and paths[place].startswith(below):
        other = next(other for other in changes if other.path.startswith(below))
        why = f"writes through the link {change.path!r} of the same patch"
        return Refusal(path=other.path, why=why, line=other.first_line)
    return None


def _stray(patch: str) -> list[Refusal]:
    """Header-like lines with forbidden paths, whether or not a section was read around them."""
    found: list[Refusal] = []
    for number, line in outside_hunks(patch):
        match = STRAY_HEADER.match(line)
        for word in match["path"].split() if match else ():
            path = re.sub(r"^[ab]/", "", word.strip('"'))
            if path in {"/dev/null", ""}:
                continue
            why = path_fault(path)
            if why in {"leaves the tree", "reaches into .git"}:
                found.append(Refusal(path=path, why=why, line=number))
    return found
