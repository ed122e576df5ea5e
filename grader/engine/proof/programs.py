"""Programs of known outcome that every provider must tell apart before it sees a sample."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import anyio

from grader.core.execution import CompletionWord, StepEnd, StepResult
from grader.core.groups import only
from grader.core.limits import Limits
from grader.core.plan import Plan, Program, Step
from grader.core.record import Record
from grader.core.task import Image
from grader.errors import ProviderError, SandboxError
from grader.sandboxes.base import Provider

LIMITS = Limits(cpu_s=30.0, wall_s=60.0, memory_mb=128, output_kb=64, pids=16)
"""Room: what a canary does takes milliseconds, on the slowest machine seen half a second."""
ENDLESS = LIMITS.model_copy(update={"cpu_s": 0.1, "wall_s": 3.0})
"""Only what is meant to run into them has these: nothing on a busy machine changes how it ends."""
KEPT = "kept it all"
HOARD_MB = 4 * LIMITS.memory_mb
HOG = f"""hoard = [bytearray(b'x') * (1 << 20) for _ in range({HOARD_MB})]
print('{KEPT}', flush=True)
import time
time.sleep(1000)"""
"""Bounded, so that a missing limit harms nobody, and waiting, so that a slow look finds it."""
TRIES = 3
CHANCE = {
    "timeout": "this machine is too slow or too busy",
    "raised BlockingIOError": "no more processes may be started here (see ulimit -u)",
}
"""What a canary comes to by what it lacks, not by what stands around it → what it lacks."""


class CanaryProgram(Record):
    """A program and how it must end."""

    name: str
    source: str
    expected: str
    limits: Limits = LIMITS


class CanaryFinding(Record):
    """What one canary showed."""

    name: str
    expected: str
    found: str
    passed: bool


CANARIES = (
    CanaryProgram(name="passes", source="assert 1 + 1 == 2", expected="done"),
    CanaryProgram(name="fails", source="assert 1 + 1 == 3", expected="raised AssertionError"),
    CanaryProgram(name="does not compile", source="def broken(:", expected="refused SyntaxError"),
    CanaryProgram(name="leaves early", source="import os\nos._exit(0)", expected="left with 0"),
    CanaryProgram(
        name="kills itself",
        source="import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
        expected="signal SIGKILL",
    ),
    CanaryProgram(name="never ends", source="while True: pass", expected="timeout", limits=ENDLESS),
    CanaryProgram(name="eats memory", source=HOG, expected="memory"),
    CanaryProgram(
        name="floods its output", source="while True: print('x' * 1000)", expected="output"
    ),
    CanaryProgram(
        name="leaves a daemon behind",
        source="import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(1000)",
        expected="done",
    ),
    CanaryProgram(
        name="sees no neighbours",
        source="import os\nassert not os.listdir('.') or os.listdir('.') == ['program.py']\n"
        "own = {str(os.getpid()), '1'}\n"
        "others = {n for n in os.listdir('/proc') if n.isdigit()} - own\n"
        "owner = lambda n: os.stat('/proc/' + n).st_uid\n"
        # The supervisor may have two processes of its own: one that forks in its stead, and the
        # seed that this came from. Their owner is the system's root, who is the task's own user
        # where the engine is a root in name only.
        "def closed(n):\n"
        "    try:\n"
        "        return not os.readlink(f'/proc/{n}/exe')\n"
        "    except OSError:\n"
        "        return True\n"
        "ours = lambda n: owner(n) == owner('1') and (owner(n) != os.getuid() or closed(n))\n"
        "assert len(others) <= 2 and all(map(ours, others))",
        expected="done",
    ),
)
NEEDS_NAMESPACE = {"sees no neighbours"}
LOOKS_AFTER = {"sees no neighbours"}
"""Each runs in the sandbox of the one before it, and looks for what that one left."""


async def check(provider: Provider, *, at_once: int = 1) -> tuple[CanaryFinding, ...]:
    """Run every canary, so many at a time; findings in order.

    Raises SandboxError only where the provider does.
    """
    canaries = [
        canary
        for canary in CANARIES
        if not (canary.name in NEEDS_NAMESPACE and provider.isolation.tier == "bare")
    ]
    turns = anyio.Semaphore(at_once)
    findings: dict[str, CanaryFinding] = {}

    async def look(chain: list[CanaryProgram]) -> None:
        async with turns:
            for finding in await findings_of(provider, chain):
                findings[finding.name] = finding

    try:
        async with anyio.create_task_group() as group:
            for chain in chains(canaries):
                group.start_soon(look, chain)
    except BaseExceptionGroup as several:
        raise only(several) from None
    return tuple(findings[canary.name] for canary in canaries)


def chains(canaries: Sequence[CanaryProgram]) -> list[list[CanaryProgram]]:
    """Canaries that share a sandbox; the one that takes longest begins first."""
    found: list[list[CanaryProgram]] = []
    for canary in canaries:
        if canary.name in LOOKS_AFTER and found:
            found[-1].append(canary)
        else:
            found.append([canary])
    return sorted(found, key=lambda chain: chain[0].limits != ENDLESS)


async def findings_of(provider: Provider, chain: Sequence[CanaryProgram]) -> list[CanaryFinding]:
    """What canaries in one sandbox showed; a single one has a new sandbox whenever it is run."""
    if len(chain) == 1:
        (canary,) = chain
        return [await found_out(canary.name, canary.expected, partial(run, provider, canary))]
    async with provider.sandbox(plan_of(chain[0])) as sandbox:
        return [
            await found_out(
                canary.name,
                canary.expected,
                partial(sandbox.run, plan_of(canary).steps[0], canary.limits),
            )
            for canary in chain
        ]


def plan_of(canary: CanaryProgram) -> Plan:
    """A canary as a plan."""
    step = Step(name=canary.name, action=Program(source=canary.source))
    return Plan(image=Image(), limits=canary.limits, steps=(step,))


async def run(provider: Provider, canary: CanaryProgram) -> StepResult:
    """One canary in a sandbox of its own."""
    plan = plan_of(canary)
    async with provider.sandbox(plan) as sandbox:
        return await sandbox.run(plan.steps[0], canary.limits)


async def found_out(
    name: str, expected: str, run: Callable[[], Awaitable[StepResult]]
) -> CanaryFinding:
    """What a program of known outcome came to.

    Where it was ended from outside in another way than it must be, that may be the machine's doing
    (no time to run, memory or processes wanted by others), and it is run again; so it is where its
    sandbox broke. What a program says itself is no luck: one that fails and is said to be done
    counts at once.
    """
    found = ""
    for tries_left in reversed(range(TRIES)):
        try:
            result = await run()
        except ProviderError:
            raise
        except SandboxError:  # somebody killed a part of it, or it never works
            if not tries_left:
                raise
            continue
        found = describe(result)
        if found == expected or (result.ended is StepEnd.EXIT and found not in CHANCE):
            break
    return CanaryFinding(name=name, expected=expected, found=found, passed=found == expected)


async def prove(provider: Provider, *, place: str = "", at_once: int = 1) -> None:
    """SandboxError unless the provider tells every canary apart.

    place: all that the proof rests on besides this process, which then keeps it; empty: nothing is
    kept. Only what has passed is believed again.
    """
    if place and place in _proven:
        return
    wrong = [finding for finding in await check(provider, at_once=at_once) if not finding.passed]
    if wrong:
        raise SandboxError(f"sandbox '{provider.name}' {words_of(wrong)}; run: grader doctor")
    if place:
        _proven.add(place)


_proven: set[str] = set()
"""Places that have told all canaries apart in this process."""


def words_of(wrong: Sequence[CanaryFinding]) -> str:
    """Name each canary that ended as it must not, and say what that is evidence of."""
    names = "; ".join(f"'{each.name}' gave {each.found!r}" for each in wrong)
    lacking = dict.fromkeys(CHANCE.get(each.found, "") for each in wrong)
    if all(lacking):
        return (
            f"could not be proven: {' and '.join(lacking)} ({names}, {TRIES} times);"
            " nothing speaks against its isolation: mend that and run again"
        )
    return f"cannot be trusted here: {names}"


def describe(result: StepResult) -> str:
    """How a step ended, in the words of `CanaryProgram.expected`."""
    match result.ended:
        case StepEnd.EXIT if result.completion.said is CompletionWord.NOTHING:
            return f"left with {result.code}"
        case StepEnd.EXIT if result.completion.exception == "MemoryError":
            return "memory"
        case StepEnd.EXIT:
            return f"{result.completion.said} {result.completion.exception}".strip()
        case StepEnd.TIMEOUT if result.stdout.startswith(KEPT.encode()):
            return f"{HOARD_MB} MiB kept under a limit of {LIMITS.memory_mb} MiB"
        case StepEnd.SIGNAL:
            return f"signal {result.evidence}"
        case _:
            return str(result.ended)
