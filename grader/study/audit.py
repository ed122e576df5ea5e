"""Audit a benchmark by the runs on it; nothing here runs anything."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from grader import plugins
from grader.core.audit import BenchmarkAudit, SuspectedLeak
from grader.core.conditions import splitting
from grader.core.sample import Sample
from grader.core.sealed_task import SealedTask
from grader.core.strength import BenchmarkStrength
from grader.core.task import Task
from grader.engine import dataset
from grader.errors import UsageError
from grader.record import journal
from grader.reports._strength import chance
from grader.run.report import tasks_of
from grader.stats import doubles
from grader.stats.audit import ALWAYS, NEVER, RUNS_MIN, audit_tasks, saturation
from grader.stats.responses import ResponseMatrix
from grader.stats.similarity import ALARM, canaries_in, contains_code, contains_patch
from grader.study import conditions, matrix, outcomes
from grader.study.audit_dates import DateOptions, cutoffs_of
from grader.study.outcomes import RunOutcomes
from grader.study.strength import kept
from grader.vault.file import is_sealed, read

NAMED = 3
HEX = "[0-9a-f]"
CANARY = re.compile(
    rf"canary\W+(?:guid\W+)?({HEX}{{8}}(?:-{HEX}{{4}}){{3}}-{HEX}{{12}})", re.IGNORECASE
)
"""How benchmarks mark their files, after the example of BIG-bench."""


class KnownTasks(NamedTuple):
    """What else is known about the tasks of runs."""

    tasks: Mapping[str, Task]
    why: str
    """Why the tasks are not known."""


def audit(
    paths: Sequence[Path],
    *,
    data: Path | None = None,
    canaries: Sequence[str] = (),
    dating: DateOptions | None = None,
    strength: Path | None = None,
) -> BenchmarkAudit:
    """Audit runs of one benchmark, or a `.csv` matrix; UsageError where that cannot be done."""
    responses = matrix.read(paths)
    is_matrix = paths[0].is_file()
    runs = [] if is_matrix else outcomes.read_all(paths)
    known = _known(runs, data) if runs else KnownTasks({}, "a matrix has no samples")
    unsound = {task.id: task.known_broken for task in known.tasks.values() if task.known_broken}
    unlike = conditions.differences(responses.subjects if runs else (), runs)
    mixed = conditions.splits(unlike)
    tested = _examined(strength, runs) if strength else None
    twice = doubles.doubles(responses)
    distinct = doubles.once(responses, twice)
    rows = audit_tasks(
        distinct,
        flaky=_contradictions(runs),
        known_unsound=unsound,
        weak=kept.weak_tasks(tested) if tested else {},
        ranked=not mixed,
    )
    used = saturation(distinct)
    marks = {*canaries, *_canaries_of(known.tasks, runs)}
    leaks = [
        _leak(run, name, known, marks) for run, name in zip(runs, responses.subjects, strict=False)
    ]
    return BenchmarkAudit(
        benchmark=runs[0].manifest.dataset.benchmark if runs else paths[0].stem,
        runs=responses.subjects,
        tasks=len(rows),
        never=sum(NEVER in row.flags for row in rows),
        always=sum(ALWAYS in row.flags for row in rows),
        informative=used.informative,
        best_runs=used.runs,
        saturation=used.always / len(rows) if rows else 0.0,
        rows=tuple(rows),
        leaks=tuple(leaks),
        cutoffs=tuple(cutoffs_of(responses, known.tasks, dating)) if dating else (),
        unlike=unlike,
        notes=(
            *([chance(tested)] if tested else []),
            *_notes(distinct, known, mixed=mixed),
            *_doubled(doubles.names(responses, twice)),
        ),
    )


def _known(runs: Sequence[RunOutcomes], data: Path | None) -> KnownTasks:
    try:
        return KnownTasks(tasks_of(runs[0].manifest, data), "")
    except UsageError as error:
        if data is not None:
            raise
        return KnownTasks({}, str(error))


def _examined(strength: Path, runs: Sequence[RunOutcomes]) -> BenchmarkStrength:
    """Figures of these runs' tasks; of a matrix nobody can say whose tasks it has."""
    if not runs:
        return kept.read(strength)
    graded = runs[0].manifest.dataset
    return kept.read_for(strength, graded.benchmark, graded.sha256)


def _contradictions(runs: Sequence[RunOutcomes]) -> dict[str, str]:
    """Tasks on which one and the same text was judged differently, where the same was asked.

    Texts are equal where their digests are; a run that shares the result of an identical sample
    says nothing new.
    """
    seen: dict[tuple[str, str, str], dict[str, str]] = {}
    for run in runs:
        asked = str(splitting(conditions.graded(run)))
        for entry in journal.scan(run.path / journal.NAME):
            if entry.verdict != "ungraded" and entry.same_as is None and entry.sample_digest:
                verdicts = seen.setdefault((entry.task_id, entry.sample_digest, asked), {})
                verdicts.setdefault(entry.verdict, str(run.path))
    return {
        task: "equal samples came out as " + " and ".join(sorted(verdicts))
        for (task, *_), verdicts in seen.items()
        if len(verdicts) > 1
    }


def _canaries_of(tasks: Mapping[str, Task], runs: Sequence[RunOutcomes]) -> Iterator[str]:
    for run in runs:
        path = Path(run.manifest.dataset.path)
        if run.manifest.dataset.sealed and is_sealed(path):
            yield from CANARY.findall(read(path).head.canary)
    for task in tasks.values():
        yield from CANARY.findall(str(task.spec))


def _leak(run: RunOutcomes, name: str, known: KnownTasks, marks: set[str]) -> SuspectedLeak:
    empty = SuspectedLeak(run=name, compared=0, alike=0, alarm=False, why=known.why)
    if not known.tasks:
        return empty
    try:
        samples = _samples(run, known.tasks)
    except UsageError as error:
        return empty.model_copy(update={"why": str(error)})
    found = [(sample.task_id, _is_alike(known.tasks[sample.task_id], sample)) for sample in samples]
    compared = [(task, alike) for task, alike in found if alike is not None]
    alike = [task for task, alike in compared if alike]
    texts = {f"{sample.task_id}\0{sample.index}": sample.body for sample in samples}
    hits = [key.partition("\0")[0] for key in canaries_in(texts, marks)]
    return SuspectedLeak(
        run=name,
        compared=len(compared),
        alike=len(alike),
        alarm=bool(hits) or (len(alike) > ALARM * len(compared)),
        tasks=tuple(dict.fromkeys(alike)),
        canaries=tuple(dict.fromkeys(hits)),
    )


def _samples(run: RunOutcomes, tasks: Mapping[str, Task]) -> list[Sample]:
    """The run's samples, read again; UsageError where they are gone or have changed."""
    stored = run.manifest
    path = Path(stored.samples_path)
    if not stored.samples_sha256 or not path.exists():
        raise UsageError(f"the samples are no longer at {stored.samples_path}")
    if dataset.sha256_of(path) != stored.samples_sha256:
        raise UsageError(f"{path} is no longer what the run graded")
    member = plugins.load("benchmarks", stored.dataset.benchmark).benchmark()
    benchmark = dataset.in_languages(member, stored.dataset.languages)
    found = benchmark.samples(str(path), dict(tasks))
    return [sample for sample in found if isinstance(sample, Sample) and sample.task_id in tasks]


def _is_alike(task: Task, sample: Sample) -> bool | None:
    if isinstance(task, SealedTask):
        return None
    reference: Sample | None = plugins.load("graders", task.kind).reference(task)
    if reference is None:
        return None
    if "diff --git" in reference.body or reference.body.startswith("--- "):
        return contains_patch(reference.body, sample.body)
    return contains_code(_program(task, reference), _program(task, sample))


def _program(task: Task, sample: Sample) -> str:
    return sample.body if sample.whole else f"{task.spec.get('prompt', '')}{sample.body}"


def _doubled(twice: Mapping[str, str]) -> Iterator[str]:
    if twice:
        named = ", ".join(f"{run} (as {first})" for run, first in list(twice.items())[:NAMED])
        more = f" and {len(twice) - NAMED} more" if len(twice) > NAMED else ""
        yield f"the same outcome on every task, so that each counts once: {named}{more}"


def _notes(responses: ResponseMatrix, known: KnownTasks, *, mixed: bool) -> Iterator[str]:
    runs = len(responses.subjects)
    if mixed:
        yield (
            "runs that were not asked the same do not say which of them is better: item-rest"
            " correlation and discrimination are left out"
        )
    elif runs < RUNS_MIN:
        yield (
            f"{runs} run{'s' * (runs != 1)}: item-rest correlation and discrimination need"
            f" {RUNS_MIN} or more"
        )
    if known.why and not known.tasks:
        yield f"answers are not compared with references: {known.why}"
    empty = sum(
        not any(tries[item] for tries in responses.trials) for item in range(len(responses.items))
    )
    if empty:
        yield f"{empty} tasks have no graded sample in any run and are left out"
