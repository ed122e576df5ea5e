"""What the tests' process told where assertions were moved out: a wrong value is a failure."""

from grader.strict.copies import marked
from grader.strict.facts import EngineEcho, RecordedRun
from grader.strict.proof import answers, told_in
from grader.strict.source import function_of

PLAIN = "real"
"""A run in which the tests stand as the task has them."""


def unanswered(run: RecordedRun, echo: EngineEcho) -> tuple[str, ...]:
    """Functions of which a hole was told anything but what is wanted, or nothing."""
    return tuple(
        dict.fromkeys(
            hole.function
            for hole in echo.holes
            if hole.function not in run.flipped
            and not answers(
                hole, [each.value for each in told_in(run, hole.function).get(hole.number, [])]
            )
        )
    )


def judged(run: RecordedRun, echo: EngineEcho) -> RecordedRun:
    """The run in which tests fail whose holes were not answered rightly."""
    wrong = () if run.name == PLAIN else unanswered(run, echo)
    if not wrong:
        return run
    records: list[dict[str, object]] = []
    for record in run.records:
        is_pass = record.get("kind") == "phase" and record.get("outcome") == "passed"
        if is_pass and own_function(run, str(record.get("id", ""))) in wrong:
            text = "the value that it looks at is not the one that is wanted"
            records.append({**record, "outcome": "failed", "text": text, "raised": ""})
        else:
            records.append(record)
    return run.model_copy(update={"records": tuple(records)})


def own_function(run: RecordedRun, test: str) -> str:
    """The function that a test is the task's own copy of; '' for other copies."""
    if not run.drawn:
        return function_of(test).rsplit(".", 1)[-1]
    found = marked(run.drawn).search(test)
    is_own = found and run.drawn[found["name"]] == int(found["number"])
    return found["name"] if found and is_own else ""
