import json
import os

import pytest

from grader.benchmarks.aider_polyglot import AiderPolyglot
from grader.core.job import Job
from grader.core.result import Trust, Verdict
from grader.core.sample import Sample
from grader.engine.grading import open_grading
from grader.engine.options import EngineOptions
from grader.engine.service.owner import OwnerThread
from grader.graders import exercise as grading_exercises
from tests.graders.exercises import ALL, FORGED, PYTHON, needed_for, written

BY_TRACK = {each.track: each for each in ALL}
TRACKS = list(BY_TRACK)


@pytest.fixture(scope="module")
def owner():
    options = EngineOptions(retries=1)
    opened = OwnerThread(lambda: open_grading(options, f"exercises-{os.getpid()}"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def tasks(tmp_path_factory):
    root = tmp_path_factory.mktemp("polyglot")
    for each in ALL:
        written(root, each)
    return {task.id: task for task in AiderPolyglot().tasks(root)}


@pytest.fixture
def graded(owner, tasks):
    def grade(track, body, **choices):
        needed_for(track)
        task = tasks[f"{track}/doubler"]
        job = Job(task=task, sample=Sample(task_id=task.id, index=0, body=body), **choices)
        return owner.result(owner.submit(owner.opened.attempt, job))

    return grade


@pytest.mark.parametrize("track", TRACKS)
def test_exercise_passes_with_its_own_solution(graded, track):
    found = graded(track, BY_TRACK[track].right)

    assert (found.verdict, found.reason) == (Verdict.PASSED, "")


@pytest.mark.parametrize("track", TRACKS)
def test_exercise_tries_every_test_by_a_twin(graded, track):
    found = graded(track, BY_TRACK[track].right)

    proof = next(each for each in found.evidence if "twin" in each)
    tried, _, of, *_ = proof.split()
    parts = 1 if track == "go" else 0  # a test of subtests has theirs
    assert int(tried) == int(of) - parts


@pytest.mark.parametrize("track", TRACKS)
def test_exercise_fails_a_solution_that_is_wrong_in_part(graded, track):
    found = graded(track, BY_TRACK[track].wrong)

    assert found.verdict is Verdict.FAILED


@pytest.mark.parametrize("track", TRACKS)
def test_exercise_fails_what_a_solver_finds(graded, track):
    found = graded(track, "{}")

    assert found.verdict in {Verdict.FAILED, Verdict.ERROR}


@pytest.mark.parametrize(("exercise", "way"), FORGED, ids=lambda each: getattr(each, "track", each))
@pytest.mark.share(3)
def test_exercise_passes_no_forgery(graded, exercise, way):
    found = graded(exercise.track, json.dumps(exercise.forged[way]))

    assert found.verdict in {Verdict.FAILED, Verdict.ERROR, Verdict.TAMPERED}


def test_forgeries_pass_where_the_tests_run_as_they_are(graded):
    found = graded("python", json.dumps(PYTHON.forged["reports and leaves"]), reading="parity")

    assert (found.verdict, found.trust) == (Verdict.PASSED, Trust.SHARED)


def test_forgery_that_passes_all_twins_is_called_one(graded):
    found = graded("python", json.dumps(PYTHON.forged["equals all"]))

    assert found.verdict is Verdict.TAMPERED
    assert found.reason.startswith("passes tests that want something wrong: ")


def test_files_that_decide_are_put_back_and_said(graded):
    forged = PYTHON.forged["own tests"] | {"doubler.py": PYTHON.right}

    found = graded("python", json.dumps(forged))

    assert found.verdict is Verdict.PASSED
    assert "put back or left out: conftest.py, doubler_test.py, sitecustomize.py" in found.evidence


@pytest.mark.parametrize("path", ["/etc/x.py", "../x.py", "a/../../x.py", "", "x\n.py", "a" * 300])
def test_files_elsewhere_are_left_out(graded, path):
    found = graded("python", json.dumps({"doubler.py": PYTHON.right, path: "raise SystemExit"}))

    assert found.verdict is Verdict.PASSED


def test_exercise_without_a_solution_that_passes_stays_ungraded(owner, tasks):
    task = tasks["python/doubler"]
    broken = task.model_copy(
        update={
            "id": "python/broken",
            "spec": {**task.spec, "reference": {"doubler.py": "x = 1\n"}},
        }
    )
    sample = Sample(task_id=broken.id, index=0, body=PYTHON.right)

    found = owner.result(owner.submit(owner.opened.attempt, Job(task=broken, sample=sample)))

    assert found.verdict is Verdict.UNGRADED
    assert "own solution does not pass here" in found.reason


def test_fenced_answers_name_their_files():
    body = (
        "I changed both.\n\nclock.h\n```cpp\nint f();\n```\n\n"
        "and `clock.cpp`:\n```cpp\nint f() { return 1; }\n```\n"
    )

    found = grading_exercises.files_in(body, ("clock.cpp", "clock.h"))

    assert found == {"clock.h": "int f();\n", "clock.cpp": "int f() { return 1; }\n"}
