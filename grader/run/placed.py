"""Add to a report which machines graded its run, and which samples did not end alike on two."""

from pathlib import Path

from grader.core.placement import UnlikeRuns
from grader.core.report import Report, TaskFinding
from grader.record import placement


def placed(made: Report, run: Path) -> Report:
    """The report with what is known of the run's machines; the report itself where one did all."""
    found = placement.read(run)
    if found is None:
        return made
    flaky = tuple(finding(each) for each in found.unlike)
    return made.model_copy(update={"placement": found, "findings": (*made.findings, *flaky)})


def finding(each: UnlikeRuns) -> TaskFinding:
    """A sample that ended in two ways."""
    why = (
        f"sample {each.index} ran twice: '{each.kept}' on {each.kept_from}, which counts, and"
        f" '{each.other}' on {each.other_from}"
    )
    return TaskFinding(task_id=each.task_id, kind="flaky", why=why)
