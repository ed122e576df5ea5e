"""Which machines graded a run, in words that every rendering shares."""

from collections.abc import Iterator

from grader.core.placement import MachineShare, Placement
from grader.reports._words import counted, percent
from grader.reports.base import clean

NAME_CELLS = 100
READY = "ready"


def sentences(found: Placement) -> Iterator[str]:
    """One for each machine, the busiest first; then what ran twice."""
    total = sum(each.samples for each in found.machines)
    for each in sorted(found.machines, key=lambda each: each.samples, reverse=True):
        yield of_machine(each, total)
    late = sum(each.stragglers for each in found.machines)
    if late:
        yield f"{counted(late, 'sample')} took too long and were sent to an idle machine too"
    if found.run_twice:
        differ = f"{len(found.unlike)} of them did not end alike" if found.unlike else "all alike"
        yield f"{counted(found.run_twice, 'sample')} ran twice, {differ}"


def of_machine(share: MachineShare, total: int) -> str:
    """`http://a:8000 (host a): 420 samples (51.00 %), …`."""
    name = clean(share.name, NAME_CELLS)
    if share.host and share.host not in share.name:
        name += f" ({clean(share.host, NAME_CELLS)})"
    text = f"{name}: {counted(share.samples, 'sample')}"
    if share.samples:
        text += f" ({percent(share.samples / total)})"
        figures = (("run", share.run_s), ("transfer", share.transfer_s), ("queue", share.queue_s))
        each = ", ".join(f"{word} {1000 * s / share.samples:,.1f}" for word, s in figures)
        text += f", ms a sample: {each}"
    if share.losses:
        text += f"; lost {counted(share.losses, 'time')}"
    if share.again:
        text += f"; {counted(share.again, 'sample')} of it graded again"
    if share.state and share.state != READY:
        text += f"; {share.state}: {clean(share.why, NAME_CELLS)}"
    return text
