"""Plan and judgement of tasks that are graded by cases; the programs run for real."""

import json
import signal
import subprocess
import sys

import pytest

from grader.core.execution import (
    CALL_LIMIT,
    CompletionRecord,
    CompletionWord,
    Execution,
    Isolation,
    StepEnd,
    StepResult,
)
from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.plan import Interview, Program
from grader.core.result import Outcome, Trust, Verdict
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
            steps.append(facts(step.name, ended=StepEnd.SIGNAL, code=-process.returncode))
            break
        said, exception, message = json.loads(process.stdout.splitlines()[-1])
        steps.append(facts(step.name, said=said, exception=exception, message=message))
        if said != "done":
            break
    return Execution(provider="test", isolation=Isolation(tier="none"), steps=tuple(steps))


def facts(
    name, *, said=CompletionWord.NOTHING, exception="", message="", ended=StepEnd.EXIT, **fields
):
    completion = CompletionRecord(said=said, exception=exception, message=message)
    return StepResult(name=name, ended=ended, completion=completion, **fields)


def graded(body, *, whole=True, **changes):
    """Verdict of one shared process."""
    job = Job(task=task(**changes), sample=sample(body, whole=whole), trust="shared")
    return cases.judge(job, executed(cases.plan(job)))


def judged(*steps, **changes):
    return cases.judge(Job(task=task(**changes), sample=sample("")), execution_of(*steps))


def execution_of(*steps):
    return Execution(provider="test", isolation=Isolation(tier="none"), steps=steps)


def asked(name, *, checker, **fields):
    """An interview's facts: `checker` is the trusted side's completion, `fields` the candidate's."""
    trusted = StepResult(name="checker", ended=StepEnd.EXIT, completion=CompletionRecord(**checker))
    return StepResult(name=name, **{"ended": StepEnd.EXIT, **fields}, checker=trusted)


DONE = {"said": CompletionWord.DONE}
WRONG = {
    "said": CompletionWord.RAISED,
    "exception": "AssertionError",
    "message": "case 2: double(2) gave 5, expected 4",
}
NEARLY = {**WRONG, "events": ("agrees by EvalPlus's rule",)}
GONE = {
    "said": CompletionWord.RAISED,
    "exception": "Gone",
    "message": "the candidate's process ended",
}


# ---- whole path, one process ---------------------------------------------------------------------------------


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
        job = Job(task=one, sample=given, trust="shared")
        assert cases.judge(job, executed(cases.plan(job))).verdict == verdict


# ---- plan and judgement -------------------------------------------------------------------------


def test_plan_of_a_defective_sample_has_no_steps():
    job = Job(task=task(), sample=Sample(task_id="T/1", index=0, body="", defect="lone surrogate"))
    assert cases.plan(job).steps == ()
    result = cases.judge(job, executed(cases.plan(job)))
    assert (result.verdict, result.reason) == (Verdict.ERROR, "lone surrogate")
    assert set(result.readings.values()) == {"error"}


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
        asked("base", checker=DONE),
        asked("plus", checker=GONE, ended=StepEnd.TIMEOUT, evidence="cpu limit"),
    )
    assert result.verdict is Verdict.TIMEOUT
    assert (result.readings["base"], result.readings["plus"]) == ("passed", "timeout")


def test_judge_of_a_missing_plus_step_is_ungraded_not_passed():
    result = judged(asked("base", checker=DONE))
    assert result.verdict is Verdict.UNGRADED
    assert (result.readings["base"], result.readings["plus"]) == ("passed", "ungraded")
    assert result.readings["compat-plus"] == "ungraded"


def test_judge_of_a_program_that_left_early_is_an_error():
    assert judged(facts("base")).verdict is Verdict.ERROR


def test_judge_cuts_a_long_reason():
    message = "case 1: " + "x" * 4000
    step = facts("base", said=CompletionWord.RAISED, exception="AssertionError", message=message)
    assert len(judged(step).reason) < 400


# ---- interviews ---------------------------------------------------------------------------------


def interviews(**changes):
    """The actions that are planned for a sample of `task(**changes)`."""
    job = Job(task=task(**changes), sample=sample("def double(n):\n    return n + n"))
    return [step.action for step in cases.plan(job).steps]


def test_plan_asks_the_candidate_from_another_process():
    assert [type(action) for action in interviews()] == [Interview, Interview]


def test_plan_gives_the_candidate_its_own_text_and_nothing_else():
    base, plus = interviews()
    assert base.candidate == plus.candidate == "def double(n):\n    return n + n"
    assert (base.tests, base.prelude, base.names) == ("", "", ())
    assert base.functions == ("double",)


def test_plan_gives_a_completion_its_prompt():
    job = Job(task=task(), sample=sample("    return x + x\n", whole=False))
    assert cases.plan(job).steps[0].action.candidate == f"{PROMPT}    return x + x\n"


def test_plan_gives_the_checker_inputs_reference_and_rule():
    base, plus = (action.cases for action in interviews(rule="root", atol=1e-4))
    assert (unpacked(base.cases), unpacked(plus.cases)) == ([[1], [2]], [[0], [-3]])
    assert base.reference == f"{PROMPT}    return 2 * x\n"
    assert (base.entry_point, base.rule, base.atol) == ("double", "root", 1e-4)


def test_what_is_learned_about_cases_is_kept_apart_by_inputs_reference_and_shapes():
    keys = [
        action.cases.key
        for changes in ({}, {"reference": "    return x + x\n"}, {"shapes": ("float",)})
        for action in interviews(**changes)
    ]
    assert len(set(keys)) == 6
    assert [action.cases.key for action in interviews()] == keys[:2]


def test_a_reference_that_only_computes_leaves_a_checker_fit_for_the_next_interview():
    assert all(action.tidy for action in interviews())
    reaching = "    import os\n    os.environ['x'] = 'y'\n    return 2 * x\n"
    assert not any(action.tidy for action in interviews(reference=reaching))


def test_a_task_with_more_cpu_seconds_gives_each_case_more():
    slow = task().model_copy(update={"limits": Limits(cpu_s=60)})
    plan = cases.plan(Job(task=slow, sample=sample("")))
    assert plan.steps[0].action.call_cpu_s == 2 * interviews()[0].call_cpu_s


@pytest.mark.parametrize(
    ("trust", "kind"), [("auto", Program), ("shared", Program), ("separated", Interview)]
)
def test_answers_too_large_to_cross_are_compared_in_one_process_unless_that_is_refused(trust, kind):
    job = Job(task=task(too_large=True), sample=sample(""), trust=trust)
    assert type(cases.plan(job).steps[0].action) is kind


def test_judge_believes_the_checker_that_all_cases_agree():
    result = judged(asked("base", checker=DONE), asked("plus", checker=DONE))
    assert (result.verdict, result.trust) == (Verdict.PASSED, Trust.SEPARATED)
    assert set(result.readings.values()) == {"passed"}


def test_judge_does_not_believe_a_candidate_that_says_it_is_done():
    claim = CompletionRecord(said=CompletionWord.DONE)
    result = judged(asked("base", checker=WRONG, completion=claim))
    assert result.verdict is Verdict.FAILED
    assert [test.name for test in result.tests] == ["base/2"]


def test_judge_of_an_interview_whose_checker_said_nothing_is_no_pass():
    claim = CompletionRecord(said=CompletionWord.DONE)
    result = judged(asked("base", checker={}, completion=claim))
    assert result.verdict is Verdict.ERROR


def test_judge_of_a_candidate_that_leaves_tells_how_it_left():
    left = judged(asked("base", checker=GONE, code=3))
    assert (left.verdict, left.reason) == (
        Verdict.ERROR,
        "base: left with status 3 before the tests were over",
    )


def test_judge_of_a_case_over_its_cpu_limit_is_a_time_out():
    result = judged(asked("base", checker=GONE, ended=StepEnd.SIGNAL, code=signal.SIGPROF))
    assert (result.verdict, result.reason) == (
        Verdict.TIMEOUT,
        "base: one case used up 4 s of CPU",
    )


def test_judge_of_an_exception_in_the_candidate_is_an_error_that_names_the_case():
    raised = {
        "said": CompletionWord.RAISED,
        "exception": "IndexError",
        "message": "list index out of range [case 1: double(1)]",
    }
    result = judged(asked("base", checker=raised))
    assert (result.verdict, result.reason) == (
        Verdict.ERROR,
        "base: IndexError: list index out of range [case 1: double(1)]",
    )


def test_judge_of_one_shared_step_is_shared():
    result = judged(asked("base", checker=DONE), facts("plus", said=CompletionWord.DONE))
    assert (result.verdict, result.trust) == (Verdict.PASSED, Trust.SHARED)


# ---- EvalPlus's reading -------------------------------------------------------------------------


def test_what_only_the_strict_rule_fails_passes_in_the_compat_readings():
    result = judged(asked("base", checker=NEARLY), asked("plus", checker=DONE))
    assert result.verdict is Verdict.FAILED
    assert result.readings == {
        "base": "failed",
        "plus": "failed",
        "compat-base": "passed",
        "compat-plus": "passed",
    }


def test_what_both_rules_fail_fails_in_all_readings():
    result = judged(asked("base", checker=DONE), asked("plus", checker=WRONG))
    assert result.readings == {
        "base": "passed",
        "plus": "failed",
        "compat-base": "passed",
        "compat-plus": "failed",
    }


def test_compat_plus_is_what_became_of_the_plus_cases_after_a_base_that_only_it_passes():
    crashed = asked("plus", checker=GONE, ended=StepEnd.MEMORY, evidence="oom_kill")
    result = judged(asked("base", checker=NEARLY), crashed)
    assert (result.readings["plus"], result.readings["compat-plus"]) == ("failed", "memory")


def test_compat_plus_follows_base_where_the_task_has_no_plus_cases():
    result = judged(asked("base", checker=NEARLY), plus="")
    assert (result.readings["plus"], result.readings["compat-plus"]) == ("failed", "passed")


def test_a_shared_process_has_no_compat_reading():
    assert set(judged(facts("base", said=CompletionWord.DONE)).readings) == {"base", "plus"}


def following(*steps):
    job = Job(task=task(), sample=sample(""))
    return [step.name for step in cases.more(job, execution_of(*steps))]


def test_plus_cases_run_after_a_base_that_only_the_strict_rule_fails():
    assert following(asked("base", checker=NEARLY)) == ["plus"]
    assert following(asked("base", checker=WRONG)) == []
    assert following() == []


def test_nothing_runs_after_the_plus_cases():
    assert following(asked("base", checker=NEARLY), asked("plus", checker=NEARLY)) == []


@pytest.mark.parametrize("value", [[[1, "a", None]], [[[]], [{"a": 1.5}]]])
def test_unpacked_inverts_packed(value):
    assert unpacked(packed(value)) == value


def test_packed_of_no_inputs_is_empty():
    assert packed([]) == ""
    assert unpacked("") == []


def test_judge_of_a_case_over_the_supervisor_s_clock_is_a_time_out_that_says_the_same():
    step = asked("base", checker=GONE, ended=StepEnd.TIMEOUT, evidence=CALL_LIMIT)
    result = judged(step)
    assert (result.verdict, result.reason) == (
        Verdict.TIMEOUT,
        "base: one case used up 4 s of CPU",
    )
