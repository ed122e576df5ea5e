"""Which patches may not touch a tree although an applier would: refused in words.

Names that leave the tree are not among them: `git apply` refuses such a patch and GNU `patch`
passes over the file, and what they do decides. Neither is a submodule's entry: git leaves it out.
"""

import posixpath
from bisect import bisect_left

from grader.core.record import Record
from grader.patch.change import ChangeKind, PatchedFile
from grader.patch.of_git import GIT_FOLDER


class PatchRefusal(Record):
    """Why a patch is not applied."""

    path: str
    why: str
    line: int
    """1-based line of the patch."""

    def __str__(self) -> str:
        """`patch line 3: 'a/.git/x' reaches into .git`."""
        return f"patch line {self.line}: {self.path!r} {self.why}"


def refusals(changes: tuple[PatchedFile, ...]) -> tuple[PatchRefusal, ...]:
    """Everything about a patch that no applied tree may show."""
    found = [_refusal(change) for change in changes]
    by_path = sorted(changes, key=_path)
    found += [_link_refusal(change, by_path) for change in changes]
    return tuple(refusal for refusal in found if refusal)


def left_out(changes: tuple[PatchedFile, ...]) -> tuple[str, ...]:
    """What an applier passes over in a patch that it takes, in words."""
    return tuple(
        f"{change.path}: a submodule's entry, which is left out" for change in changes
        if change.is_submodule
    )  # fmt: skip


def reaches_git(path: str) -> bool:
    """Whether a path leads into a repository's own folder, by any of its names."""
    return any(GIT_FOLDER.fullmatch(part) for part in path.replace("\\", "/").split("/"))


def _refusal(change: PatchedFile) -> PatchRefusal | None:
    for path in change.paths:
        if reaches_git(path):
            return PatchRefusal(path=path, why="reaches into .git", line=change.first_line)
    return None


def _path(change: PatchedFile) -> str:
    return change.path


def _link_refusal(change: PatchedFile, by_path: list[PatchedFile]) -> PatchRefusal | None:
    """A link out of the tree, or one that another section writes through.

    `by_path`: all changes, sorted by their paths: a patch may hold very many, and many links.
    """
    if not change.is_symlink:
        return None
    if not change.added and (change.kind is ChangeKind.RENAME or not change.new_mode):
        return None
    target = change.added[0] if change.added else ""
    inside = posixpath.normpath(posixpath.join(posixpath.dirname(change.path), target))
    if not change.added or target.startswith("/") or inside.startswith(".."):
        why = f"is a link that leaves the tree ({target or 'unreadable'})"
        return PatchRefusal(path=change.path, why=why, line=change.first_line)
    if reaches_git(inside):
        why = f"is a link to a place that is refused ({target})"
        return PatchRefusal(path=change.path, why=why, line=change.first_line)
    below = change.path + "/"
    place = bisect_left(by_path, below, key=_path)
    if place < len(by_path) and by_path[place].path.startswith(below):
        other = by_path[place]
        why = f"writes through the link {change.path!r} of the same patch"
        return PatchRefusal(path=other.path, why=why, line=other.first_line)
    return None
