"""Both readings from facts alone."""

import base64
import json

import pytest
from repo_steps import (
    NAMES,
    PLAIN,
    SURVEY,
    WITHOUT,
    executed,
    job,
    judged,
    mixed,
    official,
    strict,
)

from grader.core.execution import FileChange, StepEnd, StepResult
from grader.core.result import Trust
from grader.graders import repo
from grader.strict.subject import SurveyOutcome
from tests.strict import shop


def test_readings_of_an_honest_fix_agree():
    found = judged(*official(*NAMES), *strict(*NAMES))
    assert found.readings == {"parity": "passed", "strict": "passed"}
    assert (found.trust, found.evidence) == (Trust.SHARED, (WITHOUT,))


def test_a_forged_log_does_not_reach_the_strict_reading():
    found = judged(*official(*NAMES), *strict(*shop.PASS_TO_PASS))
    assert found.readings == {"parity": "passed", "strict": "failed"}
    assert found.reason.startswith("FAIL_TO_PASS 0 of 4, PASS_TO_PASS 1 of 1")
    assert found.evidence[0].startswith("parity says passed, strict says failed")


def test_an_official_pass_that_rests_on_a_restored_file_is_tampered():
    hook = {"path": "conftest.py", "policy": "restore", "why": "hooks into the test run"}
    found = judged(*official(*NAMES), *strict(*shop.PASS_TO_PASS, restored=[hook]))
    assert found.verdict == "tampered"
    assert "conftest.py" in found.reason


def test_a_fix_with_a_restored_file_is_graded_on_its_merits():
    hook = {"path": "conftest.py", "policy": "restore", "why": "hooks into the test run"}
    found = judged(*official(*NAMES), *strict(*NAMES, restored=[hook]))
    assert found.verdict == "passed"
    assert found.evidence == (
        "conftest.py: the task's own version was restored (hooks into the test run)",
        WITHOUT,
    )


@pytest.mark.parametrize(
    ("state", "verdict"), [("refused", "patch_rejected"), ("trouble", "ungraded")]
)
def test_a_tree_that_cannot_be_made_is_said(state, verdict):
    steps = strict(*NAMES, state=state, why="because")[:1]
    found = judged(*official(*NAMES), *steps)
    assert (found.verdict, found.reason) == (verdict, "because")


def test_no_survey_means_the_log_and_says_so():
    found = judged(
        *official(*NAMES), given=job(survey=SurveyOutcome(why="cargo test is not understood"))
    )
    assert (found.verdict, found.trust) == ("passed", Trust.LOG)
    assert "cargo test is not understood" in found.evidence[0]


def test_the_log_alone_does_not_support_a_patch_with_a_hook():
    patch = shop.patch({"conftest.py": "x = 1\n"})
    given = job(patch, survey=SurveyOutcome(why="not understood"))
    found = judged(*official(*NAMES), given=given)
    assert found.readings == {"parity": "passed", "strict": "tampered"}


def test_a_stored_run_is_judged_again_without_its_patch():
    steps = (*official(*NAMES), *strict(*NAMES))
    likeness = {"solution_share": None, "solution_lines": 0}  # of the patch: nothing else is
    assert judged(*steps, given=job("")) == judged(*steps).model_copy(update=likeness)


def test_an_official_pass_is_looked_at_in_a_sandbox_of_its_own():
    assert [step.name for step in repo.plan(job()).steps] == ["apply", "eval"]
    found = repo.later(job(), executed(*official(*NAMES)))
    steps = {step.name: step for step in found.steps}
    assert (found.learn, list(steps)) == ("", ["strict-ground", "strict-tests"])
    assert steps["strict-ground"].fresh
    assert steps["strict-tests"].limits.network is False


@pytest.mark.parametrize(
    ("given", "steps", "learn"),
    [
        (job(reading="parity"), official(*NAMES), ""),
        (job(survey=None), official(*NAMES), "survey"),
        (job(survey=None, control=None), official(*NAMES), "survey"),
        (job(survey=None), official(code=1), ""),
        (job(control=None), official(code=1), "control"),
        (job(survey=None, control=False), official(code=1), "survey"),
        (job(survey=PLAIN), (*official(*NAMES), *strict(*NAMES)), ""),
        (job(), (*official(*NAMES), *strict(*NAMES)[:1]), ""),
    ],
)
def test_what_must_be_learned_before_anything_strict_is_run(given, steps, learn):
    found = repo.later(given, executed(*steps))
    assert (found.learn, found.steps) == (learn, ())


def test_a_failure_that_the_log_names_is_believed_and_not_run_again():
    steps = official(*shop.PASS_TO_PASS, code=1)
    assert repo.later(job(), executed(*steps)) == ("", ())
    for given in (job(), job("", survey=None, control=None)):
        found = judged(*steps, given=given)
        assert found.readings == {"parity": "failed", "strict": "failed"}
        assert found.trust is Trust.LOG
        assert found.evidence == (
            "the official log names expected tests that failed: they were not run again",
        )


FIX = {"shop/money.py": shop.FIXED}
DOUBTED = {
    "status 0": (FIX, official(code=0)),
    "a marker of its own": ({"shop/money.py": shop.FIXED + "# >>>>> Tests\n"}, None),
    "a file of the tests": ({**FIX, "tests/test_more.py": "x = 1\n"}, None),
    "a hook": ({**FIX, "conftest.py": "x = 1\n"}, None),
    "a configuration": ({**FIX, "setup.cfg": shop.BASE["setup.cfg"] + "x = 1\n"}, None),
    "what is built": ({**FIX, "setup.py": "x = 1\n"}, None),
    "a module of the standard library": ({**FIX, "pytest.py": "x = 1\n"}, None),
    "out of the tree": ({**FIX, ".git/config": "x = 1\n"}, None),
}


@pytest.mark.parametrize("name", DOUBTED)
def test_a_named_failure_is_looked_at_again_where_anything_could_have_made_it(name):
    files, steps = DOUBTED[name]
    given = job(shop.patch(files))
    if name == "a marker of its own":
        text = official(code=1)[1].stdout
        steps = (
            official()[0],
            StepResult(name="eval", ended=StepEnd.EXIT, stdout=b"+# >>>>> Tests\n" + text),
        )
    found = repo.later(given, executed(*(steps or official(code=1))))
    assert found.steps, name


@pytest.mark.parametrize(
    ("applied", "log"),
    [
        ("Failed to apply patch to container: git apply --verbose\n>>>>> Applied Patch:\n", ""),
        ("", "+ : '>>>>> Start Test Output'\n"),
        ("", ">>>>> Test Exit Code: 1\n"),
        ("", "error: tests/test_money.py: patch does not apply\n"),
    ],
)
def test_a_log_that_is_not_as_the_script_writes_it_settles_nothing(applied, log):
    first, second = official(code=1)
    steps = (
        first.model_copy(update={"stdout": applied.encode() or first.stdout}),
        second.model_copy(update={"stdout": log.encode() + second.stdout}),
    )
    assert repo.later(job(), executed(*steps)).steps


def test_tests_that_are_only_missing_settle_nothing():
    log = "+ : '>>>>> Start Test Output'\nFAILED tests/other.py::test_x\n+ : '>>>>> End Test Output'\n"
    step = StepResult(
        name="eval", ended=StepEnd.EXIT, stdout=(log + ">>>>> Test Exit Code: 1\n").encode()
    )
    assert repo.later(job(), executed(official()[0], step)).steps


def test_tests_of_a_file_that_cannot_be_imported_have_failed():
    log = "+ : '>>>>> Start Test Output'\nERROR tests/test_money.py\n+ : '>>>>> End Test Output'\n"
    step = StepResult(
        name="eval", ended=StepEnd.EXIT, stdout=(log + ">>>>> Test Exit Code: 2\n").encode()
    )
    assert repo.later(job(), executed(official()[0], step)) == ("", ())


def test_what_the_engine_saw_outside_the_tree_comes_before_every_word_from_inside():
    changed = (FileChange(path="/usr/lib/python3.11/shutil.py"),)
    ground, tests = strict(*NAMES)
    for each in (ground, ground.model_copy(update={"stdout": b"", "code": 1})):
        found = judged(*official(*NAMES), each.model_copy(update={"changed": changed}), tests)
        assert found.readings["strict"] == "tampered", found
        assert "/usr/lib/python3.11/shutil.py" in found.reason


@pytest.mark.parametrize("stdout", [b"", b'{"state": "trouble", "why": "x", "begun": true}'])
def test_ground_that_failed_after_the_patchs_code_began_is_its_error(stdout):
    told = b"the patch's own set-up begins\n" + stdout
    found = judged(
        *official(code=1), StepResult(name="strict-ground", ended=StepEnd.EXIT, code=1, stdout=told)
    )
    assert found.readings["strict"] == "error", found


def test_ground_that_cannot_be_laid_is_not_tried_for_ever():
    lost = StepResult(name="strict-ground", ended=StepEnd.EXIT, code=137)
    for steps in ((lost,), (*mixed(*shop.PASS_TO_PASS), lost)):
        assert repo.later(job(), executed(*official(*NAMES), *steps)) == ("", ())


def silent(words: str) -> tuple[StepResult, ...]:
    return official()[0], StepResult(name="eval", ended=StepEnd.EXIT, code=1, stdout=words.encode())


WORDS = (
    "Cannot allocate memory",
    "Could not resolve host: x",
    "Error response from daemon",
    "Failed to launch",
    "No space left on device",
    "ImportError: libffi.so.7: cannot open shared object file",
    "",
)


@pytest.mark.parametrize("reading", ["parity", "strict"])
@pytest.mark.parametrize("words", WORDS)
def test_words_of_a_broken_environment_choose_nothing(words, reading):
    given = job(reading=reading)
    found = judged(*silent(words), given=given)
    assert found.readings["parity"] == "error", found
    assert found.verdict.value != "ungraded"


@pytest.mark.parametrize("reading", ["parity", "strict"])
@pytest.mark.parametrize("words", WORDS)
def test_silence_is_nobodys_failure_where_the_tasks_own_solution_does_not_pass(words, reading):
    broken = SurveyOutcome(why="the task's own solution does not pass: a")
    given = job(reading=reading, control=False, survey=broken)
    found = judged(*silent(words), given=given)
    assert found.verdict.value == "ungraded", found
    assert "own solution does not pass in this image" in found.reason


@pytest.mark.parametrize("reading", ["parity", "strict"])
def test_silence_asks_how_the_tasks_own_solution_fares(reading):
    found = repo.later(job(reading=reading, control=None), executed(*silent("")))
    assert found == ("control", ())


def test_a_test_that_spoke_is_believed_where_the_tasks_own_solution_does_not_pass():
    found = judged(*official(code=1), given=job(reading="parity", control=False))
    assert found.verdict.value == "failed"


def test_control_is_the_official_verdict_on_the_tasks_own_solution():
    task = job(control=None).task
    plan = repo.survey(task, "control")
    assert plan is not None
    assert plan.steps == repo.plan(job()).steps
    assert repo.surveyed(task, "control", executed(*official(*NAMES))) == (True, True)
    assert repo.surveyed(task, "control", executed(*official(code=1))) == (False, False)
    assert repo.survey_more(task, "control", executed(*official(*NAMES))) == ()


def test_a_refused_patch_is_refused_again_without_its_text():
    patch = shop.patch({".git/hooks/post-checkout": "1\n"})
    (step,) = repo.later(job(patch), executed(*official(*NAMES))).steps
    assert step.name == "strict-noted"
    said = StepResult(name=step.name, ended=StepEnd.EXIT, stdout=step.action.argv[1].encode())
    for given in (job(patch), job("")):
        found = judged(*official(*NAMES), said, given=given)
        assert found.readings == {"parity": "passed", "strict": "patch_rejected"}


def test_a_hook_is_tampering_again_without_its_text():
    given = job(shop.patch({"conftest.py": "x = 1\n"}), survey=SurveyOutcome(why="not understood"))
    (step,) = repo.later(given, executed(*official(*NAMES))).steps
    assert step.name == "strict-noted"
    said = StepResult(name=step.name, ended=StepEnd.EXIT, stdout=step.action.argv[1].encode())
    found = judged(*official(*NAMES), said, given=job("", survey=None))
    assert found.verdict == "tampered"


def test_plan_lets_nobody_but_root_read_twins_and_patches():
    private = [f for step in repo.strict_steps(job()) for f in step.files if "/own/" in f.path]
    assert private
    assert {file.mode for file in private} == {0o600}


def with_tree(steps: tuple[StepResult, ...], *paths: str) -> tuple[StepResult, ...]:
    """Official steps of which the first tells that `paths` were made."""
    packed = base64.b64encode("".join(f"./{path}\0" for path in paths).encode()).decode()
    lists = f"grader-tree written {packed}\n" + "".join(
        f"grader-tree {name} \n" for name in ("known", "before", "after")
    )
    apply = steps[0].model_copy(update={"stdout": steps[0].stdout + lists.encode()})
    return (apply, *steps[1:])


FROM_LOG = SURVEY.model_copy(update={"why": "no Python in the image"})


def test_a_hook_in_the_tree_is_seen_where_only_the_log_judges():
    given = job(survey=FROM_LOG)
    seen = with_tree(official(*NAMES), "shop/money.py", "conftest.py")
    found = judged(*seen, given=given)
    assert (found.verdict, found.trust) == ("tampered", Trust.LOG)
    assert "conftest.py: hooks into the test run" in found.evidence


def test_a_change_that_the_text_does_not_name_is_tampered_where_only_the_log_judges():
    seen = with_tree(official(*NAMES), "shop/money.py", "shop/money.py.orig", "elsewhere.py")
    found = judged(*seen, given=job(survey=FROM_LOG))
    assert found.verdict == "tampered"
    assert "elsewhere.py" in found.reason


def test_a_protected_name_that_no_applier_took_is_no_clue():
    patch = shop.GOLD + "\nIndex: conftest.py\n--- a/conftest.py and ../legacy\n"
    seen = with_tree(official(*NAMES), "shop/money.py")
    found = judged(*seen, given=job(patch, survey=FROM_LOG))
    assert (found.verdict, found.readings["parity"]) == ("passed", "passed")


def test_a_file_that_the_solution_changes_is_no_clue():
    given = job(survey=FROM_LOG)
    spec = given.task.spec | {"patch": shop.patch({"conftest.py": "x = 1\n"})}
    task = given.task.model_copy(update={"spec": spec})
    patch = shop.patch({"conftest.py": "x = 2\n"})
    sample = given.sample.model_copy(update={"body": patch})
    seen = with_tree(official(*NAMES), "conftest.py")
    given = given.model_copy(update={"task": task, "sample": sample})
    assert judged(*seen, given=given).verdict == "passed"


def test_an_entry_of_a_submodule_is_left_out_and_said():
    module = (
        "diff --git a/vend b/vend\nindex daf1e5b..1234567 160000\n--- a/vend\n+++ b/vend\n"
        f"@@ -1 +1 @@\n-Subproject commit {'d' * 40}\n+Subproject commit {'1' * 40}-dirty\n"
    )
    found = judged(*official(*NAMES), *strict(*NAMES), given=job(shop.GOLD + module))
    assert found.readings == {"parity": "passed", "strict": "passed"}
    assert found.evidence == ("vend: a submodule's entry, which is left out", WITHOUT)


def changed_run(step: StepResult, change) -> StepResult:
    """The step with its one run changed."""
    told = json.loads(step.stdout)
    (run,) = told["runs"]
    told["runs"] = [{**run, **change(run)}]
    return step.model_copy(update={"stdout": json.dumps(told).encode()})


def without_end(run: dict) -> dict:
    return {"records": [one for one in run["records"] if one["kind"] not in {"end", "finish"}]}


def test_a_run_that_left_before_its_end_is_no_pass():
    ground, tests = strict(*NAMES)
    found = judged(*official(*NAMES), ground, changed_run(tests, without_end))
    assert (found.verdict, found.reason) == ("error", "the tests left before their end")


@pytest.mark.parametrize("passed", [NAMES, shop.PASS_TO_PASS])
def test_machinery_that_a_test_left_changed_is_evidence_only_where_something_is_gained(passed):
    def replaced(run: dict) -> dict:
        broken = {"broken": ["unittest.case.TestCase.run"]}
        return {
            "records": [one | broken if one["kind"] == "finish" else one for one in run["records"]]
        }

    ground, tests = strict(*passed)
    found = judged(*official(*passed), ground, changed_run(tests, replaced))
    assert found.verdict == ("tampered" if passed is NAMES else "failed")
    assert any("unittest.case.TestCase.run" in each for each in found.evidence)
