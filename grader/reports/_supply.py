"""How it stands with images, in words."""

from collections.abc import Iterator, Sequence

from grader.core.supply import ImageStanding, ImageSupply
from grader.reports._words import counted
from grader.reports.base import clean

ID_CELLS, WHERE_CELLS, WHY_CELLS = 60, 120, 300
DIGEST_CHARS = 19
"""`sha256:` and the twelve digits that engines show."""
WORDS = {
    ImageStanding.HERE: "here",
    ImageStanding.PULLED: "pulled",
    ImageStanding.PULL: "to be pulled",
    ImageStanding.BUILD: "to be built",
    ImageStanding.MISSING: "not to be had",
    ImageStanding.UNKNOWN: "unknown",
}
STATE_CELLS = max(map(len, WORDS.values()))
NEXT = {
    ImageStanding.PULL: "a run pulls them, or: grader images pull",
    ImageStanding.BUILD: "make them: grader images build",
}


def table(found: Sequence[ImageSupply]) -> Iterator[str]:
    """A head, a line for each task, below it what is wrong and the next move."""
    room = max([len("task"), *(len(clean(each.task_id, ID_CELLS)) for each in found)])
    yield f"{'task':<{room}}  {'state':<{STATE_CELLS}}  image"
    for each in found:
        task = clean(each.task_id, ID_CELLS)
        yield f"{task:<{room}}  {WORDS[each.standing]:<{STATE_CELLS}}  {place(each)}"
        yield from (f"{'':<{room}}    {line}" for line in below(each))


def place(found: ImageSupply) -> str:
    """The name that gives the image, and its content where it is known."""
    name = clean(found.reference or found.image, WHERE_CELLS)
    return f"{name}  {found.digest[:DIGEST_CHARS]}".rstrip()


def below(found: ImageSupply) -> Iterator[str]:
    """What was tried in vain, whose fault it is, and what to do."""
    for each in found.tried:
        if each.said:
            other = each.reference != (found.reference or found.image)
            name = f"{clean(each.reference, WHERE_CELLS)}: " if other else ""
            yield f"{name}{clean(each.said, WHY_CELLS)}"
    if found.trouble:
        advice = clean(found.trouble.advice, WHY_CELLS)
        yield f"where it lies: {found.trouble.fault.value}; next: {advice}"
    if found.note:
        yield clean(found.note, WHY_CELLS)


def line_of(found: ImageSupply) -> str:
    """One image in one line."""
    return f"{place(found)}: {WORDS[found.standing]}"


def totals(found: Sequence[ImageSupply]) -> str:
    """`3 images of 4 tasks: 1 here, 2 to be pulled`, and the next move for these."""
    images = {(each.image, each.tried): each.standing for each in found}
    standings = list(images.values())
    counts = [
        f"{standings.count(standing)} {words}"
        for standing, words in WORDS.items()
        if standing in standings
    ]
    moves = [f"; {move}" for standing, move in NEXT.items() if standing in standings]
    of = f"{counted(len(images), 'image')} of {counted(len(found), 'task')}"
    return f"{of}: {', '.join(counts)}{''.join(moves)}"
