"""Where an engine may be used: other threads, other loops, a running loop, a forked child."""

import os
import signal
import subprocess
import sys
import threading
import time

import anyio
import pytest

import grader

TASK = grader.function_task(tests="assert add(1, 2) == 3", entry_point="add")
RIGHT = "def add(a, b):\n    return a + b\n"


async def grade_some(engine: grader.Engine, name: str, found: list[str]) -> None:
    async with anyio.create_task_group() as group:

        async def one(number: int) -> None:
            found.append((await engine.grade(TASK, f"{RIGHT}# {name} {number}")).verdict)

        for number in range(4):
            group.start_soon(one, number)


def in_child(engine: grader.Engine) -> int:
    """The child's exit status: 0 where it graded and closed."""
    process_id = os.fork()
    if process_id:
        return process_id
    status = 1
    try:
        found: list[str] = []
        anyio.run(grade_some, engine, "child", found)
        status = 0 if found == ["passed"] * 4 else 2
        anyio.run(engine.aclose)
    finally:
        os._exit(status)


@pytest.mark.anyio
async def test_two_loops_in_threads_and_a_forked_child_grade_at_once():
    async with grader.Engine(workers=2) as engine:
        found: list[str] = []
        await grade_some(engine, "before", found)
        child = in_child(engine)
        threads = [
            threading.Thread(target=anyio.run, args=(grade_some, engine, f"thread {number}", found))
            for number in range(2)
        ]
        for thread in threads:
            thread.start()
        await grade_some(engine, "own", found)
        for thread in threads:
            await anyio.to_thread.run_sync(thread.join)
        status = (await anyio.to_thread.run_sync(os.waitpid, child, 0))[1]
        assert os.waitstatus_to_exitcode(status) == 0
        await grade_some(engine, "after", found)
    assert found == ["passed"] * 20


@pytest.mark.anyio
async def test_blocking_engine_works_where_a_loop_runs():
    with grader.open(workers=1) as engine:
        assert engine.grade(TASK, RIGHT).verdict == "passed"


def test_interrupted_opening_leaves_nothing_open():
    before = {each.ident for each in threading.enumerate()}
    main = threading.get_ident()
    timer = threading.Timer(0.01, signal.pthread_kill, (main, signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        timer.start()
        grader.open(workers=1)
        time.sleep(20)
    limit = time.monotonic() + 20
    while any(
        each.name == "grader engine" and each.ident not in before for each in threading.enumerate()
    ):
        assert time.monotonic() < limit
        time.sleep(0.05)


def test_forgotten_engine_does_not_keep_the_program():

    program = (
        "import grader\nengine = grader.open(workers=1)\n"
        "task = grader.function_task(tests='assert f() == 1', entry_point='f')\n"
        "print(engine.grade(task, 'def f(): return 1').verdict)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=50
    )
    assert (done.stdout, done.stderr, done.returncode) == ("passed\n", "", 0)
