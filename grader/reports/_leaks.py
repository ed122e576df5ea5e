"""What was found in images, in words."""

from collections.abc import Iterator, Sequence

from grader.core.leak import ImageAudit, TraceWeight
from grader.reports._words import counted
from grader.reports.base import clean

WHERE_CELLS, WHY_CELLS = 100, 300
SHOWN = 12


def lines_of(found: ImageAudit) -> Iterator[str]:
    """One task's image: a verdict, then what it rests on."""
    yield f"{clean(found.task_id, 60)}  {word(found)}"
    for trace in found.traces[:SHOWN]:
        where = clean(trace.where, WHERE_CELLS)
        yield f"  {trace.weight.value:<9}{trace.kind:<18}{where}: {clean(trace.why, WHY_CELLS)}"
    if len(found.traces) > SHOWN:
        yield f"  and {len(found.traces) - SHOWN} more; --json names them"
    if found.unknown:
        yield f"  unknown  {clean(found.unknown, WHY_CELLS)}"


def word(found: ImageAudit) -> str:
    """`leaks`, `suspect`, `unknown` or `clean`."""
    if found.leaks:
        return "leaks"
    if any(trace.weight is TraceWeight.SUSPECT for trace in found.traces):
        return "suspect"
    return "unknown" if found.unknown else "clean"


def totals(found: Sequence[ImageAudit]) -> str:
    """`12 images: 1 leaks, 0 suspect, 0 unknown, 11 clean`."""
    words = [word(each) for each in found]
    counts = ", ".join(
        f"{words.count(name)} {name}" for name in ("leaks", "suspect", "unknown", "clean")
    )
    return f"{counted(len(found), 'image')}: {counts}"


def first_of(found: ImageAudit) -> str:
    """The worst trace in one line; empty where nothing was found."""
    for trace in found.traces:
        return f"{trace.kind} in {trace.where}: {trace.why}"
    return found.unknown
