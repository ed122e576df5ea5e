"""Tests that want one process, or watch one: verdict and trust of right and wrong samples."""

from itertools import count

import anyio
import pytest
from derived_cases import COMPUTED, DERIVED
from idiom_cases import IDIOMS
from object_cases import NOT_A_NUMBER, OBJECTS
from one_process_cases import SHARED, WATCHING, Case

from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.result import Result, Trust, Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.engine.grading import as_asked, open_grading
from grader.run.options import Options

pytestmark = pytest.mark.timeout(300)
"""The first test of the module waits for all cases, and another test runs beside it."""
WORKERS = 4
CASES = {**SHARED, **NOT_A_NUMBER, **WATCHING, **OBJECTS, **DERIVED, **COMPUTED, **IDIOMS}
APART = {*WATCHING, *OBJECTS, *DERIVED}
"""Tasks whose own solution passes apart from its tests."""
PLAIN = Case(
    "def f(x):\n", "    return x\n", "def check(candidate):\n    assert candidate(1) == 1\n"
)


def task_of(name: str, case: Case, **spec: object) -> Task:
    entry_point = case.prompt.rpartition("def ")[2].partition("(")[0]
    made = {
        "prompt": case.prompt, "tests": f"{case.tests}\ncheck({entry_point})\n",
        "entry_point": entry_point, "reference": case.body, **spec,
    }  # fmt: skip
    limits = Limits(cpu_s=10, wall_s=30)
    return Task(id=name, benchmark="own", kind="function", spec=made, limits=limits)


def jobs(task: Task, *bodies: str) -> list[Job]:
    samples = (
        Sample(task_id=task.id, index=number, body=body, whole=not body.startswith(" "))
        for number, body in enumerate(bodies)
    )
    return [Job(task=task, sample=sample) for sample in samples]


def graded(given: list[Job], **choices: object) -> tuple[list[Result], int]:
    """The results in the order of the jobs, and how many surveys were made for them."""

    async def main() -> tuple[list[Result], int]:
        options = Options.model_validate(
            {"benchmark": "own", "samples": "-", "workers": WORKERS, **choices}
        )
        found: dict[int, Result] = {}
        waiting = zip(count(), given, strict=False)

        async def work() -> None:
            for number, job in waiting:
                found[number] = await engine.attempt(as_asked(job, options))

        async with open_grading(options, "own") as engine, anyio.create_task_group() as group:
            for _ in range(WORKERS):
                group.start_soon(work)
        assert engine.surveys is not None
        return [found[number] for number in range(len(given))], engine.surveys.made

    return anyio.run(main)


@pytest.fixture(scope="module")
def outcomes() -> dict[str, list[Result]]:
    """All cases in one engine: own solution, right bodies, wrong bodies."""
    made = {
        name: jobs(task_of(name, case), case.body, *case.right, *case.wrong)
        for name, case in CASES.items()
    }
    results, _ = graded([job for each in made.values() for job in each])
    left = iter(results)
    return {name: [next(left) for _ in each] for name, each in made.items()}


@pytest.mark.parametrize("name", CASES)
def test_right_samples_pass(name, outcomes):
    found = outcomes[name][: 1 + len(CASES[name].right)]
    assert [(each.verdict, each.reason) for each in found] == [(Verdict.PASSED, "")] * len(found)


@pytest.mark.parametrize("name", CASES)
def test_wrong_samples_do_not(name, outcomes):
    found = outcomes[name][1 + len(CASES[name].right) :]
    assert found
    assert {each.verdict for each in found} <= {Verdict.FAILED, Verdict.ERROR}


@pytest.mark.parametrize("name", [name for name in CASES if name not in IDIOMS])
def test_pass_says_what_it_rests_on(name, outcomes):
    found = [each.trust for each in outcomes[name] if each.verdict is Verdict.PASSED]
    assert set(found) == {Trust.SEPARATED if name in APART else Trust.SHARED}


def test_one_survey_serves_all_workers():
    case = SHARED["environment"]
    given = jobs(task_of("t", case), *(f"    return {n}\n" for n in range(12)), case.body)
    results, surveys = graded(given)
    assert surveys == 1
    assert [each.verdict for each in results] == [Verdict.FAILED] * 12 + [Verdict.PASSED]


def test_plain_tests_ask_nobody():
    results, surveys = graded(jobs(task_of("t", PLAIN), "    return 2\n", "    return x\n"))
    assert surveys == 0
    assert [each.verdict for each in results] == [Verdict.FAILED, Verdict.PASSED]


def test_separated_alone_leaves_every_sample_ungraded():
    case = SHARED["environment"]
    given = jobs(task_of("t", case), case.body, *case.wrong)
    results, _ = graded(given, trust="separated")
    reason = "the task needs one process for tests and candidate"
    assert {(each.verdict, each.reason) for each in results} == {(Verdict.UNGRADED, reason)}


def test_task_that_its_own_solution_fails_stays_with_the_interview():
    case = SHARED["environment"]._replace(body="    return 'wrong'\n")
    given = jobs(task_of("t", case), "    return os.environ.get('MODE', 'none')\n")
    (result,), _ = graded(given)
    assert (result.verdict, result.trust) == (Verdict.FAILED, Trust.SEPARATED)


def test_task_without_a_solution_stays_with_the_interview():
    case = SHARED["environment"]._replace(prompt='import os\n\ndef mode():\n    """It."""\n')
    given = jobs(task_of("t", case, reference=""), case.body)
    (result,), surveys = graded(given)
    assert (result.verdict, result.trust, surveys) == (Verdict.FAILED, Trust.SEPARATED, 0)


def test_forgery_gains_nothing_where_the_solution_passes_apart():
    case = WATCHING["prints-nothing"]
    forged = "    import os\n    os._exit(0)\n", "    raise SystemExit\n"
    results, _ = graded(jobs(task_of("t", case), *forged))
    assert {(each.verdict, each.trust) for each in results} == {(Verdict.ERROR, Trust.SEPARATED)}
