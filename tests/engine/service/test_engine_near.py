"""An engine in its caller's own loop: as any other, and closing it ends what runs."""

import asyncio

import pytest

import grader
from grader.core.result import Verdict
from grader.engine.options import EngineOptions
from grader.engine.service.near import NearEngine
from grader.errors import UsageError

TASK = grader.function_task(tests="assert f() == 1", entry_point="f")
LOOP = {"program": "while True: pass", "limits": {"cpu_s": 60, "wall_s": 60}}


@pytest.fixture(scope="module")
def runner():
    with asyncio.Runner() as loop:
        yield loop


@pytest.fixture(scope="module")
def near(runner):
    engine = NearEngine(EngineOptions(workers=1))
    runner.run(engine.__aenter__())
    yield engine
    runner.run(engine.__aexit__())


def test_near_engine_grades_and_runs(runner, near):
    good = runner.run(near.grade(TASK, "def f(): return 1"))
    bad = runner.run(near.grade(TASK, "def f(): return 2"))
    ran = runner.run(near.run("print(input())", stdin="hi\n"))
    assert (good.verdict, bad.verdict) == (Verdict.PASSED, Verdict.FAILED)
    assert ran.stdout == b"hi\n"


def test_near_engine_says_what_is_wrong_with_an_argument(runner, near):
    with pytest.raises(UsageError, match="cpu_s"):
        runner.run(near.run("print(1)", limits={"cpu_s": -1}))


def test_near_session_keeps_files(runner, near):
    async def steps():
        async with near.session() as session:
            await session.write("a.txt", "kept")
            found = await session.run("print(open('a.txt').read())")
            return found.stdout, await session.read("a.txt")

    assert runner.run(steps()) == (b"kept\n", b"kept")


def test_cancelled_caller_of_a_near_engine_frees_its_place(runner, near):
    async def left():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await near.run(**LOOP)
        async with asyncio.timeout(20):
            return (await near.run("print(1)")).stdout

    assert runner.run(left()) == b"1\n"


def test_closing_a_near_engine_ends_what_runs():
    async def closed():
        async with NearEngine(EngineOptions(workers=1)) as engine:
            going = asyncio.create_task(engine.run(**LOOP))
            await asyncio.sleep(0)  # it begins
        return going.cancelled()

    assert asyncio.run(closed())
