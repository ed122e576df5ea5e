"""Controls and the quarantine list."""

import json

import pytest

from grader.cli.exit_codes import Exit
from grader.cli.validate import lines_of, status_of
from grader.core.task import Task
from grader.errors import UsageError
from grader.run.options import Options
from grader.run.validate import (
    ControlCounts,
    ControlState,
    control,
    meaning,
    validate,
    write_quarantine,
)

pytestmark = pytest.mark.anyio


def counts(reference: dict[str, int], empty: dict[str, int]) -> ControlCounts:
    made = ControlCounts()
    made.reference.update(reference)
    made.empty.update(empty)
    made.reason = "why"
    return made


@pytest.mark.parametrize(
    ("reference", "empty", "state", "reason"),
    [
        ({"passed": 3}, {"failed": 3}, ControlState.SOUND, ""),
        ({"passed": 3}, {"error": 1, "failed": 2}, ControlState.SOUND, ""),
        ({}, {"failed": 3}, ControlState.UNCHECKED, "it has no solution of its own to run"),
        ({}, {"passed": 3}, ControlState.BROKEN, "the empty solution passes"),
        ({"failed": 3}, {"failed": 3}, ControlState.BROKEN, "the reference never passes: why"),
        ({"passed": 3}, {"passed": 3}, ControlState.BROKEN, "the empty solution passes"),
        (
            {"passed": 2, "error": 1},
            {"failed": 3},
            ControlState.FLAKY,
            "the reference missed 1 of 3: why",
        ),
        (
            {"passed": 3},
            {"failed": 2, "passed": 1},
            ControlState.FLAKY,
            "the empty solution passed 1 of 3",
        ),
        ({"passed": 2, "ungraded": 1}, {"failed": 3}, ControlState.UNKNOWN, "why"),
        ({"passed": 3}, {"failed": 2, "ungraded": 1}, ControlState.UNKNOWN, "why"),
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


def written(folder, name, *, prompt, solution, tests):
    for place in ("tests", "solution"):
        (folder / name / place).mkdir(parents=True)
    (folder / name / "task.toml").write_text(
        f'[task]\nid = "{name}"\nkind = "function"\nentry_point = "f"\n'
    )
    (folder / name / "prompt.py").write_text(prompt)
    (folder / name / "instruction.md").write_text("It.\n")
    (folder / name / "solution" / "solution.py").write_text(prompt + solution)
    (folder / name / "tests" / "test.py").write_text(tests)


async def test_validate_tells_what_needs_one_process_from_what_is_broken(tmp_path):
    prompt = 'import os\n\n\ndef f():\n    """The mode."""\n'
    tests = "import os\nos.environ['MODE'] = 'dark'\nassert f() == 'dark'\n"
    for name, solution in {
        "needs": "    return os.environ['MODE']\n",
        "broken": "    return 1\n",
    }.items():
        written(tmp_path, name, prompt=prompt, solution=solution, tests=tests)
    wanted = Options(benchmark="folder", samples="", data=tmp_path, allow_weak=True)
    made = await validate(wanted, repetitions=1)
    found = {each.task_id: (each.state, each.needs_one_process) for each in made.controls}
    assert found == {"needs": (ControlState.SOUND, True), "broken": (ControlState.BROKEN, False)}
    assert made.need_one_process == 1
    assert "need one process for tests and solution  1" in "\n".join(lines_of(made))


async def test_validate_checks_nothing_where_there_is_no_solution(options, bench):
    for number in range(3):
        path = bench / f"add-{number}" / "prompt.py"
        path.write_text(path.read_text() + "    # null: failed\n")
        (bench / f"add-{number}" / "solution" / "solution.py").unlink()
    made = await validate(options(""), repetitions=1)
    assert made.counts == {"not checked": 3}
    assert made.references_passed == 0
    assert status_of(made) is Exit.BELOW
