"""Interviews whose answers have a limit of CPU time; prints how each ended, as one JSON object.

Usage: python call_limit_runner.py slot|task [docker] [no-namespaces]
"""

import json
import sys

import anyio
from denial import deny_namespaces

from grader import plugins
from grader.core.limits import Limits
from grader.core.plan import Interview, Plan, Step
from grader.core.task import Image
from grader.sandboxes.base import Freshness, ProviderSettings

LIMITS = Limits(cpu_s=6, wall_s=60, memory_mb=256)
CALL_CPU_S = 0.3
BURN = "import os, signal, threading, time\n\ndef burn(s):\n    end = time.thread_time() + s\n"
BURN += "    while time.thread_time() < end: pass\n\n"
CANDIDATES = {
    "quick": "def f(n):\n    return n\n",
    "slow in all, quick in each": "def f(n):\n    burn(0.02)\n    return n\n",
    "slow once": "def f(n):\n    burn(0.8 if n == 7 else 0)\n    return n\n",
    "deaf to alarms": "for each in range(1, 65):\n    try: signal.signal(each, signal.SIG_IGN)\n"
    "    except (OSError, ValueError): pass\n"
    "def f(n):\n    burn(0.8 if n == 7 else 0)\n    return n\n",
    "a child burns": "def f(n):\n    if n == 7:\n        if not os.fork(): burn(0.8); os._exit(0)\n"
    "        os.wait()\n    return n\n",
    "threads burn": "def f(n):\n    if n == 7:\n"
    "        each = [threading.Thread(target=burn, args=(0.3,)) for _ in '123']\n"
    "        [one.start() for one in each]; [one.join() for one in each]\n    return n\n",
    "slow before it is asked": "burn(0.8)\ndef f(n):\n    return n\n",
    "sleeps": "def f(n):\n    time.sleep(0.8 if n == 7 else 0)\n    return n\n",
}


def interview(candidate: str) -> Interview:
    return Interview(
        candidate=BURN + candidate,
        tests="for n in range(30):\n    assert f(n) == n\n",
        functions=("f",),
        tidy=True,
        call_cpu_s=CALL_CPU_S,
    )


async def main(fresh: str) -> None:
    member = plugins.load("sandboxes", "docker" if "docker" in sys.argv else "local")
    plan = Plan(image=Image(), limits=LIMITS, steps=())
    found: dict[str, str] = {}
    async with member.open_provider(
        ProviderSettings(run_id="calls", fresh=Freshness(fresh))
    ) as provider:
        for name, candidate in CANDIDATES.items():
            step = Step(name="interview", action=interview(candidate))
            async with provider.sandbox(plan) as sandbox:
                result = await sandbox.run(step, LIMITS)
            found[name] = result.evidence or result.checker.completion.said
    print(json.dumps(found))


if __name__ == "__main__":
    if "no-namespaces" in sys.argv:
        deny_namespaces()
    anyio.run(main, sys.argv[1])
