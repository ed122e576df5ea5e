"""Plan and judgement of tasks that are graded by cases; the programs run for real."""

import json
import subprocess
import sys

import pytest

from grader.core.execution import Completion, Ended, Execution, Isolation, Said, StepResult
from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.result import Outcome, Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.graders import cases
from grader.graders.cases import Spec, packed, unpacked

PROMPT = "def double(x):\n"
RUNNER = """
import json, sys
source = sys.stdin.read()
try:
    exec(compile(source, "solution.py", "exec"), {"__name__": "solution"})
    said = ["done", "", ""]
except BaseException as error:
    said = ["raised", type(error).__name__, str(error)]
print(json.dumps(said))
"""


def task(**changes):
    fields = {
        "prompt": PROMPT,
        "entry_point": "double",
        "reference": "    return 2 * x\n",
        "base": packed([[1], [2]]),
        "plus": packed([[0], [-3]]),
        **changes,
    }
    return Task(id="T/1", benchmark="b", kind="cases", spec=Spec(**fields).model_dump())


def sample(body, *, whole=True):
    return Sample(task_id="T/1", index=0, body=body, whole=whole)


def executed(plan):
    """Run the plan's programs in processes of their own, up to the first that fails."""
    steps = []
    for step in plan.steps:
        process = subprocess.run(
            [sys.executable, "-I", "-c", RUNNER],
            input=step.action.source,
            capture_output=True,
            text=True,
            check=False,
        )
        if process.returncode < 0:
            steps.append(facts(step.name, ended=Ended.SIGNAL, code=-process.returncode))
            break
        said, exception, message = json.loads(process.stdout.splitlines()[-1])
        steps.append(facts(step.name, said=said, exception=exception, message=message))
        if said != "done":
            break
    return Execution(provider="test", isolation=Isolation(tier="none"), steps=tuple(steps))


def facts(name, *, said=Said.NOTHING, exception="", message="", ended=Ended.EXIT, **fields):
    completion = Completion(said=said, exception=exception, message=message)
    return StepResult(name=name, ended=ended, completion=completion, **fields)


def graded(body, *, whole=True, **changes):
    job = Job(task=task(**changes), sample=sample(body, whole=whole))
    return cases.judge(job, executed(cases.plan(job)))


def judged(*steps):
    execution = Execution(provider="test", isolation=Isolation(tier="none"), steps=steps)
    return cases.judge(Job(task=task(), sample=sample("")), execution)


# ---- whole path ---------------------------------------------------------------------------------


def test_a_right_whole_program_passes_both_parts():
    result = graded("def double(n):\n    return n + n")
    assert result.verdict is Verdict.PASSED
    assert result.readings == {"base": "passed", "plus": "passed"}
    assert [test.name for test in result.tests] == ["base", "plus"]


def test_a_completion_continues_the_prompt():
    assert graded("    return x + x", whole=False).verdict is Verdict.PASSED


def test_a_base_failure_fails_both_readings_and_names_the_case():
    result = graded("def double(x):\n    return 2")
    assert result.verdict is Verdict.FAILED
    assert result.readings == {"base": "failed", "plus": "failed"}
    assert result.reason == "base: case 2: double(2) gave 2, expected 4"
    assert [(test.name, test.outcome) for test in result.tests] == [("base/2", Outcome.FAILED)]


def test_a_plus_failure_leaves_the_base_reading_passed():
    result = graded("def double(x):\n    return abs(x) * 2")
    assert result.verdict is Verdict.FAILED
    assert result.readings == {"base": "passed", "plus": "failed"}
    assert [test.name for test in result.tests] == ["base", "plus/2"]


def test_an_exception_of_the_candidate_is_an_error():
    result = graded("def double(x):\n    return [][x]")
    assert result.verdict is Verdict.ERROR
    assert result.reason.startswith("base: IndexError: list index out of range")


def test_an_assertion_of_the_candidate_s_own_is_an_error():
    result = graded("def double(x):\n    assert x < 2, 'too large'\n    return 2 * x")
    assert (result.verdict, result.reason) == (
        Verdict.ERROR,
        "base: AssertionError: too large",
    )


def test_a_task_without_plus_inputs_has_one_step():
    result = graded("def double(x):\n    return abs(x) * 2", plus="")
    assert result.verdict is Verdict.PASSED
    assert result.readings == {"base": "passed", "plus": "passed"}


def test_names_that_the_candidate_takes_do_not_matter_to_the_comparison():
    taken = "zlib base64 json main rules exec compile globals len zip list dict reference cases"
    shadows = "\n".join(f"{name} = None" for name in taken.split())
    assert graded(f"def double(x):\n    return 2 * x\n{shadows}").verdict is Verdict.PASSED


@pytest.mark.parametrize(
    "body",
    [
        "def double(x):\n    return 2 * x\ntext = '''",
        'def double(x):\n    return 2 * x\n"""',
        "def double(x):\n    return 2 * x\ntext = 'open \\",
        "def double(x):\n    return 2 * x\nvalues = [",
        "def double(x):\n    return 2 * x\nif True:",
    ],
)
def test_text_left_open_never_swallows_the_comparison(body):
    assert graded(body).verdict is Verdict.ERROR


def test_an_output_that_claims_to_equal_everything_fails():
    body = "class Any:\n    def __eq__(self, other): return True\ndef double(x):\n    return Any()"
    assert graded(body).verdict is Verdict.FAILED


@pytest.mark.slow
def test_an_endless_case_is_ended_by_its_own_cpu_limit():
    result = graded("def double(x):\n    while True: pass")
    assert result.verdict is Verdict.TIMEOUT
    assert result.reason.startswith("base: one case used up 4 s of CPU")


def test_the_reference_passes_and_the_empty_sample_does_not():
    one = task()
    for given, verdict in ((cases.reference(one), "passed"), (cases.empty(one), "failed")):
        job = Job(task=one, sample=given)
        assert cases.judge(job, executed(cases.plan(job))).verdict == verdict


# ---- plan and judgement -------------------------------------------------------------------------


def test_plan_of_a_defective_sample_has_no_steps():
    job = Job(task=task(), sample=Sample(task_id="T/1", index=0, body="", defect="lone surrogate"))
    assert cases.plan(job).steps == ()
    result = cases.judge(job, executed(cases.plan(job)))
    assert (result.verdict, result.reason) == (Verdict.ERROR, "lone surrogate")
    assert result.readings == {"base": "error", "plus": "error"}


def test_plan_is_the_same_for_the_same_job():
    job = Job(task=task(), sample=sample("x = 1"))
    assert cases.plan(job).digest == cases.plan(job).digest


def test_plan_carries_the_task_s_limits():
    limited = task().model_copy(update={"limits": Limits(cpu_s=77)})
    assert cases.plan(Job(task=limited, sample=sample(""))).limits.cpu_s == 77


def test_judge_without_steps_is_ungraded():
    assert judged().verdict is Verdict.UNGRADED


def test_judge_of_a_time_out_in_plus_keeps_base_passed():
    result = judged(
        facts("base", said=Said.DONE),
        facts("plus", ended=Ended.TIMEOUT, evidence="cpu limit"),
    )
    assert result.verdict is Verdict.TIMEOUT
    assert result.readings == {"base": "passed", "plus": "timeout"}


def test_judge_of_a_missing_plus_step_is_ungraded_not_passed():
    result = judged(facts("base", said=Said.DONE))
    assert result.verdict is Verdict.UNGRADED
    assert result.readings == {"base": "passed", "plus": "ungraded"}


def test_judge_of_a_program_that_left_early_is_an_error():
    assert judged(facts("base")).verdict is Verdict.ERROR


def test_judge_cuts_a_long_reason():
    message = "case 1: " + "x" * 4000
    step = facts("base", said=Said.RAISED, exception="AssertionError", message=message)
    assert len(judged(step).reason) < 400


@pytest.mark.parametrize("value", [[[1, "a", None]], [[[]], [{"a": 1.5}]]])
def test_unpacked_inverts_packed(value):
    assert unpacked(packed(value)) == value


def test_packed_of_no_inputs_is_empty():
    assert packed([]) == ""
    assert unpacked("") == []
