"""Whether a board is as it was written: its log's chain, and every entry's run."""

from contextlib import closing
from typing import NamedTuple

from grader.errors import UsageError
from grader.hosting.grading import run_of
from grader.hosting.settings import BoardSettings
from grader.hosting.store import BoardStore
from grader.study.verify import verify


class BoardCheck(NamedTuple):
    """What was found."""

    lines: int
    entries: int
    damage: tuple[str, ...]


def check(settings: BoardSettings) -> BoardCheck:
    """Read all of it."""
    with closing(BoardStore(settings.url)) as store:
        wrong, lines = store.damage()
        damage = [wrong] if wrong else []
        published = store.published()
        for each in published:
            try:
                found = verify(run_of(settings, each.id))
            except UsageError as error:
                damage.append(f"entry {each.id}: {error}")
                continue
            damage += [f"entry {each.id}: {one.file}: {one.why}" for one in found.damage]
        return BoardCheck(lines, len(published), tuple(damage))
