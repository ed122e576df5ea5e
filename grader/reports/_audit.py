"""An audit for a person at a terminal."""

import textwrap

from grader.core.audit import BenchmarkAudit, CutoffRow, SuspectedLeak, TaskAudit
from grader.reports._conditions import differences
from grader.reports._table import table
from grader.reports.base import clean

NAME_CELLS = 44
NOT_ASKED_THE_SAME = (
    "NOT ASKED THE SAME: what these runs say together of a task may be what they were asked;"
    " audit those alone that agree"
)
DIFFER = "mind that the runs differ in"
QUIET = {"always solved", "never solved"}


def render(audit: BenchmarkAudit, *, width: int = 80, worst: int = 20) -> str:
    """Say what the tasks are worth, and list the `worst` that somebody should look at."""
    runs = f"{len(audit.runs):,} run{'s' * (len(audit.runs) != 1)}"
    unlike = differences(audit.unlike, width, splits=NOT_ASKED_THE_SAME, marks=DIFFER)
    parts = [f"{clean(audit.benchmark)}  {_tasks(audit.tasks)}, {runs}", *unlike, ""]
    parts += table(_figures(audit), right=(1,))
    suspects = [row for row in audit.rows if set(row.flags) - QUIET]
    if suspects:
        parts += ["", f"look at {_tasks(len(suspects))}", *_suspects(suspects[:worst], width)]
        if len(suspects) > worst:
            parts.append(f"  … {len(suspects) - worst:,} more; all are in --json")
    else:
        parts += ["", "no task stands out"]
    parts += _leaks(audit.leaks, width)
    parts += _cutoffs(audit.cutoffs)
    for note in audit.notes:
        parts += textwrap.wrap(clean(f"note: {note}", None), width, subsequent_indent="  ")
    return "\n".join(parts) + "\n"


def _figures(audit: BenchmarkAudit) -> list[tuple[str, str, str]]:
    best = f"of the best {audit.best_runs} run{'s' * (audit.best_runs != 1)}"
    return [
        ("never solved", f"{audit.never:,}", "by any run: beyond reach, or broken"),
        ("always solved", f"{audit.always:,}", "by every run: they tell nobody apart"),
        ("informative", f"{audit.informative:,}", f"some {best} solve them and some do not"),
        ("saturation", f"{100 * audit.saturation:.1f} %", f"of the tasks are solved by all {best}"),
    ]


def _suspects(rows: list[TaskAudit], width: int) -> list[str]:
    head = [("task", "solved", "item-rest", "discr.", "why")]
    body = [
        (
            row.task_id,
            f"{100 * row.solved:.1f} %",
            _number(row.item_rest),
            _number(row.discrimination),
            row.why or ", ".join(row.flags),
        )
        for row in rows
    ]
    return [line[:width] for line in table(head + body, right=(1, 2, 3), limits=(NAME_CELLS,))]


def _leaks(leaks: tuple[SuspectedLeak, ...], width: int) -> list[str]:
    rows: list[tuple[str, str]] = []
    for leak in leaks:
        mark = "LOOK: " if leak.alarm else ""
        if leak.compared:
            text = f"{mark}{leak.alike:,} of {leak.compared:,} answers contain the reference"
            text += f" ({100 * leak.alike / leak.compared:.1f} %)"
        else:
            text = mark + (leak.why or "nothing to compare: no task has a long enough reference")
        if leak.canaries:
            text += f"; canary strings in {_tasks(len(leak.canaries))}"
        rows.append((leak.run, text))
    if not rows:
        return []
    lines = table(rows, limits=(NAME_CELLS,))
    return ["", "answers seen before?", *(line[: max(width, 80)] for line in lines)]


def _cutoffs(cutoffs: tuple[CutoffRow, ...]) -> list[str]:
    if not cutoffs:
        return []
    rows = [("run", "cut-off", "gap", "to median", "z to median", "")]
    for each in cutoffs:
        gap = "-" if each.gap is None else f"{100 * each.gap:+.1f}"
        own = "-" if each.gap_to_median is None else f"{100 * each.gap_to_median:+.1f}"
        words = "LOOK: worse on later tasks" if each.suspicious else each.why
        rows.append((each.run, each.date, gap, own, _number(each.z_to_median), words))
    title = "score on tasks after a cut-off minus before, in points, at equal difficulty"
    return ["", title, *table(rows, right=(2, 3, 4), limits=(NAME_CELLS,))]


def _tasks(count: int) -> str:
    return f"{count:,} task{'s' * (count != 1)}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:+.2f}"
