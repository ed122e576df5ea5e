"""Harbor tasks from directory to verdict, in real containers."""

import json
import os

import pytest

from grader.cli.main import main
from grader.core.result import Trust, Verdict
from grader.core.witness import WriterKind
from grader.graders import harbor
from tests.harbor.harbor_runs import entry, graded, left, tasks_in
from tests.harbor.task_directories import REWARD, directory, write_all

pytestmark = [pytest.mark.docker, pytest.mark.anyio]
TASKS = (
    "hello-file", "sorted-tree", "http-service", "socket-service", "program-output",
    "partial-credit", "repository-fix", "data-analysis", "long-running", "job-queue",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_all(tmp_path_factory.mktemp("harbor"))


@pytest.mark.share(3)
@pytest.mark.needs("root")
@pytest.mark.parametrize("name", TASKS)
async def test_a_solution_passes_and_nothing_does_not(engine, folder, name):
    task = tasks_in(folder)[name]

    right = await graded(task, harbor.reference(task).body, f"right{os.getpid()}")
    nothing = await graded(task, harbor.NOTHING, f"nothing{os.getpid()}")

    assert (right.verdict, right.trust) == (Verdict.PASSED, Trust.SEPARATED), right
    assert nothing.verdict is Verdict.FAILED, nothing
    assert "written by: tests" in right.evidence[0]


async def test_a_part_of_the_reward_is_told_and_is_no_pass(engine, folder):
    body = left(entry("/app/answers.json", '{"a": 1}'))

    found = await graded(tasks_in(folder)["partial-credit"], body, f"part{os.getpid()}")

    assert (found.verdict, found.reason) == (Verdict.FAILED, "reward 0.5")
    assert found.tests[0].message == "0.5"


async def test_a_diff_is_applied_to_the_working_directory(engine, folder):
    diff = "--- /dev/null\n+++ b/hello.txt\n@@ -0,0 +1 @@\n+Hello, world!\n"
    task = tasks_in(folder)["hello-file"]

    right = await graded(task, json.dumps({"diff": diff}), f"diff{os.getpid()}")
    wrong = await graded(task, json.dumps({"diff": "--- a/x\n+++ b/x\n"}), f"diff{os.getpid()}")

    assert right.verdict is Verdict.PASSED, right
    assert wrong.verdict is Verdict.PATCH_REJECTED


async def test_an_agents_image_gives_its_artifacts_and_nothing_else(engine, folder):
    """In the agent's own container a shim and a reward lie; neither comes along."""
    script = "mkdir -p /app /logs/verifier; echo 'Hello, world!' > /app/hello.txt; echo 1 > /logs/verifier/reward.txt;"
    name = f"grader-tests-left-{os.getpid()}"
    ids = []
    for text in (script, script.replace("Hello", "Bye")):
        made = engine.create_container(
            "grader/base:bookworm", ["sh", "-c", text], network_disabled=True
        )
        try:
            engine.start(made)
            engine.wait(made)
            ids.append(engine.commit(made, repository=name)["Id"])
        finally:
            engine.remove_container(made, force=True)
    task = tasks_in(folder)["hello-file"]
    try:
        right, wrong = [
            await graded(task, json.dumps({"image": each}), f"image{os.getpid()}") for each in ids
        ]
    finally:
        for each in ids:
            engine.remove_image(each, force=True)

    assert right.verdict is Verdict.PASSED, right
    assert wrong.verdict is Verdict.FAILED, wrong


@pytest.mark.needs("root")
async def test_a_dead_verifier_is_ungraded_where_the_solution_gets_no_reward_either(
    engine, tmp_path
):
    directory(tmp_path, "dead", test="kill -9 $$", solution="true", artifacts=["/app/x"])

    found = await graded(
        tasks_in(tmp_path)["dead"], left(entry("/app/x", "x")), f"dead{os.getpid()}"
    )

    assert found.verdict is Verdict.UNGRADED
    assert "nor does it for the task's own solution" in found.reason


@pytest.mark.needs("root")
async def test_a_verifier_without_a_reward_for_a_wrong_sample_is_that_samples_error(
    engine, tmp_path
):
    """`set -e` is common: the script ends where its test fails, before it writes anything."""
    test = "set -e\ngrep -q right /app/x\necho 1 > /logs/verifier/reward.txt"
    directory(tmp_path, "strict", test=test, solution="echo right > x", artifacts=["/app/x"])

    found = await graded(
        tasks_in(tmp_path)["strict"], left(entry("/app/x", "wrong")), f"set{os.getpid()}"
    )

    assert found.verdict is Verdict.ERROR
    assert found.readings["parity"] == "ungraded"


@pytest.mark.needs("root")
async def test_a_verifier_that_loads_what_was_left_is_told_by_its_trust(engine, tmp_path):
    test = "python3 /tests/check.py"
    check = """
        import sys
        sys.path.insert(0, "/app")
        try:
            import made
            right = made.value == 42
        except ImportError:
            right = False
        open("/logs/verifier/reward.txt", "w").write(str(int(right)))
        """
    directory(
        tmp_path, "inside", test=test, solution="echo value = 42 > made.py",
        artifacts=["/app/made.py"], files={"tests/check.py": check},
    )  # fmt: skip
    body = left(entry("/app/made.py", "value = 42\n"))

    found = await graded(tasks_in(tmp_path)["inside"], body, f"inside{os.getpid()}")

    assert (found.verdict, found.trust) == (Verdict.PASSED, Trust.SHARED), found
    assert found.execution.steps[-1].witnessed.files[1].writer is WriterKind.MIXED


def test_the_command_validates_a_directory_and_grades_a_folder(engine, tmp_path, capsys):
    task = directory(
        tmp_path, "small", artifacts=["/app/x"], solution="echo right > x",
        test=f"grep -q right /app/x\n{REWARD}",
    )  # fmt: skip
    place = tmp_path / "left" / "small" / "app"
    place.mkdir(parents=True)
    (place / "x").write_text("right\n")
    words = ["--sandbox", "docker", "--workers", "1", "--quiet"]

    sound = main(["validate", "harbor", str(task), "--repeat", "1", *words])
    said = capsys.readouterr().out
    status = main(
        ["evaluate", "harbor", str(tmp_path / "left"), "--data", str(task), "--out",
         str(tmp_path / "run"), *words]
    )  # fmt: skip
    shown = capsys.readouterr().out

    assert sound == 0, said
    assert "sound                           1" in said
    assert status == 0, shown
    assert "1 passed" in shown or "passed" in shown
