"""Run a corpus of programs in slots and print one JSON line per case.

Usage: python corpus_runner.py CORPUS.jsonl slot|task [docker] [no-namespaces]

A process of its own, so that the tests can start it as another user or with fewer rights.
"""

import json
import os
import sys
from pathlib import Path

import anyio
from denial import deny_namespaces

from grader import plugins
from grader.core.execution import CompletionWord, StepEnd, StepResult
from grader.core.limits import Limits
from grader.core.plan import Plan, Program, Step
from grader.core.task import Image
from grader.sandboxes.base import Freshness, Provider, ProviderSettings, Sandbox

WALL_S = 2.0
TOGETHER = 3
SECRET = str(Path(__file__).resolve()) if "docker" in sys.argv else "/etc/hostname"
"""A file of this machine; a container has a host name of its own."""
LIMITS = Limits(cpu_s=3, wall_s=WALL_S, memory_mb=256, pids=32, output_kb=1024, disk_mb=64)
WORDS = {
    StepEnd.MEMORY: "oom",
    StepEnd.OUTPUT: "output_limit",
}
NEIGHBOUR = """
import os
assert os.listdir('.') in ([], ['program.py']), os.listdir('.')
assert os.listdir('/tmp') == [] and os.listdir('/dev/shm') == []
others = {n for n in os.listdir('/proc') if n.isdigit()} - {'1', str(os.getpid())}
if others:
    (owner,) = {os.stat(f'/proc/{n}').st_uid for n in others}
    assert len(others) <= 2 and owner == os.stat('/proc/1').st_uid != os.getuid(), others
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
        case StepEnd.TIMEOUT:
            verdict = "timeout_cpu" if result.evidence == "cpu limit" else "timeout"
        case StepEnd.SIGNAL:
            verdict = f"signal:{result.evidence}"
        case StepEnd.EXIT if said is CompletionWord.DONE:
            verdict = "ok"
        case StepEnd.EXIT if said is CompletionWord.RAISED:
            verdict = "exception"
        case StepEnd.EXIT:
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


def expectation(case: dict, *, bare: bool) -> str:
    """The corpus' predicate in terms of `in_corpus_words`."""
    expect = case["expect"]
    if expect.startswith("passes exactly"):
        expect = "r['verdict'] == 'ok'"
    if "timeout'" in expect and "in (" not in expect:
        expect = expect.replace("r['verdict'] == 'timeout'", "r['verdict'][:7] == 'timeout'")
    return bare_expectation(case["name"], expect) if bare else expect


async def examine(provider: Provider, case: dict) -> dict:
    """One program, and what its neighbour in the slot sees afterwards."""
    code, bare = case["code"], provider.isolation.tier == "bare"
    if not case.get("literal", True):
        code = eval(code, {"SECRET": SECRET})  # the corpus' own template
    wanted = eval(case["limits"]) if case.get("limits") else {}
    changes = {f"{key}_s": float(value) for key, value in wanted.items()}
    plan = Plan(image=Image(), limits=LIMITS, steps=())
    async with provider.sandbox(plan) as sandbox:
        facts = in_corpus_words(await run(sandbox, code, LIMITS.model_copy(update=changes)))
        after = await run(sandbox, NEIGHBOUR_BARE if bare else NEIGHBOUR, LIMITS)
    held = eval(expectation(case, bare=bare), {"r": facts, "SECRET": SECRET})
    return {
        "name": case["name"],
        "held": bool(held),
        "clean": after.completion.said is CompletionWord.DONE,
        "facts": {**facts, "stdout": facts["stdout"][:300], "stderr": facts["stderr"][-300:]},
        "after": f"{after.completion.exception} {after.completion.message}",
    }


async def report(provider: Provider, cases: list[dict]) -> None:
    """Take cases from the list until there are none."""
    while cases:
        print(json.dumps(await examine(provider, cases.pop())), flush=True)


async def main(corpus: Path, fresh: str) -> None:
    cases = [json.loads(line) for line in reversed(corpus.read_text().splitlines())]
    member = plugins.load("sandboxes", "docker" if "docker" in sys.argv else "local")
    async with member.open_provider(
        ProviderSettings(run_id="corpus", fresh=Freshness(fresh))
    ) as provider:
        print(json.dumps({"tier": provider.isolation.tier, "walls": provider.isolation.walls}))
        alone = provider.isolation.tier == "bare" and os.geteuid() != 0
        async with anyio.create_task_group() as group:
            for _ in range(1 if alone else TOGETHER):  # one user's processes are counted together
                group.start_soon(report, provider, cases)


if __name__ == "__main__":
    if "no-namespaces" in sys.argv:
        deny_namespaces()
    anyio.run(main, Path(sys.argv[1]), sys.argv[2])
