"""Machines for tests: a real desk with real engines in this process, and what can go wrong on the way."""

import json
from contextlib import asynccontextmanager

import anyio

from grader.core.job import Job
from grader.core.sample import Sample
from grader.engine.build.function import function_task
from grader.engine.options import EngineOptions
from grader.executors._facts import facts_of
from grader.executors._machines.desk import open_desk_for_runs
from grader.executors._machines.dispatch import open_dispatcher
from grader.executors._machines.machine import MachineLostError
from grader.executors._machines.wire import AskedReading, facts_for
from grader.sandboxes.null import NullProvider

TASK = function_task(tests="assert add(1, 2) == 3", entry_point="add", id="add")
NULL = EngineOptions(sandbox="null", allow_weak=True, workers=1)


def job(number: int, *, marker: str = "done") -> Job:
    body = f"def add(a, b):\n    return a + b  # {number}\n# null: {marker}\n"
    return Job(task=TASK, sample=Sample(task_id="add", index=number, body=body, whole=True))


class DeskLink:
    """A machine whose lines pass through `change`: bytes → bytes, None (lost), or a pause."""

    contact_s = 30.0

    def __init__(self, name, desk, *, change=None, options=NULL, host=""):
        self.name = name
        self.desk = desk
        self.change = change
        self.options = options
        self.host = host or name
        self.chunks = 0
        self.lines = 0
        self.under_way = 0
        self.most = 0
        self.sizes = []
        self.is_there = True

    async def facts(self):
        if not self.is_there:
            raise MachineLostError("nobody there")
        return facts_for(self.options, facts_of(NullProvider()), packages=(), host=self.host)

    @asynccontextmanager
    async def answers(self, chunk):
        self.chunks += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        self.sizes.append(len(json.loads(chunk)["jobs"]))
        try:
            yield self._lines(chunk)
        finally:
            self.under_way -= 1

    async def _lines(self, chunk):
        async for lines in self.desk.answers(chunk, "driver"):
            for line in lines.split(b"\n"):
                self.lines += 1
                changed = line
                if self.change is not None:
                    changed = await self.change(self, line)
                if changed is None or not self.is_there:
                    raise MachineLostError("gone")
                yield [changed]


@asynccontextmanager
async def desk():
    async with open_desk_for_runs(NULL, lambda _: None) as found:
        yield found


def asked(run_id="run"):
    return AskedReading(run_id=run_id)


@asynccontextmanager
async def dispatching(links, *, notes=None, check=lambda _: ""):
    heard = [] if notes is None else notes
    async with open_dispatcher(
        links, asked(), check=check, note=heard.append, runs_nothing=True
    ) as dispatcher:
        yield dispatcher


async def graded(dispatcher, jobs):
    """Results by number; each job must have exactly one."""
    found = {}

    async def one(each):
        result = await dispatcher.attempt(each)
        assert each.sample.index not in found
        found[each.sample.index] = result

    async with anyio.create_task_group() as group:
        for each in jobs:
            group.start_soon(one, each)
    return found
