"""The repo grader: what is planned, the ladder of commands on real repositories, what facts mean."""

import base64
import subprocess
from types import SimpleNamespace

import pytest

from grader.core.execution import Execution, Isolation, StepEnd, StepResult
from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.result import Outcome, Trust, Verdict
from grader.core.sample import Sample
from grader.core.task import Image, Task
from grader.graders import repo
from grader.graders._repo_apply import PATCH_PATH, ApplyStatus, complaint, script
from grader.graders._repo_lists import status_from
from grader.graders._repo_log import END, EXIT_CODE, START, HarnessRule
from grader.graders._repo_tree import TreeDifferences, tree_of
from tests import machine

LIMITS = Limits(cpu_s=40, wall_s=10, memory_mb=512, output_kb=64, network=True)
PATCH = (
    "diff --git a/f.py b/f.py\n--- a/f.py\n+++ b/f.py\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n"
)


def spec(**changes):
    fields = {"repo": "a/b", "eval_script": "run", "log_parser": "parse_log_pytest", "patch": PATCH}
    return repo.Spec(
        **(fields | {"fail_to_pass": ("t::a", "t::x"), "pass_to_pass": ("t::b", "t::c")} | changes)
    )


def job(body=PATCH, *, defect="", **changes):
    task = Task(
        id="a__b-1",
        benchmark="swebench",
        kind="repo",
        image=Image(name="x/y"),
        limits=LIMITS,
        spec=spec(**changes).model_dump(mode="json"),
    )
    return Job(
        reading="parity",
        task=task,
        sample=Sample(task_id=task.id, index=0, body=body, defect=defect, whole=True),
    )


def log(*lines, code=0):
    return "\n".join(
        [f"+ : '{START}'", *lines, f"+ : '{END}'", f"{EXIT_CODE}: {code}", ""]
    ).encode()


ALL = ("PASSED t::a", "PASSED t::x", "PASSED t::b", "SKIPPED t::c")


def judged(*steps, **changes):
    execution = Execution(provider="x", isolation=Isolation(tier="docker"), steps=steps)
    return repo.judge(job(**changes), execution)


def applied(code=0, stdout=b"", ended=StepEnd.EXIT):
    return StepResult(name="apply", ended=ended, code=code, stdout=stdout)


def evaluated(stdout, **fields):
    return StepResult(name="eval", **({"ended": StepEnd.EXIT, "stdout": stdout} | fields))


def test_plan_uploads_patch_and_scripts_and_runs_them_in_the_repository():
    plan = repo.plan(job())
    apply, evaluation = plan.steps
    assert [file.path for file in apply.files] == [PATCH_PATH, "/apply.sh", "/eval.sh"]
    assert apply.files[0].data == PATCH.encode()
    assert evaluation.action.argv == ("/bin/bash", "/eval.sh")
    assert (evaluation.action.cwd, evaluation.action.user, evaluation.action.merged) == (
        "/testbed",
        "root",
        True,
    )
    assert plan.image.name == "x/y"
    assert (apply.limits.network, evaluation.limits) == (True, None)


@pytest.mark.parametrize(
    ("body", "defect", "verdict"),
    [("", "", "empty"), (" \n\t\n", "", "empty"), ("x", "a lone surrogate", "patch_rejected")],
)
def test_patch_that_needs_no_container_has_no_steps(body, defect, verdict):
    given = job(body, defect=defect)
    assert repo.plan(given).steps == ()
    result = repo.judge(given, Execution(provider="x", isolation=Isolation(tier="docker")))
    assert (result.verdict, result.readings) == (verdict, {"parity": verdict})


def test_resolved_is_passed():
    result = judged(applied(), evaluated(log(*ALL)))
    assert (result.verdict, result.reason, result.trust) == (Verdict.PASSED, "", Trust.LOG)
    assert [test.name for test in result.tests] == ["t::a", "t::x"]


def test_stored_facts_are_judged_without_the_patch():
    """A regrade has executions and no samples: every verdict once became `empty`."""
    result = judged(applied(), evaluated(log(*ALL)), body="")
    assert result.verdict is Verdict.PASSED


def test_unresolved_is_failed_and_names_the_tests():
    result = judged(applied(), evaluated(log("PASSED t::a", "FAILED t::b - no", code=1)))
    assert result.verdict is Verdict.FAILED
    assert result.reason == "FAIL_TO_PASS 1 of 2, PASS_TO_PASS 0 of 2; not passed: t::x, t::b, t::c"


def test_partly_resolved_says_so():
    result = judged(
        applied(),
        evaluated(log("PASSED t::a", "FAILED t::x", "PASSED t::b", "PASSED t::c", code=1)),
    )
    assert "(partly resolved)" in result.reason


def test_stored_tests_give_the_official_lists_back():
    lines = ("PASSED t::a", "FAILED! t::x", "FAILED t::b", "PASSED t::c")
    result = judged(applied(), evaluated(log(*lines, code=1)))
    assert [test.outcome for test in result.tests] == [
        Outcome.PASSED,
        Outcome.SKIPPED,
        Outcome.FAILED,
    ]
    official = status_from(spec(), result.tests).as_official()
    assert official["FAIL_TO_PASS"] == {"success": ["t::a"], "failure": []}
    assert official["PASS_TO_PASS"] == {"success": ["t::c"], "failure": ["t::b"]}


@pytest.mark.parametrize(
    ("steps", "verdict", "told"),
    [
        ((), "ungraded", "nothing ran"),
        ((applied(),), "ungraded", "tests did not run"),
        (
            (applied(65, b"error: patch failed: f.py:1\nerror: f.py: patch does not apply"),),
            "patch_rejected",
            "error: patch failed: f.py:1",
        ),
        ((applied(66),), "ungraded", "no git repository at /testbed"),
        ((applied(127, b"bash: not found"),), "ungraded", "cannot apply patches"),
        ((applied(0, ended=StepEnd.TIMEOUT),), "timeout", "applying the patch: used up 300 s"),
        (
            (applied(), evaluated(b"", ended=StepEnd.TIMEOUT)),
            "timeout",
            "the tests: used up 10 s of wall clock",
        ),
        ((applied(), evaluated(b"", ended=StepEnd.MEMORY)), "memory", "more than 512 MiB"),
        (
            (applied(), evaluated(log("collected 0 items"))),
            "error",
            "no test reported anything (no_tests_collected)",
        ),
        ((applied(), evaluated(b"Could not resolve host: x")), "error", "network_unreachable"),
        (
            (applied(), evaluated(log("PASSED t::a", code=1))),
            "error",
            "left with status 1, and no test failed",
        ),
        (
            (applied(), evaluated(log("FAILED t::a", code=1), truncated=("stdout",))),
            "output",
            "more than 64 KiB",
        ),
        ((applied(), evaluated(log(*ALL), truncated=("stdout",))), "passed", ""),
    ],
)
def test_facts_have_their_meaning(steps, verdict, told):
    result = judged(*steps)
    assert result.verdict == verdict
    assert told in result.reason
    assert result.readings == {"parity": verdict}


def test_log_that_no_parser_can_read_is_the_samples_error():
    result = judged(applied(), evaluated(log("ERROR:")), log_parser="parse_log_django")
    assert result.verdict is Verdict.ERROR


def test_reference_is_the_tasks_patch_and_empty_changes_nothing(tmp_path):
    task = job().task
    assert repo.reference(task).body == PATCH
    assert repo.reference(job(patch="").task) is None
    done = ladder(tmp_path, repo.empty(task).body)
    assert done.code == ApplyStatus.APPLIED
    assert done.text == "one\ntwo\nthree\n"


def ladder(tmp_path, patch, *, rule=HarnessRule.V5, files=None, setup=()):
    """The ladder in a real repository of one file; the host's git stands for the image's."""
    machine.require("git", "patch", "bash")
    tree = tmp_path / "tree"
    tree.mkdir()
    for name, text in ({"f.py": "one\ntwo\nthree\n"} | (files or {})).items():
        (tree / name).write_bytes(text.encode())
    commands = [
        "git init -q",
        "git add -A",
        "git -c user.name=n -c user.email=e commit -qm x",
        *setup,
    ]
    for command in commands:
        subprocess.run(command, shell=True, cwd=tree, check=True)
    patch_path = tmp_path / "patch.diff"
    patch_path.write_bytes(patch.encode(errors="surrogateescape"))
    text = script(rule).replace(PATCH_PATH, str(patch_path))
    done = subprocess.run(
        ["bash", "-c", text],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
        errors="replace",
    )
    return SimpleNamespace(
        code=done.returncode, out=done.stdout, tree=tree, text=(tree / "f.py").read_text()
    )


@pytest.mark.parametrize("rule", HarnessRule)
def test_ladder_applies_a_clean_patch(rule, tmp_path):
    done = ladder(tmp_path, PATCH, rule=rule)
    assert done.code == ApplyStatus.APPLIED
    assert done.text == "one\nTWO\nthree\n"
    assert done.out.startswith(">>>>> Applied Patch:")


def test_ladder_ends_with_fuzzy_patch(tmp_path):
    """Context that is off is what only the last command forgives."""
    done = ladder(tmp_path, PATCH.replace(" three", " 3"))
    assert done.code == ApplyStatus.APPLIED
    assert "Failed to apply patch to container: git apply --verbose --reject" in done.out


def test_ladder_takes_a_patch_that_is_there_already(tmp_path):
    done = ladder(
        tmp_path,
        PATCH,
        setup=("sed -i s/two/TWO/ f.py", "git -c user.name=n -c user.email=e commit -qam y"),
    )
    assert done.code == ApplyStatus.APPLIED
    assert "verified already applied" in done.out


@pytest.mark.parametrize(
    "patch",
    [
        "not a patch\n",
        PATCH.replace("-two", "-never there")
        .replace(" one", " nor this")
        .replace(" three", " nor that"),
        PATCH.replace("f.py", "../outside.py"),
        PATCH.replace("f.py", "/etc/passwd"),
        PATCH.replace("@@ -1,3 +1,3 @@", "@@ -1,3 +1,9 @@"),
        "diff --git a/b.bin b/b.bin\nBinary files a/b.bin and b/b.bin differ\n",
    ],
)
def test_ladder_refuses_what_does_not_apply_and_leaves_the_outside_alone(patch, tmp_path):
    outside = tmp_path / "outside.py"
    outside.write_text("one\ntwo\nthree\n")
    done = ladder(tmp_path, patch)
    assert done.code == ApplyStatus.REJECTED, done.out
    assert outside.read_text() == "one\ntwo\nthree\n"
    assert complaint(done.out)


def test_ladder_has_the_official_hole_below_git(tmp_path):
    """git refuses such a path and patch does not: in this reading its word counts, as it does there."""
    patch = "--- a/.git/description\n+++ b/.git/description\n@@ -0,0 +1 @@\n+x\n"
    done = ladder(tmp_path, patch, setup=("rm -f .git/description",))
    assert done.code == ApplyStatus.APPLIED
    assert (done.tree / ".git" / "description").read_text() == "x\n"


def test_ladder_does_not_write_through_a_link(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    link = f"diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+{outside}\n\\ No newline at end of file\n"
    file = "diff --git a/l/x b/l/x\nnew file mode 100644\n--- /dev/null\n+++ b/l/x\n@@ -0,0 +1 @@\n+x\n"
    done = ladder(tmp_path, link + file)
    assert done.code == ApplyStatus.REJECTED
    assert not list(outside.iterdir())


def test_ladder_keeps_carriage_returns(tmp_path):
    patch = (
        PATCH.replace("f.py", "w.txt")
        .replace("one\n", "one\r\n")
        .replace("wo\n", "wo\r\n")
        .replace("WO\n", "WO\r\n")
        .replace("three\n", "three\r\n")
    )
    done = ladder(tmp_path, patch, files={"w.txt": "one\r\ntwo\r\nthree\r\n"})
    assert done.code == ApplyStatus.APPLIED
    assert (done.tree / "w.txt").read_bytes() == b"one\r\nTWO\r\nthree\r\n"


def test_ladder_changes_modes_and_needs_no_last_line_end(tmp_path):
    patch = "diff --git a/f.py b/f.py\nold mode 100644\nnew mode 100755\n"
    done = ladder(tmp_path, patch)
    assert done.code == ApplyStatus.APPLIED
    assert (done.tree / "f.py").stat().st_mode & 0o100


def test_ladder_applies_a_binary_patch(tmp_path):
    made = tmp_path / "made"
    made.mkdir()
    machine.require("git")
    commands = "git init -q; printf x > a; git add -A; git -c user.name=n -c user.email=e commit -qm x; printf '\\0\\1\\2' > b.bin; git add -A; git diff --cached --binary"
    patch = subprocess.run(
        commands, shell=True, cwd=made, check=True, capture_output=True
    ).stdout.decode()
    done = ladder(tmp_path, patch)
    assert done.code == ApplyStatus.APPLIED
    assert (done.tree / "b.bin").read_bytes() == b"\0\1\2"


def test_ladder_applies_a_huge_patch(tmp_path):
    lines = "".join(f"+line {number}\n" for number in range(200_000))
    patch = f"diff --git a/n.txt b/n.txt\nnew file mode 100644\n--- /dev/null\n+++ b/n.txt\n@@ -0,0 +1,200000 @@\n{lines}"
    assert ladder(tmp_path, patch).code == ApplyStatus.APPLIED


def test_ladder_outside_a_repository_is_nobodys_patch(tmp_path):
    done = subprocess.run(
        ["bash", "-c", script(HarnessRule.V5)],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        env={"GIT_CEILING_DIRECTORIES": str(tmp_path.parent), "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == ApplyStatus.NO_REPOSITORY


def tree(done) -> TreeDifferences | None:
    return tree_of(StepResult(name="apply", ended=StepEnd.EXIT, stdout=done.out.encode()))


@pytest.mark.parametrize("rule", HarnessRule)
def test_tree_tells_what_a_patch_changed_beside_what_was_changed_before(rule, tmp_path):
    patch = PATCH + (
        "*** a/conftest.py\tThu Jan  1 00:00:00 1970\n--- b/conftest.py\t2026\n***************\n"
        "*** 0 ****\n--- 1 ----\n+ x\n"
    )
    files = {"gone.py": "1\n", "mine.py": "1\n", "conftest.py": "y\n"}
    setup = ("rm gone.py", "echo 2 > mine.py")
    done = ladder(tmp_path, PATCH, rule=rule, files=files, setup=setup)
    assert tree(done) == TreeDifferences(changed=("f.py",))
    (tmp_path / "second").mkdir()
    done = ladder(tmp_path / "second", patch.replace(" three", " 3"), rule=rule)
    found = tree(done)
    assert found is not None
    assert found.beside({"f.py"}) == ("conftest.py",)
    assert "conftest.py" in found.made


def test_tree_tells_of_deletions_ignored_files_and_what_lies_in_git(tmp_path):
    patch = (
        "--- a/gone.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n"
        "--- /dev/null\n+++ b/hid den.pth\t\n@@ -0,0 +1 @@\n+x\n"
        "--- a/.git/info/attributes\n+++ b/.git/info/attributes\n@@ -0,0 +1 @@\n+x\n"
    )
    done = ladder(tmp_path, patch, files={"gone.py": "1\n", ".gitignore": "*.pth\n"})
    found = tree(done)
    assert found is not None
    assert found.changed == (".git/info/attributes", "gone.py", "hid den.pth")


def test_tree_is_not_what_a_patch_says_it_is(tmp_path):
    """Lines that a patch makes git or patch print stand before the script's own."""
    name = base64.b64encode(b"./conftest.py\0").decode()
    said = "".join(f"+grader-tree {word} {name}\n" for word in ("known", "after", "before"))
    hidden = f"--- /dev/null\n+++ b/x.txt\n@@ -0,0 +1,3 @@\n{said}"
    hook = "--- /dev/null\n+++ b/conftest.py\n@@ -0,0 +1 @@\n+x\n"
    found = tree(ladder(tmp_path, hidden + hook))
    assert found is not None
    assert found.made == ("conftest.py", "x.txt")


def test_tree_of_a_stored_run_without_lists_is_unknown():
    assert tree_of(None) is None
    assert (
        tree_of(StepResult(name="apply", ended=StepEnd.EXIT, stdout=b"Git diff before:\n")) is None
    )
