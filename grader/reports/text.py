"""The report and single results for a person at a terminal."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence

from grader.core.execution import CompletionWord, Execution, Isolation, StepResult
from grader.core.report import (
    MetricEstimate,
    PassUncertainty,
    RepeatAgreement,
    Report,
    RunCost,
    SolutionLikeness,
    TaskFinding,
    TaskRow,
)
from grader.core.result import Outcome, Result, Verdict
from grader.reports import _adaptive_words
from grader.reports._languages import language_table
from grader.reports._machines import sentences
from grader.reports._table import table
from grader.reports._words import (
    counted,
    coverage,
    likeness,
    of_solution,
    percent,
    price,
    uncertainty,
    ungraded,
)
from grader.reports.base import cells, clean, fit

SUFFIX = ".txt"
LABEL = 14
"""Columns of the first column."""
BAR_MAX = 40
EIGHTHS = " ▏▎▍▌▋▊▉"
BLOCKS = "█▏▎▍▌▋▊▉"
DISAGREEMENTS_SHOWN = 20
LIKE_SHOWN = 10
REASON_SHOWN = 300
REASONS_SHOWN = 5
DIFFERENCES_SHOWN = 10
EDGE_LINES = 12
"""Lines of an output's head, and of its tail, that are shown unless all are asked for."""
TEXT_MIN = 20
"""Columns that a wrapped text gets at least."""
LINES_MAX = 6
"""Lines that one wrapped text may take."""
FINDINGS_SHOWN = 10
TOLD_ELSEWHERE = {"known unsound", "ungraded"}
BOLD, RED, GREEN, YELLOW = "1", "31", "32", "33"
COLORS: dict[str, str] = {Verdict.PASSED: GREEN, Verdict.UNGRADED: YELLOW}
"""Everything else is red."""


def render(report: Report, *, width: int = 80, color: bool = False, worst: int = 0) -> str:
    """Lay the report out for `width` columns; `worst`: how many of the weakest tasks to list."""
    sections = (
        _head(report, width),
        _ungraded(report, width),
        _verdicts(report, width),
        _adaptive(report, width),
        _pass_at_k(report, width),
        _languages(report, width),
        _differences(report, width),
        _look_at(report.findings, width),
        _disagreements(report, width),
        _likeness(report.likeness, width),
        _notes(report, width),
        _cannot_say(report.notes, width),
        _known_broken(report.known_broken, width),
        _worst(report.rows, worst, width),
    )
    text = "\n\n".join("\n".join(lines) for lines in sections if lines)
    return (_colored(text) if color else text) + "\n"


def render_result(result: Result, *, full: bool = False, width: int = 80) -> str:
    """Everything that explains one result; outputs in full or head and tail only."""
    lines = [f"{clean(result.task_id)}  sample {result.index}  {result.verdict.value}"]
    lines += _field("reason", result.reason, width) if result.reason else []
    if result.known_broken:
        lines += _field("known broken", result.known_broken, width)
    lines += _field("trust", result.trust.value, width)
    if result.same_as is not None:
        lines += _field("ran as", f"sample {result.same_as}, whose text is identical", width)
    if result.cached_from:
        lines += _field("ran in", f"{result.cached_from}, with the very same content", width)
    if result.extraction:
        lines += _field("extraction", result.extraction, width)
    if result.attempts > 1:
        lines += _field("attempts", str(result.attempts), width)
    for name, verdict in result.readings.items():
        lines += _field(name, verdict, width)
    if result.solution_share is not None:
        share = of_solution(result.solution_share, result.solution_lines)
        lines += _field("solution", f"has {share} that the task's own changes", width)
    for text in result.evidence:
        lines += _field("evidence", clean(text, REASON_SHOWN), width)
    lines += _tests(result, full=full, width=width)
    if result.execution is not None:
        lines += _execution(result.execution, full=full, width=width)
    return "\n".join(lines) + "\n"


def bar(share: float, columns: int) -> str:
    """Draw `share` of `columns` in eighths; above zero something is always visible."""
    eighths = max(round(share * columns * 8), 1) if share > 0 else 0
    full, rest = divmod(eighths, 8)
    return "█" * full + (EIGHTHS[rest] if rest else "")


def _head(report: Report, width: int) -> list[str]:
    name = clean(f"{report.benchmark} {report.version}".strip(), max(width - 8, 1))
    run = clean(f"run {report.run_id}", max(width - cells(name) - 1, 1))
    lines = [name + " " * max(1, width - cells(name) - cells(run)) + run]
    lines += _field("covered", coverage(report), width)
    if not report.complete:
        lines += _field("INCOMPLETE", "the run was interrupted; these figures are partial", width)
    return lines


def _ungraded(report: Report, width: int) -> list[str]:
    count = report.counts.get(Verdict.UNGRADED, 0)
    if not count:
        return []
    lines = _field("UNGRADED", ungraded(report), width)
    reasons = list(report.ungraded.items())
    for reason, samples in reasons[:REASONS_SHOWN]:
        lines += _row(f"{samples:>{LABEL - 2},}", reason, width)
    rest = sum(samples for _, samples in reasons[REASONS_SHOWN:])
    if rest:
        lines += _row(f"{rest:>{LABEL - 2},}", "for other reasons", width)
    return lines


def _verdicts(report: Report, width: int) -> list[str]:
    columns = min(BAR_MAX, max(width - LABEL - 22, 0))
    lines: list[str] = []
    for verdict in Verdict:
        count = report.counts.get(verdict, 0)
        if count:
            share = count / report.samples
            figures = f"{verdict.value:<{LABEL}}{count:>9,}  {percent(share):>9}"
            lines.append(f"{figures}  {bar(share, columns)}".rstrip())
    return lines


def _adaptive(report: Report, width: int) -> list[str]:
    if report.adaptive is None or not report.predicts:
        return []
    said = _adaptive_words.fields(report.adaptive, warning="pass@k below is not the benchmark's")
    return [line for label, text in said for line in _field(label, text, width)]


def _pass_at_k(report: Report, width: int) -> list[str]:
    lines = _metrics(report.metrics, width)
    if report.sets:
        lines += ["", *_metrics(report.sets, width), ""]
    lines += _metrics(report.consistency, width)
    if report.resolved and report.resolved.worst is not None:
        lines += _metrics((report.resolved,), width)
    lines += _precision(report.uncertainty, width)
    lines += _repeatability(report.repeatability, width)
    for reading in report.readings:
        name = clean(reading.name, 30)
        lines += ["", f"{name} ({reading.passed:,} of {reading.graded:,} graded samples pass)"]
        lines += _metrics(reading.metrics, width)
    return lines


def _metrics(metrics: Iterable[MetricEstimate], width: int) -> list[str]:
    lines: list[str] = []
    for metric in metrics:
        label = f"{clean(metric.name, LABEL - 2):<{LABEL}}"
        if metric.value is None:
            lines += _row(label + "undefined", metric.why, width)
        else:
            lines += _row(f"{label}{percent(metric.value):>9}", uncertainty(metric), width)
    return lines


def _languages(report: Report, width: int) -> list[str]:
    rows = language_table(report.languages)
    figures = range(1, len(rows[0])) if rows else ()
    return [clean(line, width) for line in table(rows, right=figures)]


def _differences(report: Report, width: int) -> list[str]:
    """Samples that pass by the official grader's rule only, or by ours only."""
    lines: list[str] = []
    for each in report.differences:
        of = counted(each.compared, "sample")
        differ = f"differs from the strict verdict on {each.differ:,} of {of}"
        lines += _row(f"{clean(each.reading, LABEL - 2):<{LABEL}}".rstrip(), differ, width)
        shown = each.samples[:DIFFERENCES_SHOWN]
        for sample in shown:
            name = f"  {clean(sample.task_id, 40)} {sample.index}"
            lines += _row(name, f"{sample.strict}, {each.reading}: {sample.compat}", width)
        if each.differ > len(shown):
            lines += _row("", f"… {each.differ - len(shown):,} more; --json names them", width)
    return lines


def _repeatability(found: RepeatAgreement | None, width: int) -> list[str]:
    if found is None:
        return []
    text = f"{found.flaky:,} of {counted(found.samples, 'sample')} did not always end alike;"
    text += f" two runs of one sample differ with chance {percent(found.disagreement)}"
    return _field("repeats", text, width)


def _precision(found: PassUncertainty | None, width: int) -> list[str]:
    if found is None or not found.error:  # tasks that all came out alike show no spread
        return []
    text = f"standard error {100 * found.error:.2f} points"
    if found.error_floor is not None:
        text += f", {100 * found.error_floor:.2f} with endless samples of these tasks"
    text += f"; unrelated runs are told apart from {100 * found.detectable:.1f} points on"
    return _field("precision", text, width)


def _disagreements(report: Report, width: int) -> list[str]:
    found = list(report.disagreements.items())
    if not found:
        return []
    text = f"{counted(len(found), 'sample')} on which parity and strict differ"
    lines = _field("disagree", text, width)
    for name, why in found[:DISAGREEMENTS_SHOWN]:
        lines += _row(f"  {clean(name, 40)}  ", clean(why, REASON_SHOWN), width)
    if len(found) > DISAGREEMENTS_SHOWN:
        lines += _row("  ", f"and {len(found) - DISAGREEMENTS_SHOWN} more: report.json", width)
    return lines


def _likeness(found: SolutionLikeness | None, width: int) -> list[str]:
    """Patches beside the tasks' own solutions; those that are nearly the same by name."""
    if found is None:
        return []
    lines = _field("solution", likeness(found), width)
    for sample in found.samples[:LIKE_SHOWN]:
        what = f"{of_solution(sample.share, sample.lines)}, {sample.verdict}"
        lines += _row(f"  {clean(sample.task_id, 40)} {sample.index}", what, width)
    if found.near > LIKE_SHOWN:
        lines += _row("", f"… {found.near - LIKE_SHOWN:,} more; --json names them", width)
    if found.near:
        lines += _row("", "solutions of a few lines are found again by chance", width)
    return lines


def _notes(report: Report, width: int) -> list[str]:
    lines = _isolation(report.isolation, width)
    if report.trust:
        trust = ", ".join(f"{name} {count:,}" for name, count in sorted(report.trust.items()))
        lines += _field("trust", trust, width)
    if report.duplicates:
        text = f"{counted(report.duplicates, 'sample')} shared the run of an identical one"
        lines += _field("duplicates", text, width)
    if report.cached:
        text = f"{counted(report.cached, 'sample')} not run again: an earlier run had executed the"
        lines += _field("cached", f"{text} very same content (--no-cache runs them)", width)
    if report.uncompiled:
        text = f"{counted(report.uncompiled, 'sample')} never run: not valid Python"
        lines += _field("uncompiled", text, width)
    if report.extraction:
        rules = ", ".join(f"{rule} {count:,}" for rule, count in sorted(report.extraction.items()))
        lines += _field("extraction", rules, width)
    if cost := price(report):
        lines += _field("price", cost, width)
    lines += _field("time", f"{report.wall_s:,.1f} s, {report.cpu_s:,.1f} CPU s in samples", width)
    lines += _cost(report.cost, width)
    for number, text in enumerate(sentences(report.placement) if report.placement else ()):
        lines += _field("" if number else "machines", text, width)
    return lines


def _cost(cost: RunCost, width: int) -> list[str]:
    lines: list[str] = []
    if cost.cpu_s and cost.wall_s:
        text = f"median {cost.cpu_s.median:.3f} CPU s and {cost.wall_s.median:.3f} s,"
        text += f" 95 % below {cost.cpu_s.p95:.3f} and {cost.wall_s.p95:.3f}"
        if cost.repeats > 1:
            text += f"; medians of {cost.repeats} runs each"
        lines += _field("per sample", text, width)
    if cost.stages:
        parts = (f"{stage.name} {stage.wall_s.median:.2f}" for stage in cost.stages)
        lines += _field("of which", f"median s: {', '.join(parts)}", width)
    if cost.reference_ratio:
        ratio = cost.reference_ratio
        text = f"median {ratio.median:.2f} times the CPU of the task's reference"
        if ratio.median_low is not None and ratio.median_high is not None:
            text += f", 95 % CI {ratio.median_low:.2f} to {ratio.median_high:.2f}"
        lines += _field("speed", text, width)
    lines += _metrics(cost.efficiency, width)
    if cost.samples_per_s is not None and cost.utilisation is not None:
        text = (
            f"{cost.samples_per_s:,.1f} samples/s, workers {percent(cost.utilisation)} in samples"
        )
        lines += _field("throughput", text, width)
    if cost.peak_mb:
        text = f"median {cost.peak_mb.median:,.0f} MiB, most {cost.peak_mb.max:,.0f} MiB"
        lines += _field("memory", text, width)
    if cost.energy_j is not None:
        lines += _field("energy", f"{cost.energy_j:,.0f} J, all that ran on the machine", width)
    return lines


def _look_at(findings: Sequence[TaskFinding], width: int) -> list[str]:
    """Findings that no other section tells."""
    rest = [each for each in findings if each.kind not in TOLD_ELSEWHERE]
    if not rest:
        return []
    lines = [f"look at {counted(len({each.task_id for each in rest}), 'task')}"]
    for each in rest[:FINDINGS_SHOWN]:
        lines += _row(f"  {clean(each.task_id, 40)}", f"{each.kind}: {each.why}", width)
    if len(rest) > FINDINGS_SHOWN:
        lines.append(f"  … {len(rest) - FINDINGS_SHOWN:,} more")
    return lines


def _cannot_say(notes: Sequence[str], width: int) -> list[str]:
    return [line for note in notes for line in _field("note", note, width)]


def _isolation(isolation: Isolation | None, width: int) -> list[str]:
    if isolation is None:
        return []
    text = f"{isolation.tier}: {', '.join(isolation.walls) or 'no walls'}"
    lines = _field("isolation", text, width)
    if isolation.missing:
        lines += _field("not in force", ", ".join(isolation.missing), width)
    return lines


def _known_broken(tasks: Mapping[str, str], width: int) -> list[str]:
    if not tasks:
        return []
    lines = [f"known to be unsound, graded all the same: {counted(len(tasks), 'task')}"]
    for task, why in tasks.items():
        lines += _row(f"  {clean(task, 40)}", why, width)
    return lines


def _worst(rows: Sequence[TaskRow], worst: int, width: int) -> list[str]:
    graded = [row for row in rows if row.graded]
    if not worst or not graded:
        return []
    weakest = sorted(graded, key=lambda row: row.passed / row.graded)[:worst]
    lines = [f"weakest of {counted(len(graded), 'graded task')}"]
    for row in weakest:
        counts = ", ".join(f"{name} {count:,}" for name, count in row.counts.items())
        figures = f"{row.passed:>7,} of {row.graded:<7,}"
        lines.append(clean(f"  {clean(row.task_id, 30):<30} {figures} {counts}", width))
    return lines


def _tests(result: Result, *, full: bool, width: int) -> list[str]:
    if not result.tests:
        return []
    bad = [test for test in result.tests if test.outcome in {Outcome.FAILED, Outcome.ERROR}]
    lines = _field("tests", f"{len(bad)} of {len(result.tests)} did not pass", width)
    for test in result.tests if full else bad[:EDGE_LINES]:
        lines += _row(f"  {test.outcome.value:<8}{clean(test.name, 50)}", test.message, width)
    if not full and len(bad) > EDGE_LINES:
        lines.append(f"  … {len(bad) - EDGE_LINES:,} more")
    return lines


def _execution(execution: Execution, *, full: bool, width: int) -> list[str]:
    lines = _field("sandbox", f"{execution.provider}, {execution.isolation.tier}", width)
    if (around := execution.around) is not None:
        text = f"queue {around.queue_s:.2f}, pull {around.pull_s:.2f}, create {around.create_s:.2f}"
        lines += _field("around it", f"{text}, teardown {around.teardown_s:.2f} s", width)
    for step in execution.steps:
        lines += ["", f"step {clean(step.name, 40)}: {_ended(step)}"]
        figures = f"{step.wall_s:.2f} s, {step.cpu_s:.2f} CPU s, {step.peak_mb:.1f} MiB"
        lines += _field("used", figures, width)
        completion = step.completion
        if (
            completion.said in {CompletionWord.RAISED, CompletionWord.REFUSED}
            and not completion.traceback
        ):
            lines += _field("said", f"{completion.exception}: {completion.message}", width)
        lines += _output("traceback", completion.traceback, full=full, width=width)
        for name, data in (("stdout", step.stdout), ("stderr", step.stderr)):
            label = f"{name} (head and tail only)" if name in step.truncated else name
            lines += _output(label, data.decode(errors="backslashreplace"), full=full, width=width)
    return lines


def _ended(step: StepResult) -> str:
    how = f"{step.ended.value} {step.code}" if step.code else step.ended.value
    evidence = f" ({clean(step.evidence, 60)})" if step.evidence else ""
    return f"{how}{evidence}, program said {step.completion.said.value}"


def _output(label: str, text: str, *, full: bool, width: int) -> list[str]:
    if not text:
        return []
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    hidden = 0 if full else max(0, len(lines) - 2 * EDGE_LINES)
    shown = list(_quoted(lines, None if full else max(width - 2, 1)))
    if hidden:
        shown[EDGE_LINES : EDGE_LINES + hidden] = [f"… {hidden:,} more lines"]
    return [f"{label}:", *shown]


def _quoted(lines: Iterable[str], limit: int | None) -> Iterator[str]:
    return ("| " + clean(line.expandtabs(), limit) for line in lines)


def _field(label: str, text: str, width: int) -> list[str]:
    return _row(f"{label:<{LABEL}}".rstrip(), text, width)


def _row(label: str, text: str, width: int) -> list[str]:
    """`label`, then `text` cleaned and wrapped into the columns that follow it."""
    label = fit(label, max(width - TEXT_MIN - 2, 1))
    indent = max(LABEL, cells(label) + 2)
    room = max(width - indent, TEXT_MIN)
    safe = clean(text, LINES_MAX * room)
    columns = room if cells(safe) == len(safe) else room // 2
    wrapped = textwrap.wrap(safe, columns, max_lines=LINES_MAX, placeholder=" …")
    first, *rest = wrapped or [""]
    start = label + " " * (indent - cells(label))
    return [(start + first).rstrip(), *(" " * indent + line for line in rest)]


def _colored(text: str) -> str:
    return "\n".join(_colored_line(line) for line in text.split("\n"))


def _colored_line(line: str) -> str:
    """Colour the first word of a line that we know, and its bar; the text itself stays."""
    word = line.split(" ", 1)[0]
    if word in {"UNGRADED", "INCOMPLETE"}:
        return _painted(word, BOLD, YELLOW) + line[len(word) :]
    if word in set(Verdict):
        paint = COLORS.get(word, RED)
        rest = line[len(word) :]
        figures = rest.rstrip(BLOCKS)
        drawing = rest[len(figures) :]
        return _painted(word, paint) + figures + (_painted(drawing, paint) if drawing else "")
    if word.startswith(("pass@", "pass^")):
        return _painted(word, BOLD) + line[len(word) :]
    return line


def _painted(text: str, *codes: str) -> str:
    return f"\x1b[{';'.join(codes)}m{text}\x1b[0m"
