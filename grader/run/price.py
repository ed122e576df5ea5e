"""What the strict reading of repositories costs, said before a run, and what surveys took."""

from collections.abc import Mapping

from grader.core.task import Task
from grader.engine.grading import REPOSITORY
from grader.engine.learning.survey import TaskSurveys
from grader.run.options import Options

FORETOLD = (
    "strict: a patch whose official log names the failure is not run again (1 run, as with"
    " --reading parity); any other one takes 1 more run of its tests: about {times} times the"
    " time of parity. Once per task its own solution is run:"
    " once for failures, some 6 times where a patch passes{kept}"
)
MEASURED_TIMES = 1.7
"""`scripts/bench strict` on own solutions and predictions of Django, pytest, Flask: 1.6 to 2.1."""

WORTH_TELLING_S = 1.0
"""A function's own solution takes some milliseconds."""


def foretold(options: Options, tasks: Mapping[str, Task]) -> str:
    """The price in words; '' where nothing has two readings."""
    has_two = any(task.kind == REPOSITORY for task in tasks.values())
    if options.reading != "strict" or not has_two:
        return ""
    kept = "" if options.surveys == "new" else " (kept for later runs)"
    return FORETOLD.format(times=f"{MEASURED_TIMES:g}", kept=kept)


def surveyed(surveys: TaskSurveys | None) -> str:
    """What surveys took; '' where that is nothing to speak of."""
    if surveys is None or surveys.spent_s < WORTH_TELLING_S:
        return ""
    noun = "run" if surveys.made == 1 else "runs"
    return f"surveys: {surveys.made} {noun} of tasks' own solutions took {surveys.spent_s:,.1f} s"
