"""Try a red team's items in slots, as a run would, and print one JSON line per item.

Usage: python red_team_runner.py slot|task [docker] [no-landlock] [no-namespaces] <ITEMS.jsonl

A process of its own, so that the tests can start it as another user or with fewer rights. Items of
one sequence go in order through one slot; all others get a provider of their own order. An item is
`raw` (a program) or of the kind of a grader, with that grader's `spec`.
"""

import base64
import json
import os
import subprocess
import sys
import time
from itertools import groupby
from typing import Any

import anyio
from denial import deny_landlock, deny_namespaces

from grader import plugins
from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.plan import Plan, Program, Step
from grader.core.result import Verdict
from grader.core.sample import Sample
from grader.core.task import Image, Task
from grader.engine.attempt import attempt
from grader.engine.learning.survey import TaskSurveys
from grader.engine.proof.programs import describe
from grader.errors import SandboxError
from grader.sandboxes.base import Freshness, Provider, ProviderSettings

LIMITS = Limits(cpu_s=3, wall_s=6, memory_mb=256, pids=32, output_kb=1024, disk_mb=32)
TRIES = 3
ODD_NAME = (
    "import ctypes, time; ctypes.CDLL(None).prctl(15, b'\\xff) \\xfe'); print(flush=True); "
    "time.sleep(600)"
)


def limits_of(item: dict[str, Any]) -> Limits:
    return LIMITS.model_copy(update=item.get("limits", {}))


async def raw(item: dict[str, Any], provider: Provider) -> dict[str, Any]:
    """A program by itself; like a sample it is tried again where the sandbox broke."""
    limits, reason = limits_of(item), ""
    stdin = item.get("stdin", "")
    data = base64.b64decode(stdin["base64"]) if isinstance(stdin, dict) else stdin.encode()
    step = Step(name="case", action=Program(source=item["body"]), stdin=data)
    for _ in range(TRIES):
        try:
            async with provider.sandbox(Plan(image=Image(), limits=limits, steps=())) as sandbox:
                result = await sandbox.run(step, limits)
        except SandboxError as error:
            reason = str(error)
            continue
        return {
            "verdict": describe(result),
            "reason": f"{result.completion.exception}: {result.completion.message}",
            "stdout": result.stdout.decode(errors="replace")[-20000:],
            "wall_s": result.wall_s,
        }
    return {"verdict": Verdict.UNGRADED, "reason": reason, "stdout": ""}


async def graded(item: dict[str, Any], provider: Provider) -> dict[str, Any]:
    """A solution, judged as `grader evaluate` judges it."""
    made = Task(
        id=item.get("task", "t/1"), benchmark="red", kind=item["type"], spec=item["spec"],
        limits=limits_of(item),
    )  # fmt: skip
    sample = Sample(task_id=made.id, index=0, body=item["body"], whole=item.get("whole", False))
    result = await attempt(Job(task=made, sample=sample), provider, surveys=TaskSurveys())
    return {"verdict": result.verdict, "reason": result.reason, "trust": result.trust}


async def one(item: dict[str, Any], provider: Provider) -> dict[str, Any]:
    began = time.monotonic()
    try:
        with anyio.fail_after(120):
            found = await (raw if item["type"] == "raw" else graded)(item, provider)
    except Exception as error:
        found = {"verdict": "crashed", "reason": f"{type(error).__name__}: {error}"}
    return {"id": item["id"], "took_s": round(time.monotonic() - began, 2), **found}


async def main(items: list[dict[str, Any]], fresh: str, member: str) -> None:
    module = plugins.load("sandboxes", member)
    settings = ProviderSettings(run_id=f"red{os.getpid()}", fresh=Freshness(fresh))
    async with module.open_provider(settings) as provider:
        print(json.dumps({"tier": provider.isolation.tier, "walls": provider.isolation.walls}))
    for _, group in groupby(items, key=lambda item: item.get("sequence", "")):
        async with module.open_provider(settings) as provider:
            for item in group:
                print(json.dumps(await one(item, provider)), flush=True)


def odd_neighbour() -> subprocess.Popen[bytes]:
    """A process of this machine whose name is no text."""
    process = subprocess.Popen([sys.executable, "-c", ODD_NAME], stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.readline()
    return process


if __name__ == "__main__":
    fresh, *words = sys.argv[1:]
    given = [json.loads(line) for line in sys.stdin.buffer]
    if "no-landlock" in words:
        deny_landlock()
    if "no-namespaces" in words:
        deny_namespaces()
    neighbour = odd_neighbour()
    try:
        anyio.run(main, given, fresh, "docker" if "docker" in words else "local")
    finally:
        neighbour.kill()
        neighbour.wait()
