"""Judge a stored run again from its executions; nothing is run.

The judged journal takes the place of `results.jsonl` in one step, and the journal as it was stays
beside it as `results.jsonl.before-<UTC time>`; a run in which nothing changed is left untouched.
What is judged again are facts: results that rest on no step (a sample that could not be run at
all, one that stayed ungraded) and those whose output was too big to be kept stay as they are.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from grader import plugins
from grader.core.job import Job
from grader.core.record import Record
from grader.core.result import Result, Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.errors import UsageError
from grader.record import directory, journal, manifest, received, seal
from grader.record.artifacts import full, is_lossy
from grader.record.line import LineChain
from grader.run import report
from grader.version import VERSION

JUDGED = ("verdict", "reason", "tests", "trust", "readings", "evidence")
"""What a judgement decides; everything else about a result is fact."""


class RegradedVerdict(Record):
    """One verdict that is another one now."""

    task_id: str
    index: int
    old: Verdict
    new: Verdict


class RegradeSummary(Record):
    """What regrading a run did."""

    judged: int
    """Results judged again, without those that share an identical sample's judgement."""
    kept: int
    """Results whose facts do not suffice to judge them again."""
    changed: tuple[RegradedVerdict, ...]
    before: str = ""
    """File name of the old journal; empty where nothing changed."""


class FirstPass(NamedTuple):
    """The first of the two passes."""

    judged: int
    kept: int
    changed: dict[tuple[str, int], Result]
    """New judgements that differ from the stored ones."""


def regrade(run: Path, *, data: Path | None = None) -> RegradeSummary:
    """Judge every execution of `run` again and put the new results in the old ones' place.

    `data`: where the dataset lies now, if it moved. Memory grows with what changes, not with the
    run. Raises UsageError where the dataset is another one or an engine is writing to the run.
    """
    stored = manifest.read(run)
    if stored.dataset.sealed:
        raise UsageError(f"{run} is of a sealed benchmark: its facts were withheld; grade it again")
    with directory.locked(run):
        tasks = report.tasks_of(stored, data)
        found = judge_all(run, tasks, trust=stored.trust, reading=stored.reading)
        changed = tuple(
            RegradedVerdict(task_id=old.task_id, index=old.index, old=old.verdict, new=new.verdict)
            for old, new in renewed(run, found.changed)
            if old.verdict is not new.verdict
        )
        before = replace_journal(run, found.changed) if found.changed else ""
        if before and (last := report.written(run)):
            scope = report.scope_of_tasks(tasks)
            made = report.tally(
                run, stored, scope=scope, k=stored.k, wall_s=last.wall_s, complete=True
            )
            report.write(run, made)
            seal.write(run)
    return RegradeSummary(judged=found.judged, kept=found.kept, changed=changed, before=before)


def judge_all(run: Path, tasks: dict[str, Task], *, trust: str, reading: str) -> FirstPass:
    """Judge every execution; keep only what differs."""
    judged = kept = 0
    changed: dict[tuple[str, int], Result] = {}
    for result in journal.current(run / journal.NAME):
        if result.same_as is not None:
            continue
        asked = {"trust": trust, "reading": reading}
        new = judged_again(result, run, task=tasks.get(result.task_id), asked=asked)
        if new is None:
            kept += 1
            continue
        judged += 1
        if judgement(new) != judgement(result):
            changed[result.task_id, result.index] = new
    return FirstPass(judged, kept, changed)


def judged_again(
    result: Result, run: Path, *, task: Task | None, asked: dict[str, str]
) -> Result | None:
    """`result` with a fresh judgement; None where its facts do not suffice.

    The grader sees a sample without body: judging reads executions.
    """
    whole = full(result, run)
    if task is None or whole.execution is None or not whole.execution.steps or is_lossy(whole):
        return None
    sample = Sample(task_id=result.task_id, index=result.index, body="")
    job = Job.model_validate({"task": task, "sample": sample, **asked})
    fresh: Result = plugins.load("graders", task.kind).judge(job, whole.execution)
    update = {field: getattr(fresh, field) for field in JUDGED}
    return result.model_copy(update={**update, "engine_version": VERSION})


def judgement(result: Result) -> tuple[object, ...]:
    """What a judgement decided."""
    return tuple(getattr(result, field) for field in JUDGED)


def renewed(run: Path, changed: dict[tuple[str, int], Result]) -> Iterator[tuple[Result, Result]]:
    """Old and new result of every key that changes, identical samples included."""
    if not changed:
        return
    for result in journal.current(run / journal.NAME):
        new = successor(result, changed)
        if new is not None:
            yield result, new


def successor(result: Result, changed: dict[tuple[str, int], Result]) -> Result | None:
    """What takes `result`'s place; None where it stays."""
    if result.same_as is None:
        return changed.get((result.task_id, result.index))
    twin = changed.get((result.task_id, result.same_as))
    if twin is None:
        return None
    update = {field: getattr(twin, field) for field in JUDGED}
    return result.model_copy(update={**update, "engine_version": twin.engine_version})


def replace_journal(run: Path, changed: dict[tuple[str, int], Result]) -> str:
    """Write the new journal beside the old one and swap them; return the old one's new name."""
    path = run / journal.NAME
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    kept = path.with_name(f"{path.name}.before-{moment}")
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        chain = LineChain(journal.origin(run))
        with received.fresh(fresh) as file:
            for result in journal.current(path):
                file.write(chain.encode(successor(result, changed) or result))
            file.flush()
            os.fsync(file.fileno())
        os.link(path, kept)
        fresh.replace(path)
    except OSError as error:
        raise journal.trouble(path, error, resume=f"grader regrade {run}") from error
    finally:
        fresh.unlink(missing_ok=True)
    return kept.name
