"""From results to a report: counts per task while they come, mathematics at the end."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from grader.core.execution import CompletionWord, Isolation
from grader.core.manifest import Manifest
from grader.core.report import MetricEstimate, PassUncertainty, ReadingScore, Report, TaskRow
from grader.core.result import Result, Verdict
from grader.stats.answers import answer_notes
from grader.stats.by_language import LanguageTrust, by_language
from grader.stats.clusters import clusters_of
from grader.stats.cost import CostMeter, EnergyUse
from grader.stats.differences import RuleDisagreements
from grader.stats.figures import UNGRADED, consistency, metrics, resolved, task_count
from grader.stats.findings import findings, notes, uncertainty
from grader.stats.likeness import LikenessCounts
from grader.stats.passk import TaskCount, mean_pass_at_k
from grader.stats.reasons import UngradedReasons
from grader.stats.tallies import HowJudged, positive

MICROSECONDS = 1_000_000
NOT_MEASURED = EnergyUse()


class RunTally:
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
        order = {task: at for at, task in enumerate(task_ids)}
        self._disagreements = RuleDisagreements(order)
        self._likenesses = LikenessCounts(order)
        self._how = HowJudged()
        self._languages = LanguageTrust()
        self._reasons = UngradedReasons()
        self._isolation: dict[tuple[str, tuple[str, ...]], Isolation] = {}
        self._disputed: dict[tuple[str, int], str] = {}
        self._duplicates = 0
        self._uncompiled = 0
        self._begins = UngradedReasons()
        self._cached = 0
        self._cpu_us = 0
        self._meter = CostMeter()

    def add(self, result: Result, *, supersedes: Result | None = None) -> None:
        """Count `result`, and take back `supersedes`, the earlier result of the same sample.

        Raises KeyError for a task that was not selected.
        """
        if supersedes is not None:
            self._count(supersedes, -1)
        self._count(result, 1)

    def report(
        self,
        manifest: Manifest,
        *,
        ks: Sequence[int],
        wall_s: float,
        complete: bool,
        energy: EnergyUse = NOT_MEASURED,
    ) -> Report:
        """Summarize what was added so far."""
        covered = {task: counts for task, counts in self._occurred(self._verdicts) if counts}
        totals, named = sum(map(Counter[str], covered.values()), Counter[str]()), manifest.dataset
        counts, clusters = list(map(task_count, covered.values())), clusters_of(list(covered))
        figures = metrics(covered.values(), ks, clusters)
        known = {task: self._known_broken[task] for task in covered if task in self._known_broken}
        return Report(
            run_id=manifest.run_id,
            benchmark=named.benchmark,
            version=named.version,
            dataset_sha256=named.sha256,
            tasks_total=len(self._task_ids),
            tasks_covered=len(covered),
            samples=totals.total(),
            counts=_verdicts(totals),
            ungraded=self._reasons.counts(),
            metrics=figures,
            resolved=self._resolved(covered),
            consistency=consistency(counts, ks, clusters),
            uncertainty=_uncertainty(counts, clusters),
            findings=tuple(findings(covered, known)),
            notes=(
                *notes(
                    counts,
                    missing=0 if manifest.adaptive else len(self._task_ids) - len(covered),
                    clusters=clusters,
                    known_broken=len(known),
                    metrics=figures,
                ),
                *self._answer_notes(totals.total(), manifest.extract),
            ),
            readings=self._all_readings(covered, ks),
            languages=by_language(named.benchmark, covered, ks, self._languages),
            differences=self._disagreements.found(),
            disagreements=self._named_disputes(),
            likeness=self._likenesses.found(),
            trust=self._how.trust(),
            passes_by_trust=self._how.passes(),
            engines=self._how.engines(),
            duplicates=self._duplicates,
            cached=self._cached,
            uncompiled=self._uncompiled,
            extraction=self._how.extraction(),
            known_broken=known,
            isolation=weakest(self._isolation.values()) or manifest.isolation,
            rows=tuple(self._row(task, counts) for task, counts in covered.items()),
            wall_s=wall_s,
            cpu_s=self._cpu_us / MICROSECONDS,
            cost=self._meter.cost(workers=manifest.workers, wall_s=wall_s, energy=energy),
            complete=complete,
        )

    def _resolved(self, covered: Mapping[str, dict[str, int]]) -> MetricEstimate | None:
        missing = [task for task in self._task_ids if task not in covered]
        clusters = clusters_of([*covered, *missing])
        return resolved(covered.values(), len(self._task_ids), clusters)

    def _named_disputes(self) -> dict[str, str]:
        return {f"{task} {index}": text for (task, index), text in sorted(self._disputed.items())}

    def _count(self, result: Result, by: int) -> None:
        verdict = result.verdict.value
        counts = self._verdicts[result.task_id]
        counts[verdict] = counts.get(verdict, 0) + by
        self._count_cost(result, by)
        if verdict == UNGRADED:
            self._reasons.add(result.reason, by)
        self._how.add(result, by)
        self._languages.add(result, by)
        if result.same_as is not None:
            self._duplicates += by
        for name, value in result.readings.items():
            reading = self._readings.setdefault(name, {}).setdefault(result.task_id, {})
            reading[value] = reading.get(value, 0) + by
        self._disagreements.add(result, by)
        self._likenesses.add(result, by)
        if by < 0:
            self._disputed.pop((result.task_id, result.index), None)
        elif text := disagreement(result):
            self._disputed[result.task_id, result.index] = text
        execution = result.execution
        if execution is None:
            return
        isolation = execution.isolation
        self._isolation.setdefault((isolation.tier, isolation.walls), isolation)
        steps = execution.steps
        if steps and steps[0].completion.said is CompletionWord.REFUSED:
            self._uncompiled += by
            self._begins.add(result.begins, by)

    def _count_cost(self, result: Result, by: int) -> None:
        """What an earlier run has executed has cost this one nothing."""
        if result.cached_from:
            self._cached += by
            return
        self._meter.add(result, by)
        for step in result.execution.steps if result.execution else ():
            self._cpu_us += by * round(step.cpu_s * MICROSECONDS)

    def _occurred(
        self, by_task: Mapping[str, dict[str, int]]
    ) -> Iterable[tuple[str, dict[str, int]]]:
        return ((task, _verdicts(by_task.get(task, {}))) for task in self._task_ids)

    def _all_readings(
        self, covered: Mapping[str, dict[str, int]], ks: Sequence[int]
    ) -> tuple[ReadingScore, ...]:
        found: list[ReadingScore] = []
        for name, by_task in sorted(self._readings.items()):
            # A task that was graded without it has no such reading (a compat one needs an
            # interview); one with ungraded samples may still get it.
            known = [
                task
                for task, verdicts in covered.items()
                if task in by_task or UNGRADED in verdicts
            ]
            tasks = [positive(by_task.get(task, {})) for task in known]
            counts = [task_count(task) for task in tasks]
            if not any(tasks):
                continue
            found.append(
                ReadingScore(
                    name=name,
                    metrics=metrics(tasks, ks, clusters_of(known)),
                    passed=sum(count.passed for count in counts),
                    graded=sum(count.graded for count in counts),
                )
            )
        return tuple(found)

    def _answer_notes(self, samples: int, mode: str) -> Iterator[str]:
        ran, begins = samples - self._duplicates, self._begins.counts()
        return answer_notes(
            ran, self._uncompiled, begins, extraction=self._how.extraction(), mode=mode
        )

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


def _uncertainty(
    counts: Sequence[TaskCount], clusters: Sequence[str] | None
) -> PassUncertainty | None:
    values = mean_pass_at_k(counts, 1).values
    return uncertainty(values, counts, clusters) if values else None


def _verdicts(counts: Mapping[str, int]) -> dict[str, int]:
    """Keep what occurred, in the order in which `Verdict` lists it."""
    return {name.value: counts[name] for name in Verdict if counts.get(name, 0) > 0}


def disagreement(result: Result) -> str:
    """Why the parity reading and the strict one differ about passing; '' where they do not."""
    said = {
        name: result.readings.get(name) == Verdict.PASSED.value for name in ("parity", "strict")
    }
    if len(result.readings.keys() & said.keys()) < len(said) or len(set(said.values())) == 1:
        return ""
    return "; ".join(result.evidence) or "no reason was found"
