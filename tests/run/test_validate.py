"""Controls and the quarantine list."""

import json

import pytest

from grader.core.task import Task
from grader.errors import UsageError
from grader.run.validate import Counts, State, control, meaning, validate, write_quarantine

pytestmark = pytest.mark.anyio


def counts(reference: dict[str, int], empty: dict[str, int]) -> Counts:
    made = Counts()
    made.reference.update(reference)
    made.empty.update(empty)
    made.reason = "why"
    return made


@pytest.mark.parametrize(
    ("reference", "empty", "state", "reason"),
    [
        ({"passed": 3}, {"failed": 3}, State.SOUND, ""),
        ({"passed": 3}, {"error": 1, "failed": 2}, State.SOUND, ""),
        ({}, {"failed": 3}, State.SOUND, ""),
        ({"failed": 3}, {"failed": 3}, State.BROKEN, "the reference never passes: why"),
        ({"passed": 3}, {"passed": 3}, State.BROKEN, "the empty solution passes"),
        ({"passed": 2, "error": 1}, {"failed": 3}, State.FLAKY, "the reference missed 1 of 3: why"),
        (
            {"passed": 3},
            {"failed": 2, "passed": 1},
            State.FLAKY,
            "the empty solution passed 1 of 3",
        ),
        ({"passed": 2, "ungraded": 1}, {"failed": 3}, State.UNKNOWN, "why"),
        ({"passed": 3}, {"failed": 2, "ungraded": 1}, State.UNKNOWN, "why"),
    ],
)
def test_meaning_of_controls(reference, empty, state, reason):
    assert meaning(counts(reference, empty), 3) == (state, reason)


def test_control_names_a_known_break():
    task = Task(id="t", benchmark="b", kind="function", spec={}, known_broken="no tests")
    assert control(task, counts({}, {"failed": 1}), 1).known_broken == "no tests"


async def test_validate_runs_every_control_as_often_as_asked(options, bench):
    for number in range(3):  # the null sandbox must see the empty solution fail
        path = bench / f"add-{number}" / "prompt.py"
        path.write_text(path.read_text() + "    # null: failed\n")
    made = await validate(options("", tasks=("add/0", "add/1")), repetitions=2)
    assert [each.task_id for each in made.controls] == ["add/0", "add/1"]
    assert made.controls[0].reference == {"passed": 2}
    assert made.controls[0].empty == {"failed": 2}
    assert made.counts == {"sound": 2}
    assert made.references_passed == 2


async def test_validate_finds_a_reference_that_fails(options, bench):
    solution = bench / "add-1" / "solution" / "solution.py"
    solution.write_text("# null: failed\n" + solution.read_text())
    made = await validate(options("", tasks=("add/1",)), repetitions=2)
    assert [each.state for each in made.controls] == ["broken"]


async def test_quarantine_is_bound_to_the_data(options, tmp_path):
    made = await validate(options(""), repetitions=1)
    write_quarantine(tmp_path / "quarantine.json", made)
    stored = json.loads((tmp_path / "quarantine.json").read_text())
    assert stored["dataset_sha256"] == made.dataset.sha256
    assert stored["broken"] == {f"add/{n}": "the empty solution passes" for n in range(3)}


async def test_validate_refuses_no_repetitions(options):
    with pytest.raises(UsageError, match="say nothing"):
        await validate(options(""), repetitions=0)
