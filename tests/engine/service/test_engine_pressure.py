"""An engine that serves long and on a busy machine: nothing is left behind, deadlines are kept."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest

import grader
from grader.core.result import Cause
from tests import machine

TASK = grader.function_task(tests="assert add(1, 2) == 3", entry_point="add")
RIGHT = "def add(a, b):\n    return a + b\n# {}"
LOOP = "def add(a, b):\n    while True:\n        pass\n# {}"
JOBS = 10_000 if machine.WHOLE else 150
WARM = 500 if machine.WHOLE else 50
GROWTH_MB = 24
"""What the recent judgements may take (`twins.RECENT`), and the heap's own ways."""
MOMENT = 4
"""Descriptors and processes that one moment has more than another, of pipes that are being made or
of slots that are replaced; what one job in ten left would be more."""
BURNERS = 8 if machine.WHOLE else 1
"""For each processor."""
TIMES = 20 if machine.WHOLE else 2


def held() -> tuple[int, int, int]:
    """Descriptors, processes below this one, threads."""
    own = os.getpid()
    threads = list(Path("/proc/self/task").iterdir())
    found, waiting = 0, [own]
    while waiting:
        pid = waiting.pop()
        for place in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                below = [int(each) for each in place.read_text().split()]
            except OSError:
                continue
            found += len(below)
            waiting += below
    return len(list(Path("/proc/self/fd").iterdir())), found, len(threads)


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


@pytest.mark.pressure
@pytest.mark.timeout(900)
def test_many_jobs_leave_no_process_descriptor_or_memory_behind():
    solutions = [(TASK, RIGHT.format(number)) for number in range(WARM + JOBS)]
    with grader.open(workers=2) as engine:
        before_all = held()
        assert set(engine.rewards(solutions[:WARM])) == {1.0}
        before, before_mb = held(), resident_mb()
        began = time.monotonic()
        assert set(engine.rewards(solutions[WARM:])) == {1.0}
        spent_s = time.monotonic() - began
        after, after_mb = held(), resident_mb()
        print(  # noqa: T201
            f"{JOBS} jobs in {spent_s:.0f} s: descriptors, processes, threads {before} → {after},"
            f" {before_mb:.0f} → {after_mb:.0f} MiB"
        )
        assert after[0] <= max(before[0], before_all[0]) + MOMENT
        assert after[1] <= max(before[1], before_all[1]) + MOMENT
        assert after[2] <= before[2] + 1
        assert after_mb <= before_mb + GROWTH_MB


@contextmanager
def stress():
    """Processes that want all processors."""
    count = BURNERS * len(os.sched_getaffinity(0))
    program = [sys.executable, "-c", "while True: pass"]
    burners = [subprocess.Popen(program) for _ in range(count)]
    try:
        yield
    finally:
        for each in burners:
            each.kill()
            each.wait()


@pytest.mark.pressure
@pytest.mark.timeout(300)
def test_deadline_of_2_s_is_answered_within_3_under_stress():
    found = []
    with grader.open(workers=1) as engine:
        engine.grade(TASK, RIGHT.format("first"))
        with stress():
            for number in range(TIMES):
                began = time.monotonic()
                job = LOOP.format(number)
                result = engine.grade(TASK, job, limits={"cpu_s": 60}, deadline_s=2)
                found.append(time.monotonic() - began)
                assert (result.verdict, result.cause) == ("ungraded", Cause.DEADLINE)
                assert engine.grade(TASK, RIGHT.format(number)).verdict == "passed"
    print(f"{TIMES} deadlines of 2 s: answered after {max(found):.2f} s at most")  # noqa: T201
    assert max(found) < 3


@pytest.mark.pressure
@pytest.mark.anyio
@pytest.mark.timeout(300)
async def test_slot_of_a_cancelled_job_serves_the_next_within_a_second():
    found = []
    async with grader.Engine(workers=1) as engine:
        await engine.grade(TASK, RIGHT.format("first"))
        for number in range(TIMES):
            with anyio.move_on_after(0.2):
                await engine.grade(TASK, LOOP.format(number), limits={"cpu_s": 60})
            began = time.monotonic()
            assert (await engine.grade(TASK, RIGHT.format(number))).verdict == "passed"
            found.append(time.monotonic() - began)
    print(f"{TIMES} cancelled: the next was graded after {max(found):.2f} s at most")  # noqa: T201
    assert min(found) < 1
