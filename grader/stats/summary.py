"""From results to a report: counts per task while they come, mathematics at the end."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from grader.core.execution import Isolation, Said
from grader.core.manifest import Manifest
from grader.core.report import Metric, Reading, Report, TaskRow
from grader.core.result import Result, Verdict
from grader.stats.intervals import Unknown, over_tasks
from grader.stats.passk import TaskCount, mean_pass_at_k

REASONS_KEPT = 20
"""Distinct reasons of ungraded samples that are kept apart; the rest counts as OTHER."""
REASON_CHARS = 300
OTHER = "other"
MICROSECONDS = 1_000_000
PASSED, UNGRADED = Verdict.PASSED.value, Verdict.UNGRADED.value


class Tally:
    """Counts of a run. Memory grows with tasks, never with samples.

    All counts are integers, so that the order of results does not matter.
    """

    def __init__(self, *, task_ids: Sequence[str], known_broken: Mapping[str, str]) -> None:
        """`task_ids`: every selected task; `known_broken`: task id → why it is unsound."""
        self._task_ids = tuple(task_ids)
        self._known_broken = dict(known_broken)
        self._verdicts: dict[str, dict[str, int]] = {task_id: {} for task_id in task_ids}
        self._readings: dict[str, dict[str, dict[str, int]]] = {}
        """Reading → task id → verdict value → samples."""
        self._trust: dict[str, int] = {}
        self._extraction: dict[str, int] = {}
        self._reasons = Reasons()
        self._isolation: dict[tuple[str, tuple[str, ...]], Isolation] = {}
        self._disagreements: dict[tuple[str, int], str] = {}
        self._duplicates = 0
        self._uncompiled = 0
        self._cpu_us = 0

    def add(self, result: Result, *, supersedes: Result | None = None) -> None:
        """Count `result`, and take back `supersedes`, the earlier result of the same sample.

        Raises KeyError for a task that was not selected.
        """
        if supersedes is not None:
            self._count(supersedes, -1)
        self._count(result, 1)

    def report(
        self, manifest: Manifest, *, ks: Sequence[int], wall_s: float, complete: bool
    ) -> Report:
        """Summarize what was added so far."""
        covered = {task: counts for task, counts in self._occurred(self._verdicts) if counts}
        totals: Counter[str] = Counter()
        for counts in covered.values():
            totals.update(counts)
        return Report(
            run_id=manifest.run_id,
            benchmark=manifest.dataset.benchmark,
            version=manifest.dataset.version,
            dataset_sha256=manifest.dataset.sha256,
            tasks_total=len(self._task_ids),
            tasks_covered=len(covered),
            samples=totals.total(),
            counts=_verdicts(totals),
            ungraded=self._reasons.counts(),
            metrics=metrics(covered.values(), ks),
            readings=self._all_readings(covered, ks),
            disagreements={
                f"{task} {index}": text
                for (task, index), text in sorted(self._disagreements.items())
            },
            trust=_positive(self._trust),
            duplicates=self._duplicates,
            uncompiled=self._uncompiled,
            extraction=_positive(self._extraction),
            known_broken={
                task: self._known_broken[task] for task in covered if task in self._known_broken
            },
            isolation=weakest(self._isolation.values()) or manifest.isolation,
            rows=tuple(self._row(task, counts) for task, counts in covered.items()),
            wall_s=wall_s,
            cpu_s=self._cpu_us / MICROSECONDS,
            complete=complete,
        )

    def _count(self, result: Result, by: int) -> None:
        verdict = result.verdict.value
        counts = self._verdicts[result.task_id]
        counts[verdict] = counts.get(verdict, 0) + by
        if verdict == UNGRADED:
            self._reasons.add(result.reason, by)
        else:
            trust = result.trust.value
            self._trust[trust] = self._trust.get(trust, 0) + by
        if result.extraction:
            self._extraction[result.extraction] = self._extraction.get(result.extraction, 0) + by
        if result.same_as is not None:
            self._duplicates += by
        for name, value in result.readings.items():
            reading = self._readings.setdefault(name, {}).setdefault(result.task_id, {})
            reading[value] = reading.get(value, 0) + by
        if by < 0:
            self._disagreements.pop((result.task_id, result.index), None)
        elif text := disagreement(result):
            self._disagreements[result.task_id, result.index] = text
        execution = result.execution
        if execution is None:
            return
        isolation = execution.isolation
        self._isolation.setdefault((isolation.tier, isolation.walls), isolation)
        steps = execution.steps
        if steps and steps[0].completion.said is Said.REFUSED:
            self._uncompiled += by
        for step in steps:
            self._cpu_us += by * round(step.cpu_s * MICROSECONDS)

    def _occurred(
        self, by_task: Mapping[str, dict[str, int]]
    ) -> Iterable[tuple[str, dict[str, int]]]:
        return ((task, _verdicts(by_task.get(task, {}))) for task in self._task_ids)

    def _all_readings(
        self, covered: Mapping[str, dict[str, int]], ks: Sequence[int]
    ) -> tuple[Reading, ...]:
        found: list[Reading] = []
        for name, by_task in sorted(self._readings.items()):
            tasks = [_positive(by_task.get(task, {})) for task in covered]
            counts = [task_count(task) for task in tasks]
            if not any(tasks):
                continue
            found.append(
                Reading(
                    name=name,
                    metrics=metrics(tasks, ks),
                    passed=sum(count.passed for count in counts),
                    graded=sum(count.graded for count in counts),
                )
            )
        return tuple(found)

    def _row(self, task: str, counts: dict[str, int]) -> TaskRow:
        count = task_count(counts)
        return TaskRow(
            task_id=task,
            counts=counts,
            samples=sum(counts.values()),
            graded=count.graded,
            passed=count.passed,
            known_broken=self._known_broken.get(task, ""),
        )


class Reasons:
    """Ungraded samples by reason; reasons that differ only in figures count as one."""

    def __init__(self) -> None:
        self._samples: dict[str, int] = {}
        """Shape → samples."""
        self._texts: dict[str, str] = {}
        """Shape → the reason as given, or the shape itself once two texts shared it."""

    def add(self, reason: str, by: int) -> None:
        """Count `by` more samples (negative: fewer)."""
        text = reason[:REASON_CHARS] or "no reason given"
        shape = re.sub(r"\d+(?:\.\d+)?", "…", text)
        if shape not in self._samples and (len(self._samples) >= REASONS_KEPT or by < 0):
            text = shape = OTHER
        if self._texts.setdefault(shape, text) != text:
            self._texts[shape] = shape
        self._samples[shape] = self._samples.get(shape, 0) + by

    def counts(self) -> dict[str, int]:
        """Reason → samples, most frequent first."""
        ordered = sorted(self._samples.items(), key=lambda item: (-item[1], item[0]))
        return {self._texts[shape]: samples for shape, samples in ordered if samples > 0}


def task_count(counts: Mapping[str, int]) -> TaskCount:
    """Graded and passed samples of one task from its verdict counts."""
    return TaskCount(sum(counts.values()) - counts.get(UNGRADED, 0), counts.get(PASSED, 0))


def metrics(tasks: Iterable[Mapping[str, int]], ks: Sequence[int]) -> tuple[Metric, ...]:
    """pass@k over covered tasks, given each one's verdict counts, for every k."""
    counts = list(tasks)
    return tuple(_metric(counts, k) for k in ks)


def weakest(seen: Iterable[Isolation]) -> Isolation | None:
    """Name what held for every execution: walls of all, gaps of any; None where none ran."""
    kinds = list(seen)
    if len(kinds) <= 1:
        return kinds[0] if kinds else None
    first, *others = kinds
    return Isolation(
        tier="+".join(dict.fromkeys(kind.tier for kind in kinds)),
        walls=tuple(wall for wall in first.walls if all(wall in kind.walls for kind in others)),
        missing=tuple(dict.fromkeys(gap for kind in kinds for gap in kind.missing)),
    )


def _metric(tasks: Sequence[Mapping[str, int]], k: int) -> Metric:
    name = f"pass@{k}"
    mean = mean_pass_at_k([task_count(task) for task in tasks], k)
    if mean.value is None:
        return Metric(name=name, value=None, why=_why_undefined(tasks, k, mean.too_few), tasks=0)
    interval = over_tasks(mean.values)
    if isinstance(interval, Unknown):
        return Metric(name=name, value=mean.value, why=interval.why, tasks=len(tasks))
    return Metric(
        name=name,
        value=mean.value,
        low=interval.low,
        high=interval.high,
        method=interval.method,
        tasks=len(tasks),
    )


def _why_undefined(tasks: Sequence[Mapping[str, int]], k: int, too_few: int) -> str:
    """Who has too few samples; where only ungraded ones are lacking, what they could have made."""
    if not tasks:
        return "no samples"
    samples = "no graded sample" if k == 1 else f"fewer than {k} graded samples"
    why = f"{too_few} of {len(tasks)} tasks {'has' if too_few == 1 else 'have'} {samples}"
    lost = [task.get(UNGRADED, 0) for task in tasks]
    if not any(lost):
        return why
    counts = [task_count(task) for task in tasks]
    pairs = list(zip(counts, lost, strict=True))
    worst = mean_pass_at_k([TaskCount(c.graded + u, c.passed) for c, u in pairs], k)
    best = mean_pass_at_k([TaskCount(c.graded + u, c.passed + u) for c, u in pairs], k)
    ungraded = f"{why}; {sum(lost)} ungraded"
    if worst.value is None or best.value is None:
        return ungraded
    return f"{ungraded}, with them between {worst.value:.4f} and {best.value:.4f}"


def _verdicts(counts: Mapping[str, int]) -> dict[str, int]:
    """Keep what occurred, in the order in which `Verdict` lists it."""
    return {name.value: counts[name] for name in Verdict if counts.get(name, 0) > 0}


def _positive(counts: Mapping[str, int]) -> dict[str, int]:
    """Keep what occurred, by name: a report must not depend on the order of results."""
    return {name: count for name, count in sorted(counts.items()) if count > 0}


def disagreement(result: Result) -> str:
    """Why the parity reading and the strict one differ about passing; '' where they do not."""
    said = {name: result.readings.get(name) == PASSED for name in ("parity", "strict")}
    if len(result.readings.keys() & said.keys()) < len(said) or len(set(said.values())) == 1:
        return ""
    return "; ".join(result.evidence) or "no reason was found"
