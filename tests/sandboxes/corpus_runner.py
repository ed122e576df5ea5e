"""Run a corpus of programs in local slots and print one JSON line per case.

Usage: python corpus_runner.py CORPUS.jsonl slot|task [no-namespaces]

A process of its own, so that the tests can start it as another user or with fewer rights.
"""

import json
import sys
from pathlib import Path

import anyio
from denial import deny_namespaces

from grader.core.execution import Ended, Said, StepResult
from grader.core.limits import Limits
from grader.core.plan import Plan, Program, Step
from grader.core.task import Image
from grader.sandboxes.base import Fresh, Sandbox, Settings
from grader.sandboxes.local import open_provider

WALL_S = 2.5
SECRET = "/etc/hostname"
LIMITS = Limits(cpu_s=3, wall_s=WALL_S, memory_mb=256, pids=32, output_kb=1024, disk_mb=64)
WORDS = {
    Ended.MEMORY: "oom",
    Ended.OUTPUT: "output_limit",
}
NEIGHBOUR = """
import os
assert os.listdir('.') in ([], ['program.py']), os.listdir('.')
assert os.listdir('/tmp') == [] and os.listdir('/dev/shm') == []
assert {n for n in os.listdir('/proc') if n.isdigit()} <= {'1', str(os.getpid())}
import json, sys
assert json.dumps([1]) == '[1]' and os.read
"""
NEIGHBOUR_BARE = "import os\nassert os.listdir('.') in ([], ['program.py']), os.listdir('.')"


def bare_expectation(name: str, expect: str) -> str:
    """What no namespace can give: a network of one's own, a folder called /work."""
    if any(word in name for word in ("loopback", "http server", "undeletable", "abstract unix")):
        return "r['verdict'] == 'exception'"
    return expect


def in_corpus_words(result: StepResult) -> dict:
    """A step's facts as the corpus' predicates call them."""
    said = result.completion.said
    match result.ended:
        case Ended.TIMEOUT:
            verdict = "timeout_cpu" if result.evidence == "cpu limit" else "timeout"
        case Ended.SIGNAL:
            verdict = f"signal:{result.evidence}"
        case Ended.EXIT if said is Said.DONE:
            verdict = "ok"
        case Ended.EXIT if said is Said.RAISED:
            verdict = "exception"
        case Ended.EXIT:
            verdict = "early_exit"
        case _:
            verdict = WORDS[result.ended]
    return {
        "verdict": verdict,
        "stdout": result.stdout.decode(errors="replace"),
        "stderr": result.stderr.decode(errors="replace"),
        "wall": result.wall_s,
        "record": {"type": result.completion.exception, "message": result.completion.message},
    }


async def run(sandbox: Sandbox, source: str, limits: Limits) -> StepResult:
    step = Step(name="case", action=Program(source=source))
    return await sandbox.run(step, limits)


async def main(corpus: Path, fresh: str) -> None:
    plan = Plan(image=Image(), limits=LIMITS, steps=())
    async with open_provider(Settings(run_id="corpus", fresh=Fresh(fresh))) as provider:
        print(json.dumps({"tier": provider.isolation.tier, "walls": provider.isolation.walls}))
        bare = provider.isolation.tier == "bare"
        for line in corpus.read_text().splitlines():
            case = json.loads(line)
            code = case["code"]
            if not case.get("literal", True):
                code = eval(code, {"SECRET": SECRET})  # noqa: S307  the corpus' own template
            wanted = eval(case["limits"]) if case.get("limits") else {}  # noqa: S307
            changes = {f"{key}_s": float(value) for key, value in wanted.items()}
            limits = LIMITS.model_copy(update=changes)
            async with provider.sandbox(plan) as sandbox:
                facts = in_corpus_words(await run(sandbox, code, limits))
            async with provider.sandbox(plan) as sandbox:
                after = await run(sandbox, NEIGHBOUR_BARE if bare else NEIGHBOUR, LIMITS)
            expect = case["expect"]
            if expect.startswith("passes exactly"):
                expect = "r['verdict'] == 'ok'"
            if "timeout'" in expect and "in (" not in expect:
                expect = expect.replace(
                    "r['verdict'] == 'timeout'", "r['verdict'][:7] == 'timeout'"
                )
            if bare:
                expect = bare_expectation(case["name"], expect)
            held = eval(expect, {"r": facts, "SECRET": SECRET})  # noqa: S307
            clean = after.completion.said is Said.DONE
            short = {**facts, "stdout": facts["stdout"][:300], "stderr": facts["stderr"][-300:]}
            print(
                json.dumps(
                    {
                        "name": case["name"], "held": bool(held), "clean": clean,
                        "facts": short, "after": f"{after.completion.exception} {after.completion.message}",
                    }
                ),
                flush=True,
            )  # fmt: skip


if __name__ == "__main__":
    if "no-namespaces" in sys.argv:
        deny_namespaces()
    anyio.run(main, Path(sys.argv[1]), sys.argv[2])
