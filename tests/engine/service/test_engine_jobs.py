"""The public engine: verdicts, what a job brings with it, and whose trouble is told how."""

import math
import time
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest

import grader
from grader.core.limits import MAX_MB, MAX_S
from grader.core.result import Cause
from grader.core.workers import PIDS_MAX
from grader.errors import DeadlineError

RIGHT, WRONG = "def add(a, b):\n    return a + b\n", "def add(a, b):\n    return a - b\n"
LOOP = "def add(a, b):\n    while True:\n        pass\n"


def adding(tests: str = "assert add(1, 2) == 3", **more: object) -> grader.Task:
    return grader.function_task(tests=tests, entry_point="add", **more)


@pytest.fixture(scope="module")
def graded():
    with grader.open(workers=2) as engine:
        yield engine


@pytest.mark.parametrize(
    ("solution", "verdict"),
    [
        (RIGHT, "passed"),
        (WRONG, "failed"),
        ("def add(a, b:", "error"),
        (f"Here it is:\n```python\n{RIGHT}```\n", "passed"),
        ({"solution": RIGHT}, "passed"),
        (grader.Sample(task_id="any", index=4, body=RIGHT), "passed"),
        ("def add(a, b):\n    return '\ud800'", "error"),
    ],
)
def test_engine_grades_what_it_is_given(graded, solution, verdict):
    assert graded.grade(adding(), solution).verdict == verdict


def test_same_id_with_opposite_tests_gives_opposite_verdicts(graded):
    one, other = adding("assert add(1, 2) == 3", id="t"), adding("assert add(1, 2) == -1", id="t")
    jobs = [(task, body) for task in (one, other) for body in (RIGHT, WRONG)]
    assert graded.rewards(jobs * 2) == [1.0, 0.0, 0.0, 1.0] * 2


def test_other_ids_with_the_same_tests_share_a_run_and_keep_their_names(graded):
    results = [graded.grade(adding("assert add(2, 2) == 4", id=name), RIGHT) for name in "ab"]
    assert [result.task_id for result in results] == ["a", "b"]
    assert results[1].execution is None


def test_learning_of_a_task_is_not_taken_for_another_of_its_id(graded):
    """Tests that watch their process are learned about from the task's own solution."""
    watching = (
        "import sys\nbefore = set(sys.modules)\nassert add(1, 2) == 3\nassert {} in sys.modules"
    )
    tasks = [
        adding(watching.format("'add_marker' not"), id="w", reference=RIGHT),
        adding(
            watching.format("'add_marker'"),
            id="w",
            reference=f"import sys\nsys.modules['add_marker'] = sys\n{RIGHT}",
        ),
    ]
    marked = f"import sys\nsys.modules['add_marker'] = sys\n{RIGHT}"
    assert graded.rewards([(tasks[0], RIGHT), (tasks[1], marked)]) == [1.0, 1.0]


def test_trust_of_a_job_holds(graded):
    trusts = [graded.grade(adding(), RIGHT, trust=each).trust for each in ("shared", "separated")]
    assert trusts == ["shared", "separated"]


def test_limits_of_a_job_hold(graded):
    result = graded.grade(adding(), LOOP, limits={"cpu_s": 0.2, "wall_s": 20})
    assert (result.verdict, result.reason) == ("timeout", "used up 0.2 s of CPU")


def test_deadline_ends_an_endless_loop_ungraded(graded):
    began = time.monotonic()
    result = graded.grade(adding(), f"{LOOP}# deadline", limits={"cpu_s": 60}, deadline_s=1)
    assert (result.verdict, result.cause) == ("ungraded", Cause.DEADLINE)
    assert "was not over within 1 s" in result.reason
    assert time.monotonic() - began < 15


def test_deadline_counts_from_arrival(graded):
    """Behind two loops a job that could be graded cannot begin."""
    slow = [
        (adding(), f"{LOOP}# {number}", {"deadline_s": 3, "limits": {"cpu_s": 60}})
        for number in range(3)
    ]
    results = list(graded.grade_many([*slow, (adding(), RIGHT + "# last", {"deadline_s": 0.5})]))
    last = next(each for each in results if each.index == 3)
    assert (last.verdict, last.cause) == ("ungraded", Cause.DEADLINE)
    assert "could not begin within 0.5 s" in last.reason


def test_rewards_never_take_our_trouble_for_a_zero():
    with grader.open(workers=1, sandbox="null", allow_weak=True, retries=0) as engine:
        found = engine.rewards(
            [(adding(), f"{RIGHT}# null: {word}\n") for word in ("infra", "failed")]
        )
    assert found == [None, 0.0]


def test_results_come_in_order_of_completion(graded):
    jobs = [(adding(), f"import time\ntime.sleep(1.5)\n{RIGHT}"), (adding(), RIGHT + "# quick")]
    assert [result.index for result in graded.grade_many(jobs)] == [1, 0]


def test_jobs_are_pulled_only_as_results_are_taken():
    pulled = 0

    def jobs():
        nonlocal pulled
        for number in range(1000):
            pulled += 1
            yield adding(), f"{RIGHT}# {number}"

    with grader.open(workers=1, sandbox="null", allow_weak=True) as engine:
        results = engine.grade_many(jobs())
        for _ in range(10):
            next(results)
        assert pulled < 20
        results.close()


@pytest.mark.parametrize(
    "limits",
    [
        grader.Limits(cpu_s=1e-9, memory_mb=1, pids=3, output_kb=1, disk_mb=1),
        grader.Limits(
            cpu_s=MAX_S, wall_s=MAX_S, memory_mb=MAX_MB, pids=PIDS_MAX, output_kb=MAX_MB,
            disk_mb=MAX_MB,
        ),
    ],
    ids=["least", "most"],
)  # fmt: skip
def test_limits_at_both_ends_are_never_the_sandbox_s_end(graded, limits):
    assert graded.grade(adding(), RIGHT, limits=limits).verdict == "passed"
    assert graded.run("print(1)", limits=limits).ended in {"exit", "timeout", "memory"}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda engine: engine.grade("add", RIGHT), "task: str"),
        (lambda engine: engine.grade(adding(), 3), "solution: .*int"),
        (lambda engine: engine.grade(adding(), {"code": RIGHT}), "solution: .*dict"),
        (lambda engine: engine.grade(adding(), RIGHT, deadline_s=0), "deadline_s=0"),
        (lambda engine: engine.grade(adding(), RIGHT, trust="full"), "trust='full'"),
        (lambda engine: engine.grade(adding(), RIGHT, limits={"cpu": 1}), r"limits\.cpu=1"),
        (lambda engine: engine.grade(adding(), RIGHT, limits={"memory_mb": 2**50}), "memory_mb"),
        (lambda engine: engine.grade(adding(), RIGHT, limits={"wall_s": math.inf}), "wall_s"),
        (lambda engine: engine.grade(adding(), RIGHT, limits={"pids": 2}), "pids"),
        (lambda engine: engine.grade(adding(), RIGHT, timeout=3), "timeout: no such argument"),
        (lambda engine: engine.rewards([RIGHT]), "jobs: .*str"),
        (lambda engine: engine.run(3), "program"),
        (lambda engine: engine.run("", files={"../x": ""}), r"files: '../x'"),
        (lambda engine: engine.run("", files={"./program.py": ""}), "files: 'program.py' is where"),
        (lambda engine: engine.run("", files={"program.py/a": ""}), "files: 'program.py' is where"),
        (lambda engine: engine.run("", files={"/etc/x": ""}), r"files: '/etc/x'"),
        (lambda engine: engine.task(None, "x"), "benchmark: .*NoneType"),
        (lambda engine: engine.task("folder", ["x"]), "task_id: .*list"),
        (lambda engine: engine.task("folder", "x", data=5), "data: .*int"),
        (lambda engine: engine.run("", stdin=5), "stdin: .*int"),
        (lambda engine: engine.run("", files={"a": 5}), r"files\['a'\]: .*int"),
        (lambda engine: engine.run("", files={5: "a"}), "files: 5"),
        (lambda engine: engine.run("", files=None), "files: .*NoneType"),
        (lambda engine: engine.run("", files={".": ""}), r"files: '\.'"),
        (lambda engine: engine.run("", files={"a": "", "a/b": ""}), "a file and a folder"),
        (lambda engine: engine.run("", files={"a" * 256: ""}), "files: 'aaa"),
        (lambda engine: engine.run("", files={"a": bytes(65 << 20)}), "limits.disk_mb is 64"),
        (lambda engine: engine.run("", collect="out.txt"), "collect: a list"),
        (lambda engine: engine.run("", collect=["../x"]), r"collect: '\.\./x'"),
        (lambda engine: engine.run([]), "program: "),
        (lambda engine: engine.run(["echo", "\0"]), "program: "),
        (lambda _: grader.open(workers=0), "workers=0"),
        (lambda _: grader.Engine(trust="full"), "trust='full'"),
    ],
)
def test_engine_names_the_argument_that_is_wrong(graded, call, words):
    with pytest.raises(grader.UsageError, match=words):
        call(graded)


def test_engine_says_that_it_is_closed():
    engine = grader.open(sandbox="null", allow_weak=True)
    engine.close()
    with pytest.raises(grader.UsageError, match="closed"):
        engine.grade(adding(), RIGHT)


def test_what_runs_when_its_engine_is_closed_says_so():
    engine = grader.open(workers=2)
    with ThreadPoolExecutor(1) as pool:
        going = pool.submit(engine.grade, adding(), LOOP, limits={"cpu_s": 60})
        engine.run("pass")
        engine.close()
        with pytest.raises(grader.UsageError, match="closed"):
            going.result(20)


@pytest.mark.anyio
async def test_closing_cancels_no_task_of_the_caller():
    engine = grader.Engine(workers=2)
    going = None
    async with engine, anyio.create_task_group() as group:

        async def told() -> None:
            nonlocal going
            try:
                await engine.grade(adding(), LOOP, limits={"cpu_s": 60})
            except grader.UsageError as error:
                going = str(error)

        group.start_soon(told)
        await engine.run("pass")
        await engine.aclose()
    assert going == "this engine was closed before it was over"


def test_engine_gives_a_benchmark_s_task(graded):
    task = graded.task("folder", "bill-split")
    assert (task.id, task.kind) == ("bill-split", "function")
    with pytest.raises(grader.UsageError, match="did you mean 'bill-split'"):
        graded.task("folder", "bill-splt")


@pytest.mark.anyio
async def test_cancelled_job_frees_its_slot_and_keeps_it():
    async with grader.Engine(workers=1) as engine:
        before = await engine.run("import os\nprint(os.stat('/proc/1').st_ctime_ns)")
        with anyio.move_on_after(0.5):
            await engine.grade(adding(), LOOP, limits={"cpu_s": 60})
        began = time.monotonic()
        found = await engine.grade(adding(), RIGHT)
        assert found.verdict == "passed", found
        assert time.monotonic() - began < 10
        after = await engine.run("import os\nprint(os.stat('/proc/1').st_ctime_ns)")
        assert after.stdout == before.stdout


@pytest.mark.anyio
async def test_cancelled_jobs_change_no_later_verdict():
    async with grader.Engine(workers=1) as engine:
        for number in range(30):
            with anyio.move_on_after(0.001 * number):
                await engine.grade(adding(), f"{LOOP}# {number}", limits={"cpu_s": 60})
            assert (await engine.grade(adding(), f"{RIGHT}# {number}")).verdict == "passed"


@pytest.mark.anyio
async def test_engine_streams_what_comes_asynchronously():
    async def jobs():
        for number in range(3):
            yield adding(), f"{RIGHT}# {number}"
            await anyio.lowlevel.checkpoint()

    async with grader.Engine(workers=2, sandbox="null", allow_weak=True) as engine:
        found = [result.index async for result in engine.grade_many(jobs())]
    assert sorted(found) == [0, 1, 2]


@pytest.mark.anyio
async def test_run_past_its_deadline_raises_and_frees_the_slot():
    async with grader.Engine(workers=1) as engine:
        with pytest.raises(DeadlineError, match=r"within 0\.5 s"):
            await engine.run("while True: pass", limits={"cpu_s": 60}, deadline_s=0.5)
        assert (await engine.run("print(1)")).stdout == b"1\n"
