"""What `evaluate` and `demo` share: run one evaluation, show it, choose the exit status."""

from collections import Counter
from functools import partial
from pathlib import Path
from typing import NamedTuple

import anyio

from grader.cli import export
from grader.cli.exit_codes import Exit
from grader.cli.failure import CommandStopped
from grader.cli.output import advised, has_color_for_results, show, tell, width
from grader.cli.progress import RunProgress, style_for
from grader.core.report import MetricEstimate, Report
from grader.core.result import Verdict
from grader.engine import dataset
from grader.errors import InfraError, UsageError
from grader.record import directory, manifest, seal
from grader.reports import json, text
from grader.reports._words import counted
from grader.reports.base import clean
from grader.run.evaluate import evaluate
from grader.run.options import Options
from grader.run.repeat import repeat
from grader.run.report import derive, write
from grader.vault.file import is_sealed

REASON_CELLS = 160
"""Of why most samples stayed ungraded; the report has all reasons."""


class RunPresentation(NamedTuple):
    """How an evaluation is shown, and what it must reach."""

    json: bool = False
    quiet: bool = False
    fail_under: float | None = None
    """Fraction that pass@k of the smallest k must reach."""
    format: str | None = None
    """A peer's results file to write beside the samples."""
    required_k: bool = False
    """Whether the caller named k, so that a run in which none can be computed is an error."""
    worst: int = 0
    """How many of the weakest tasks to list."""


def grade(options: Options, presentation: RunPresentation) -> Exit:
    """Evaluate, show the report, write the export; raises as `evaluate` does."""
    if presentation.format:
        export.refuse_impossible(presentation.format, options.samples)
        export.refuse_sealed(is_sealed=is_sealed(options.data))
    if presentation.required_k:
        refuse_few_samples(options)
    progress = RunProgress(style_for(quiet=presentation.quiet or presentation.json))
    with progress:
        report = run(options, progress)
    present(report, directory_of(options, report.run_id), presentation)
    return status_of(report, presentation)


def present(report: Report, place: Path, presentation: RunPresentation) -> None:
    """Show a report, and write what else was asked for."""
    if presentation.json:
        show(json.render(report))
    else:
        color = has_color_for_results()
        shown = text.render(report, width=width(), color=color, worst=presentation.worst)
        show(advised(shown))
    if presentation.format:
        tell(export.export(place, presentation.format))
    if not (presentation.quiet or presentation.json):
        tell(f"\nsingle results: grader show {place} [TASK]")


def run(options: Options, progress: RunProgress) -> Report:
    """Evaluate; what ends it early after some samples were graded has a status of its own."""
    try:
        report = anyio.run(partial(evaluate, options, observe=progress))
        if options.repeats == 1:
            return report
        return anyio.run(partial(again, options, directory_of(options, report.run_id), progress))
    except InfraError as error:
        if progress.done > progress.counts[Verdict.UNGRADED.value]:
            raise CommandStopped(str(error), Exit.UNGRADED) from error
        raise


async def again(options: Options, place: Path, progress: RunProgress) -> Report:
    """Make the further passes, and derive the report anew."""
    await repeat(options, place, observe=progress)
    report = derive(place, k=options.k)
    write(place, report)
    seal.write(place)
    return report


def status_of(report: Report, presentation: RunPresentation) -> Exit:
    """Choose the exit status that a report deserves; say why where it is not 0.

    An ungraded sample comes before a threshold: a figure that lacks samples proves nothing.
    """
    ungraded = report.counts.get(Verdict.UNGRADED.value, 0)
    if ungraded:
        why = max(report.ungraded.items(), key=lambda item: item[1])[0] if report.ungraded else ""
        tell(
            f"grader: {ungraded} of {report.samples} samples are ungraded"
            f"{why and f' ({clean(why, REASON_CELLS)})'}; try them again: "
            "the same command with --resume"
        )
        return Exit.UNGRADED if ungraded < report.samples else Exit.UNUSABLE
    metric = headline(report)
    if presentation.required_k and metric.value is None:
        tell(f"grader: {metric.name} is undefined: {metric.why}; pass a smaller -k")
        return Exit.USAGE
    if presentation.fail_under is None:
        return Exit.GRADED
    if metric.value is None:
        tell(f"grader: {metric.name} is undefined: {metric.why}; no threshold can be met")
        return Exit.BELOW
    if metric.value < presentation.fail_under:
        tell(
            f"grader: {metric.name} is {metric.value:.4f}, "
            f"below --fail-under {presentation.fail_under:g}"
        )
        return Exit.BELOW
    return Exit.GRADED


def headline(report: Report) -> MetricEstimate:
    """Find what a threshold is about: the smallest k, or the predicted score of an adaptive run."""
    found = report.adaptive
    if found is None or not report.predicts:
        return smallest(report)
    why = f"the answers to {counted(found.asked, 'task')} say too little; ask more (--max-items)"
    value = found.predicted if found.proven else None
    return MetricEstimate(name="predicted score", value=value, why="" if found.proven else why)


def smallest(report: Report) -> MetricEstimate:
    """Find the metric of the smallest k."""
    return min(report.metrics, key=lambda metric: int(metric.name.rpartition("@")[2]))


def refuse_few_samples(options: Options) -> None:
    """UsageError, before anything is graded, where none of the named k can be computed.

    Samples that can be read only once are not looked at.
    """
    least = min(options.k)
    source = Path(options.samples)
    if least == 1 or not (source.is_file() or source.is_dir()):
        return
    data = dataset.load(options.benchmark, options.data, options.languages, options.key)
    chosen = dataset.select(data.tasks, options.tasks, limit=options.limit)
    found = data.benchmark.samples(options.samples, data.tasks)
    counts = Counter(sample.task_id for sample in found if sample.task_id in chosen)
    if not counts:
        return
    task_id, count = min(counts.items(), key=lambda item: item[1])
    if count < least:
        raise UsageError(
            f"{source}: {task_id} has {count} sample{'' if count == 1 else 's'}, and pass@{least}"
            f" needs {least}; pass -k {count}, or samples enough for -k {least}"
        )


def directory_of(options: Options, run_id: str) -> Path:
    """Where the run that just ended is kept."""
    if options.out is not None:
        return options.out
    usual = directory.ROOT / run_id
    if directory.has_run(usual):
        return usual
    places = (path.parent for path in sorted(directory.ROOT.glob(f"*/{manifest.NAME}")))
    return next((place for place in places if manifest.read(place).run_id == run_id), usual)
