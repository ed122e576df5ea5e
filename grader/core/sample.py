"""One model output for one task."""

from grader.core.record import Record

GOLD = "gold"
"""In place of a file of samples: the tasks' own solutions."""

AS_GIVEN = "none"
"""The `extraction` of a sample that no code may be taken out of, though there are fences in it."""

NO_TEXT = "null in place of a text: the model gave no answer"
"""The defect of a sample that is empty; every other defect is an error."""


class SampleSource(Record):
    """Where a sample came from."""

    file: str = ""
    line: int = 0
    """1-based line in `file`; 0 where lines mean nothing."""
    model: str = ""
    shape: str = ""
    """How the file is written, where not in grader's own way (`an Inspect log`, …)."""


class Sample(Record):
    """One model output; `index` counts the samples of one task from 0 in reading order."""

    task_id: str
    index: int
    body: str
    """What is graded: a completion, a whole program or a patch, as the task's kind expects."""
    whole: bool = False
    """True where `body` is a whole program (EvalPlus `solution`) and not a continuation."""
    language: str = ""
    """What its row says that it is written in (`cpp`, `java`); empty: nothing."""
    extraction: str = ""
    """How `body` was taken out of the model's answer (`fence`, …); empty: as it was given."""
    defect: str = ""
    """Why the body cannot be run at all (a lone surrogate, say); empty when it can."""
    source: SampleSource = SampleSource()
