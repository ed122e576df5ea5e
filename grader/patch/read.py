"""Read a patch into changes, in every dialect that the official commands apply.

`git apply` is asked first and GNU `patch` last, and so it is here: what git can read whole is read
as git does it (`of_git`), all else as patch does (`of_patch`). Which of the two applies a patch
that both can read depends on the tree: its own word (`graders/_repo_tree`) goes before ours.
"""

from functools import lru_cache

from grader.patch import of_git, of_patch
from grader.patch.change import PatchedFile


@lru_cache(maxsize=8)
def changes(patch: str) -> tuple[PatchedFile, ...]:
    """All sections of `patch`, in order; an empty tuple where there is none."""
    lines = lines_of(patch)
    by_git = _by_git(lines)
    found = () if by_git.is_refused else by_git.changes
    return _with_texts(found or of_patch.sections(lines), lines)


@lru_cache(maxsize=8)
def readings(patch: str) -> tuple[tuple[PatchedFile, ...], ...]:
    """Git's reading and patch's, those that find something, each once.

    git's without the sections that it refuses: `git apply --reject` applies the others.
    """
    lines = lines_of(patch)
    found = (_by_git(lines).changes, of_patch.sections(lines))
    return tuple(dict.fromkeys(_with_texts(reading, lines) for reading in found if reading))


def paths(patch: str) -> frozenset[str]:
    """Every path that either of the two may touch."""
    return frozenset(
        path for reading in readings(patch) for change in reading for path in change.paths
    )


def _by_git(lines: list[str]) -> of_git.GitReading:
    try:
        return of_git.sections(lines)
    except of_git.UnreadableError:
        return of_git.GitReading(())


def lines_of(patch: str) -> list[str]:
    """Lines with their ends; only a line feed ends one."""
    lines = patch.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _with_texts(found: tuple[PatchedFile, ...], lines: list[str]) -> tuple[PatchedFile, ...]:
    """The changes with their part of the text: each goes on to where the next one starts."""
    starts = [change.first_line - 1 for change in found]
    ends = [*starts[1:], len(lines)][: len(starts)]
    return tuple(
        change.model_copy(update={"text": "".join(lines[start:end])})
        for change, start, end in zip(found, starts, ends, strict=True)
    )
