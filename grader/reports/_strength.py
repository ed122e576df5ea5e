"""The figures of `grader strength`, for a terminal."""

import textwrap
from collections import Counter

from grader.core.strength import BenchmarkStrength, SurvivingMutant, TaskStrength
from grader.reports._table import table
from grader.reports._words import counted
from grader.reports.base import clean

SURVIVORS = 2
DIFF_LINES = 12
NAME_CELLS = 40


def render(found: BenchmarkStrength, *, width: int = 80, worst: int = 10) -> str:
    """What the tests notice, by kind of mistake, and the tasks that notice least."""
    lines = [
        f"{clean(found.dataset.benchmark)} {clean(found.dataset.version)}: {chance(found)}",
        "",
        *table(_totals(found), right=(1,)),
    ]
    if not found.complete:
        lines += ["", "the budget was spent before all were graded; the same command goes on"]
    if kinds := _kinds(found):
        lines += ["", *table([("mistake", "wrong", "passed"), *kinds], right=(1, 2))]
    weak = [row for row in found.rows if row.survived]
    if weak:
        lines += ["", f"{len(weak):,} tasks let a wrong solution pass, {found.weak:,} are weak"]
    for row in weak[:worst]:
        lines += ["", *_task(row, width)]
    if len(weak) > worst:
        lines += ["", f"… {len(weak) - worst:,} more; all are in --json"]
    lines += _left_out(found)
    return "\n".join(lines) + "\n"


def chance(found: BenchmarkStrength) -> str:
    """The one sentence: with which probability a wrong solution passes."""
    if found.rate is None:
        return "nothing can be said: no wrong solution was graded"
    text = f"a wrong solution passes with probability {found.rate:.3f}"
    if found.low is not None and found.high is not None:
        text += f" ({found.low:.3f} to {found.high:.3f})"
    return f"{text}, mean of {counted(found.tasks, 'task')}"


def of_task(row: TaskStrength) -> str:
    """The same for a task."""
    if row.rate is None:
        return "no wrong solution was graded"
    total = row.killed + row.survived
    ends = "" if row.low is None or row.high is None else f", {row.low:.2f} to {row.high:.2f}"
    return (
        f"a wrong solution passes with probability {row.rate:.2f} ({row.survived} of {total}{ends})"
    )


def _totals(found: BenchmarkStrength) -> list[tuple[str, str, str]]:
    rows = [
        ("mutants graded", f"{found.mutants:,}", "solutions with one mistake in them"),
        ("killed", f"{found.killed:,}", "the tests say no"),
        ("survived", f"{found.survived:,}", "pass, and answer otherwise on some input"),
        ("equivalent", f"{found.equivalent:,}", "pass, and answer every input made alike"),
    ]
    if found.unknown:
        rows.append(("unknown", f"{found.unknown:,}", "pass, and no input could be made"))
    if found.ungraded:
        rows.append(("ungraded", f"{found.ungraded:,}", "our own trouble; run it again"))
    return rows


def _kinds(found: BenchmarkStrength) -> list[tuple[str, str, str]]:
    wrong, passed = Counter[str](), Counter[str]()
    for row in found.rows:
        for name, (count, through) in row.operators.items():
            wrong[name] += count
            passed[name] += through
    order = sorted(wrong, key=lambda name: (-passed[name] / wrong[name], name))
    return [
        (name, f"{wrong[name]:,}", f"{100 * passed[name] / wrong[name]:.1f} %") for name in order
    ]


def _task(row: TaskStrength, width: int) -> list[str]:
    lines = textwrap.wrap(f"{clean(row.task_id, NAME_CELLS)}  {of_task(row)}", width)
    for survivor in row.survivors[:SURVIVORS]:
        lines += _survivor(survivor, width)
    more = row.survived - min(len(row.survivors), SURVIVORS)
    if more > 0:
        lines.append(f"  … and {more} more")
    if row.suggested:
        lines.append("  inputs that would tell:")
        lines += [
            f"    {clean(each.arguments, None)}  ->  {clean(each.right, None)}"[:width]
            for each in row.suggested
        ]
    return lines


def _survivor(survivor: SurvivingMutant, width: int) -> list[str]:
    asked = ""
    if survivor.asked:
        asked = f", {survivor.different:,} of {survivor.asked:,} made inputs differ"
    lines = [f"  {survivor.operator}, line {survivor.line}{asked}"]
    changed = [line for line in survivor.diff.splitlines() if line[:1] in {"+", "-"}]
    lines += [f"    {clean(line, None)}"[:width] for line in changed[:DIFF_LINES]]
    return lines


def _left_out(found: BenchmarkStrength) -> list[str]:
    reasons = Counter(row.why for row in found.rows if row.why)
    return [
        f"note: {counted(count, 'task')} left out: {clean(why)}"
        for why, count in reasons.most_common(5)
    ]
