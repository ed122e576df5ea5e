"""The readable part of the page, in plain HTML: headline, warnings, verdicts, charts, facts."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from grader.core.conditions import GradedConditions, special, splitting
from grader.core.manifest import Manifest
from grader.core.report import MetricEstimate, Report, RunCost, TaskRow
from grader.core.result import Verdict
from grader.reports import _adaptive_words
from grader.reports._languages import language_table
from grader.reports._machines import sentences
from grader.reports._words import counted, coverage, percent, price, uncertainty, ungraded
from grader.reports.html import charts
from grader.reports.html.page import safe
from grader.reports.html.rows import SampleTable

REASONS_SHOWN = 5
FINDINGS_SHOWN = 50
ROWS_WITHOUT_SCRIPT = 200


def slots(report: Report, manifest: Manifest, table: SampleTable) -> dict[str, str]:
    """Every slot of the template that depends on the run, as HTML."""
    title = f"{report.benchmark} {report.version}".strip()
    return {
        "title": safe(title),
        "run_id": safe(report.run_id),
        "model": f'<span class="model">{safe(manifest.model)}</span>' if manifest.model else "",
        "back": "",
        "made": moment(manifest.created_at),
        "summary": summary(report),
        "charts": figures(report, table),
        "facts": definitions(facts(report, manifest)),
        "findings": "".join(remarks(report)),
        "plain": plain_table(report.rows),
    }


def by_language(report: Report) -> Iterator[str]:
    """The table over languages, where there are several."""
    found = language_table(report.languages)
    if not found:
        return
    head, *rows = found
    titles = "".join(f'<th scope="col">{safe(cell)}</th>' for cell in head)
    lines = "".join(f"<tr>{''.join(f'<td>{safe(cell)}</td>' for cell in row)}</tr>" for row in rows)
    yield (
        '<section class="card" aria-labelledby="h-languages"><h2 id="h-languages">Languages</h2>'
        f'<table class="plain languages"><thead><tr>{titles}</tr></thead>'
        f"<tbody>{lines}</tbody></table></section>"
    )


def moment(seconds: float) -> str:
    """A point in time as HTML; empty where it is unknown."""
    if not seconds:
        return ""
    when = datetime.fromtimestamp(seconds, UTC)
    return f'<time datetime="{when:%Y-%m-%dT%H:%MZ}">{when:%d %B %Y, %H:%M} UTC</time>'


def summary(report: Report) -> str:
    """Headline, warnings and verdicts: what a running evaluation changes as well."""
    return "".join(
        [
            *alerts(report),
            headline(report),
            *predicted(report),
            (
                f'<section class="card" aria-labelledby="h-verdicts">'
                f'<h2 id="h-verdicts">Verdicts</h2>{charts.bar(report.counts, report.samples)}'
                f"{legend(report)}</section>"
            ),
            *by_language(report),
        ]
    )


def alerts(report: Report) -> Iterator[str]:
    """What must be read before any figure."""
    if not report.complete:
        words = "the run was interrupted or is still going; these figures are partial"
        yield alert("Incomplete", words)
    text = ungraded(report)
    if text:
        reasons = list(report.ungraded.items())
        items = [f"<li>{count:,}: {safe(why)}</li>" for why, count in reasons[:REASONS_SHOWN]]
        rest = sum(count for _, count in reasons[REASONS_SHOWN:])
        items += [f"<li>{rest:,}: other reasons</li>"] if rest else []
        yield alert("Ungraded", text, more=f"<ul>{''.join(items)}</ul>" if items else "")


def alert(word: str, text: str, *, more: str = "") -> str:
    """One warning."""
    line = f"<p><strong>{word}</strong> {safe(text, 500)}</p>"
    return f'<div class="alert" role="note">{line}{more}</div>'


def headline(report: Report) -> str:
    """The first metric large, the others beside it."""
    if not report.metrics:
        return ""
    first, *rest = report.metrics
    value = "undefined" if first.value is None else percent(first.value)
    items = "".join(metric_item(metric) for metric in (*rest, *report.sets, *report.consistency))
    items += "".join(
        metric_item(metric, prefix=f"{reading.name} ")
        for reading in report.readings
        for metric in reading.metrics
    )
    more = f'<dl class="metrics">{items}</dl>' if items else ""
    return (
        '<section class="headline" aria-label="Result"><div>'
        f'<p class="eyebrow" data-metric="{safe(first.name)}">{safe(first.name)}</p>'
        f'<p class="score" data-value="{safe(first.name)}">{safe(value)}</p>'
        f'<p class="uncertain">{safe(words(first), 500)}</p>'
        f'<p class="coverage">{safe(coverage(report))}</p></div>{more}</section>'
    )


def predicted(report: Report) -> Iterator[str]:
    """What an adaptive run says, and that its pass@k is not the benchmark's."""
    if report.adaptive is None or not report.predicts:
        return
    said = _adaptive_words.fields(report.adaptive)
    pairs = ((label.capitalize(), text) for label, text in said)
    yield (
        '<section class="card" aria-labelledby="h-adaptive">'
        '<h2 id="h-adaptive">Adaptive evaluation: pass@k above is not the benchmark\'s</h2>'
        f'<dl class="facts">{definitions(pairs)}</dl></section>'
    )


def words(metric: MetricEstimate) -> str:
    """What qualifies a metric's value."""
    return metric.why if metric.value is None else uncertainty(metric)


def metric_item(metric: MetricEstimate, *, prefix: str = "") -> str:
    """One metric of the list beside the headline."""
    name = safe(f"{prefix}{metric.name}")
    value = "undefined" if metric.value is None else percent(metric.value)
    return (
        f'<div><dt>{name}</dt><dd><b data-value="{name}">{safe(value)}</b>'
        f" <span>{safe(words(metric), 500)}</span></dd></div>"
    )


def legend(report: Report) -> str:
    """Each verdict that occurred with its count and share."""
    if not report.samples:
        return charts.empty("No sample has a verdict yet.")
    items = [
        f'<li><i class="mark v-{verdict.value}" aria-hidden="true"></i> {verdict.value}'
        f' <b data-verdict="{verdict.value}">{report.counts[verdict.value]:,}</b>'
        f" <span>{percent(report.counts[verdict.value] / report.samples)}</span></li>"
        for verdict in Verdict
        if report.counts.get(verdict.value)
    ]
    return f'<ul class="legend">{"".join(items)}</ul>'


def figures(report: Report, table: SampleTable) -> str:
    """The four charts."""
    parts = (
        ("Intervals", charts.forest(report)),
        ("pass@k", charts.curve(report.rows)),
        ("Wall time per sample", charts.histogram(table, report.cost.wall_s)),
        ("Tasks", charts.heat(report.rows)),
    )
    return "".join(
        f'<figure class="card"><figcaption><h2>{title}</h2></figcaption>{picture}</figure>'
        for title, picture in parts
    )


def remarks(report: Report) -> Iterator[str]:
    """Tasks to look at, and what the figures cannot say."""
    items = [
        f"<li><strong>{safe(each.task_id)}</strong> {safe(each.kind)}: {safe(each.why)}</li>"
        for each in report.findings[:FINDINGS_SHOWN]
    ]
    rest = len(report.findings) - FINDINGS_SHOWN
    items += [f"<li>{rest:,} more; see the JSON report</li>"] if rest > 0 else []
    yield listing("Tasks to look at", items)
    yield listing(
        "What these figures cannot say", [f"<li>{safe(n, 500)}</li>" for n in report.notes]
    )


def listing(title: str, items: list[str]) -> str:
    """A titled list; nothing where it is empty."""
    name = f"h-{title.split(maxsplit=1)[0].lower()}"
    return (
        f'<section class="card" aria-labelledby="{name}"><h2 id="{name}">{title}</h2>'
        f'<ul class="remarks">{"".join(items)}</ul></section>'
        if items
        else ""
    )


def costs(cost: RunCost) -> Iterator[tuple[str, str]]:
    """What the run consumed, as far as it was measured."""
    for label, spread, unit in (
        ("Wall per sample", cost.wall_s, "s"),
        ("CPU per sample", cost.cpu_s, "s"),
        ("Waiting for a processor", cost.wait_s, "s"),
        ("Peak memory", cost.peak_mb, "MiB"),
    ):
        if spread is not None:
            yield label, f"median {spread.median:.3g} {unit}, p95 {spread.p95:.3g} {unit}"
    if cost.samples_per_s is not None:
        yield "Throughput", f"{cost.samples_per_s:,.1f} samples per second"
    if cost.utilisation is not None:
        yield "Utilisation", f"{percent(cost.utilisation)} of the workers' time inside steps"
    if cost.energy_j is not None:
        yield "Energy", f"{cost.energy_j:,.0f} J, of all that ran on the machine"
    elif cost.energy_why:
        yield "Energy", f"unknown: {cost.energy_why}"


def facts(report: Report, manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Label and value of what the figures rest on."""
    yield from circumstances(report)
    yield from conditions(GradedConditions(manifest))
    yield from costs(report.cost)
    for text in sentences(report.placement) if report.placement else ():
        yield "Machines", text
    if (again := report.repeatability) is not None:
        text = f"{again.flaky:,} of {counted(again.samples, 'sample')} did not always end alike"
        yield "Repeats", text
    if report.uncertainty is not None and report.uncertainty.error:
        least = f"{100 * report.uncertainty.detectable:.1f} points"
        yield "Precision", f"unrelated runs are told apart from {least} on"
    for task, why in report.known_broken.items():
        yield f"Unsound: {task}", why
    yield "Engine", f"grader {manifest.engine_version}, sandbox {manifest.sandbox}"
    yield "Dataset", report.dataset_sha256 or "unknown digest"
    yield "Samples", manifest.samples_sha256 or "unknown digest"


def circumstances(report: Report) -> Iterator[tuple[str, str]]:
    """How the samples were run."""
    if report.isolation is not None:
        walls = ", ".join(report.isolation.walls) or "no walls"
        yield "Isolation", f"{report.isolation.tier}: {walls}"
        if report.isolation.missing:
            yield "Not in force", ", ".join(report.isolation.missing)
    for label, counts in (("Trust", report.trust), ("Extraction", report.extraction)):
        if counts:
            yield label, listed(counts)
    if report.duplicates:
        yield (
            "Duplicates",
            f"{counted(report.duplicates, 'sample')} shared the run of an identical one",
        )
    if report.uncompiled:
        yield "Uncompiled", f"{counted(report.uncompiled, 'sample')} never run: not valid Python"
    yield "Time", f"{report.wall_s:,.1f} s, {report.cpu_s:,.1f} CPU s in samples"
    if text := price(report):
        yield "Price", text


def conditions(graded: GradedConditions) -> Iterator[tuple[str, str]]:
    """What was asked, by the conditions that decide which runs may be ranked together."""
    asked = splitting(graded)
    unusual = special(asked)
    for name, value in unusual.items():
        yield f"Asked: {name}", value
    names: dict[str, list[str]] = {}
    for name, value in asked.items():
        if name not in unusual:
            names.setdefault(value, []).append(name)
    words = "; ".join(f"{', '.join(found)}: {value}" for value, found in names.items())
    yield "Asked as usual", words


def listed(counts: Mapping[str, int]) -> str:
    """Names with their counts."""
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def definitions(pairs: Iterator[tuple[str, str]]) -> str:
    """Labels and values as HTML."""
    return "".join(
        f"<div><dt>{safe(key)}</dt><dd>{safe(value, 500)}</dd></div>" for key, value in pairs
    )


def plain_table(rows: tuple[TaskRow, ...]) -> str:
    """The weakest tasks, for readers without JavaScript."""
    weakest = sorted(rows, key=lambda row: row.passed / row.graded if row.graded else 2)
    body = "".join(
        f"<tr><th scope=row>{safe(row.task_id)}</th><td>{row.passed:,} of {row.graded:,}</td>"
        f"<td>{safe(listed(row.counts))}</td></tr>"
        for row in weakest[:ROWS_WITHOUT_SCRIPT]
    )
    left = len(rows) - ROWS_WITHOUT_SCRIPT
    more = f"<p>{left:,} more tasks need JavaScript to be shown.</p>" if left > 0 else ""
    head = "<tr><th scope=col>Task</th><th scope=col>Passed</th><th scope=col>Verdicts</th></tr>"
    return f'<table class="plain"><thead>{head}</thead><tbody>{body}</tbody></table>{more}'
