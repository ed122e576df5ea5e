"""Programs of known outcome that every provider must tell apart before it sees a sample."""

from collections.abc import Iterable

from grader.core.execution import Ended, Said, StepResult
from grader.core.limits import Limits
from grader.core.plan import Plan, Program, Step
from grader.core.record import Record
from grader.core.task import Image
from grader.errors import SandboxError
from grader.sandboxes.base import Provider

LIMITS = Limits(cpu_s=0.5, wall_s=3.0, memory_mb=128, output_kb=64, pids=16)


class Canary(Record):
    """A program and how it must end."""

    name: str
    source: str
    expected: str
    limits: Limits = LIMITS


class Finding(Record):
    """What one canary showed."""

    name: str
    expected: str
    found: str
    passed: bool


CANARIES = (
    Canary(name="passes", source="assert 1 + 1 == 2", expected="done"),
    Canary(name="fails", source="assert 1 + 1 == 3", expected="raised AssertionError"),
    Canary(name="does not compile", source="def broken(:", expected="refused SyntaxError"),
    Canary(name="leaves early", source="import os\nos._exit(0)", expected="left with 0"),
    Canary(
        name="kills itself",
        source="import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
        expected="signal SIGKILL",
    ),
    Canary(name="never ends", source="while True: pass", expected="timeout"),
    Canary(
        name="eats memory",
        source="hoard = []\nwhile True: hoard.append(bytearray(b'x') * (1 << 20))",
        expected="memory",
    ),
    Canary(
        name="floods its output",
        source="while True: print('x' * 1000)",
        expected="output",
        limits=LIMITS.model_copy(update={"cpu_s": 5.0}),
    ),
    Canary(
        name="leaves a daemon behind",
        source="import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(1000)",
        expected="done",
    ),
    Canary(
        name="sees no neighbours",
        source="import os\nassert not os.listdir('.') or os.listdir('.') == ['program.py']\n"
        "own = {str(os.getpid()), '1'}\n"
        "others = {n for n in os.listdir('/proc') if n.isdigit()} - own\n"
        "owner = lambda n: os.stat('/proc/' + n).st_uid\n"
        # The supervisor may have one process that forks in its stead.
        "assert len(others) <= 1 and all(owner(n) == owner('1') != os.getuid() for n in others)",
        expected="done",
    ),
)
"""In this order: the last one looks for what the one before it left."""

NEEDS_NAMESPACE = {"sees no neighbours"}


async def check(provider: Provider) -> tuple[Finding, ...]:
    """Run every canary; findings in order. Raises SandboxError only where the provider does."""
    findings: list[Finding] = []
    for canary in CANARIES:
        if canary.name in NEEDS_NAMESPACE and provider.isolation.tier == "bare":
            continue
        step = Step(name=canary.name, action=Program(source=canary.source))
        plan = Plan(image=Image(), limits=canary.limits, steps=(step,))
        async with provider.sandbox(plan) as sandbox:
            result = await sandbox.run(step, canary.limits)
        findings.append(finding(canary.name, canary.expected, result))
    return tuple(findings)


def finding(name: str, expected: str, result: StepResult) -> Finding:
    """What a program of known outcome came to."""
    found = describe(result)
    return Finding(name=name, expected=expected, found=found, passed=found == expected)


async def prove(provider: Provider) -> None:
    """SandboxError unless the provider tells every canary apart."""
    wrong = [finding for finding in await check(provider) if not finding.passed]
    if wrong:
        raise SandboxError(
            f"sandbox '{provider.name}' cannot be trusted here: {words_of(wrong)};"
            " run: grader doctor"
        )


def words_of(wrong: Iterable[Finding]) -> str:
    """Name each canary that ended as it must not."""
    return "; ".join(f"'{each.name}' gave {each.found!r}" for each in wrong)


def describe(result: StepResult) -> str:
    """How a step ended, in the words of `Canary.expected`."""
    match result.ended:
        case Ended.EXIT if result.completion.said is Said.NOTHING:
            return f"left with {result.code}"
        case Ended.EXIT if result.completion.exception == "MemoryError":
            return "memory"
        case Ended.EXIT:
            return f"{result.completion.said} {result.completion.exception}".strip()
        case Ended.SIGNAL:
            return f"signal {result.evidence}"
        case _:
            return str(result.ended)
