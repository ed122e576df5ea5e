"""What the strict reading costs: one patch by parity alone and by both readings, taking turns.

Every task is surveyed once; then its own solution (or the predictions of files) is graded in
rounds, by parity alone and by both readings, so that a busy machine slows both. Containers are one
at a time: the wall clock is that of one worker.
"""

import argparse
import json
import statistics
import time
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from fnmatch import fnmatchcase
from pathlib import Path

import anyio

from grader.core.job import Job
from grader.core.plan import Plan
from grader.core.sample import Sample
from grader.core.task import Task
from grader.engine import dataset
from grader.engine.drive import execute
from grader.engine.judgement import judge
from grader.engine.learning.survey import surveyed
from grader.graders import repo
from grader.sandboxes.base import Provider, ProviderSettings, Sandbox
from grader.sandboxes.docker import open_provider


class Timed:
    """A provider that notes what its containers cost besides their steps."""

    def __init__(self, inner: Provider) -> None:
        self.inner, self.around_s = inner, 0.0
        self.name, self.isolation, self.python = inner.name, inner.isolation, inner.python

    @asynccontextmanager
    async def sandbox(self, plan: Plan) -> AsyncGenerator[Sandbox]:
        began = time.monotonic()
        async with self.inner.sandbox(plan) as made:
            self.around_s += time.monotonic() - began
            yield made
            began = time.monotonic()
        self.around_s += time.monotonic() - began


async def once(job: Job, provider: Provider) -> dict[str, float | str]:
    """Seconds of one patch, in all and by part."""
    timed = Timed(provider)
    began = time.monotonic()
    plan = repo.plan(job)
    execution = await execute(plan, timed)
    while (later := repo.later(job, execution)).steps:
        rest = plan.model_copy(update={"steps": later.steps})
        execution = await execute(rest, timed, after=execution)
    executed = time.monotonic()
    result = await judge(job, execution)
    found: dict[str, float | str] = {
        "steps": sum(step.wall_s for step in execution.steps),
        "all": time.monotonic() - began,
        "containers": timed.around_s,
        "judge": time.monotonic() - executed,
        "cpu": sum(step.cpu_s for step in execution.steps),
        "verdict": "/".join(result.readings.values()),
    }
    for step in execution.steps:
        found[step.name] = step.wall_s
        if step.name == "strict-tests":
            found |= {run["name"]: run["wall_s"] for run in json.loads(step.stdout)["runs"]}
    return found


async def measured(
    task: Task, patches: dict[str, str], provider: Provider, rounds: int
) -> list[dict]:
    """Rounds of parity alone and both, in turn, for each patch."""
    began = time.monotonic()
    known = await surveyed(await surveyed(task, provider, "control"), provider, "survey")
    survey_s = time.monotonic() - began
    found = []
    for name, patch in [each for _ in range(rounds) for each in patches.items()]:
        for reading in ("parity", "strict"):
            sample = Sample(task_id=task.id, index=0, body=patch, whole=True)
            job = Job(task=known, sample=sample, reading=reading)
            found.append({"task": name, "reading": reading, "survey": survey_s,
                          **await once(job, provider)})  # fmt: skip
    return found


def table(rows: list[dict]) -> Iterable[str]:
    """One line a task and reading: medians in seconds, and the ratio of both to parity alone."""
    parts = ["all", "cpu", "containers", "apply", "eval", "strict-ground", "strict-tests", "real",
             "twin", "judge"]  # fmt: skip
    yield (
        f"{'task':44} {'reading':8}" + "".join(f"{part[-12:]:>13}" for part in parts) + "  verdict"
    )
    ratios, passing = [], []
    sums = {"parity": 0.0, "strict": 0.0}
    for task in dict.fromkeys(row["task"] for row in rows):
        alone = 0.0
        for reading in ("parity", "strict"):
            mine = [row for row in rows if (row["task"], row["reading"]) == (task, reading)]
            medians = {p: statistics.median(row.get(p, 0.0) for row in mine) for p in parts}
            alone = alone or medians["all"]
            shown = "".join(f"{medians[part]:13.2f}" for part in parts)
            verdict = mine[0]["verdict"]
            yield f"{task:44} {reading:8}{shown}  {verdict} {medians['all'] / alone:.2f}x"
            sums[reading] += medians["all"]
        ratios.append(medians["all"] / alone)
        passing += ratios[-1:] if verdict == "passed/passed" else []
    yield f"both / parity alone: median {statistics.median(ratios):.2f}x, most {max(ratios):.2f}x"
    yield f"  over all {len(ratios)} patches together: {sums['strict'] / sums['parity']:.2f}x"
    if passing:
        yield f"  of {len(passing)} that pass: median {statistics.median(passing):.2f}x"


def predictions(task: Task, files: Iterable[Path]) -> dict[str, str]:
    """A name for each patch → the patch; the task's own solution where no files are given."""
    found = {
        f"{path.stem} {task.id.rsplit('__', 1)[-1]}": row["model_patch"]
        for path in files
        for row in map(json.loads, path.read_text().splitlines())
        if row["instance_id"] == task.id and (row["model_patch"] or "").strip()
    }
    return found if files else {task.id: repo.Spec.model_validate(task.spec).patch}


async def main(given: argparse.Namespace) -> None:
    tasks = dataset.load("swebench", given.data).tasks
    rows = []
    async with open_provider(ProviderSettings(run_id="bench-strict", workers=2)) as provider:
        for task in tasks.values():
            if any(fnmatchcase(task.id, pattern) for pattern in given.task):
                patches = predictions(task, given.predictions)
                rows += await measured(task, patches, provider, given.rounds) if patches else []
                print(*table(rows), sep="\n", flush=True)
    print(json.dumps(rows, indent=2) if given.json else "\n".join(table(rows)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="rows of SWE-bench")
    parser.add_argument("--task", nargs="+", default=["*"], help="ids, or patterns of them")
    parser.add_argument("--predictions", nargs="*", type=Path, default=[], help="files of patches")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    anyio.run(main, parser.parse_args())
