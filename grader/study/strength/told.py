"""What a report says of its benchmark's tests, where somebody has examined them."""

from pathlib import Path

from grader.core.report import Report, TaskFinding
from grader.reports._strength import chance
from grader.stats.audit import WEAK
from grader.study.strength.kept import read_for, weak_tasks


def tested(report: Report, path: Path) -> Report:
    """The report with the chance that a wrong solution passes, and its weak tasks as findings.

    UsageError where the figures at `path` are of other tasks.
    """
    found = read_for(path, report.benchmark, report.dataset_sha256)
    covered = {row.task_id for row in report.rows}
    weak = tuple(
        TaskFinding(task_id=task, kind=WEAK, why=why)
        for task, why in weak_tasks(found).items()
        if task in covered
    )
    notes = (*report.notes, chance(found))
    return report.model_copy(update={"findings": (*report.findings, *weak), "notes": notes})
