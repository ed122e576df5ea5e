"""A comparison for a person at a terminal."""

from grader.core.comparison import ComparedRun, PairDecision, RunComparison, RunPair
from grader.reports._conditions import differences, wrapped
from grader.reports._table import table
from grader.reports.base import clean

PAIRS_SHOWN = 40
NAME_CELLS = 40
NOT_ASKED_THE_SAME = "NOT COMPARABLE: these runs were not asked the same, so none is ranked"
DIFFER = "compare with care: the runs differ in"
OPEN = (PairDecision.INCONCLUSIVE, PairDecision.NOT_COMPARABLE)
"""Decisions that name no winner."""


def render(comparison: RunComparison, *, width: int = 80) -> str:
    """Ranks with their uncertainty, then every pair in words."""
    tasks = f"{comparison.tasks:,} common task{'s' * (comparison.tasks != 1)}"
    head = f"{clean(comparison.benchmark)}  {comparison.metric} on {tasks}".strip()
    if comparison.clusters:
        head += f" of {comparison.clusters} repositories"
        head += f" that count as {round(comparison.clusters_effective, 1):g}"
    unlike = differences(comparison.unlike, width, splits=NOT_ASKED_THE_SAME, marks=DIFFER)
    parts = [head, *unlike, "", *_sides(comparison.sides), ""]
    if len(comparison.pairs) == 1:
        parts += [*wrapped(comparison.pairs[0].words, width), "", *_details(comparison.pairs[0])]
    else:
        parts += _pairs(comparison.pairs, width)
    for note in comparison.notes:
        parts += ["", *wrapped(f"note: {note}", width)]
    return "\n".join(parts) + "\n"


def _sides(sides: tuple[ComparedRun, ...]) -> list[str]:
    rows = [("rank", "run", "score", "95 % CI", "ungraded")]
    for side in sides:
        same = side.rank_best == side.rank_worst
        rank = f"{side.rank_best or '-'}" if same else f"{side.rank_best}-{side.rank_worst}"
        known = side.low is not None and side.high is not None
        interval = f"{_percent(side.low)} to {_percent(side.high)}" if known else side.method
        rows.append((rank, side.name, _percent(side.score), interval, f"{side.ungraded or '-'}"))
    return table(rows, right=(2, 3, 4), limits=(0, NAME_CELLS))


def _pairs(pairs: tuple[RunPair, ...], width: int) -> list[str]:
    sure = [pair for pair in pairs if pair.decision not in OPEN]
    lines = [f"{len(sure)} of {len(pairs)} pairs can be told apart"]
    for pair in sorted(sure, key=lambda pair: pair.p_holm)[:PAIRS_SHOWN]:
        lines += wrapped(pair.words, width, indent="  ")
    if len(sure) > PAIRS_SHOWN:
        lines.append(f"  … {len(sure) - PAIRS_SHOWN} more; all are in --json")
    for decision in OPEN:
        rest = [pair for pair in pairs if pair.decision is decision]
        for pair in rest[: PAIRS_SHOWN // 4]:
            lines += wrapped(pair.words, width, indent="  ")
        if len(rest) > PAIRS_SHOWN // 4:
            lines.append(f"  … {len(rest) - PAIRS_SHOWN // 4} more {decision} ones")
    return lines


def _details(pair: RunPair) -> list[str]:
    rows = [
        ("difference", _points(pair.difference) + _error(pair)),
        ("test", f"{pair.test}, p = {pair.p:.4g}" + ("" if pair.exact else " (random flips)")),
    ]
    if pair.p_clustered is not None:
        rows.append(("clustered", f"Student's t over repositories, p = {pair.p_clustered:.4g}"))
    rows.append(("ahead", f"on {pair.only_a:,} tasks {pair.a}, on {pair.only_b:,} {pair.b}"))
    if pair.detectable is not None:
        rows.append(("detectable", f"{_points(pair.detectable)} with these tasks, 80 % power"))
    if pair.tasks_needed is not None:
        rows.append(("tasks needed", f"{pair.tasks_needed:,} for the seen difference, 80 % power"))
    if pair.worst is not None and pair.best is not None:
        rows.append(
            ("ungraded", f"the difference lies from {_points(pair.worst)} to {_points(pair.best)}")
        )
    return table(rows)


def _error(pair: RunPair) -> str:
    return "" if pair.error is None else f", standard error {_points(pair.error)}"


def _points(share: float) -> str:
    return f"{100 * share:.2f} points"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.2f} %"
