"""Commands of known outcome, for providers that make a container for each plan."""

from functools import partial

from anyio import Lock, create_task_group

from grader.core.container import ContainerOptions
from grader.core.limits import Limits
from grader.core.plan import Command, Plan, Step
from grader.core.task import Image
from grader.engine.proof.programs import CanaryFinding, found_out, words_of
from grader.errors import ProviderError, single_errors
from grader.sandboxes.base import Provider

LIMITS = Limits(cpu_s=30.0, wall_s=120.0, memory_mb=128, output_kb=64, pids=32)
"""Room: all but those that are meant to run into a limit take milliseconds."""
ENDLESS = LIMITS.model_copy(update={"cpu_s": 0.5, "wall_s": 20.0})
WAITING = LIMITS.model_copy(update={"wall_s": 0.5})
MOST_MEMORY_MB = 2048
"""A container that may have more is not filled up for a canary."""
ALONE = 'set -- /proc/[0-9]*; [ "$#" -le 2 ]'
"""The container's first process and this one."""
NO_ROUTE = "n=0; while read -r line; do n=$((n + 1)); done </proc/net/route; [ $n -le 1 ]"
"""Nothing but the table's head."""


class CanaryCommand(Step):
    """A shell script and how it must end."""

    expected: str


def script(name: str, text: str, expected: str, limits: Limits = LIMITS) -> CanaryCommand:
    """Run `text` as the image's root."""
    action = Command(argv=("sh", "-c", text), cwd="/", user="root")
    return CanaryCommand(name=name, action=action, limits=limits, expected=expected)


def scripts(options: ContainerOptions) -> tuple[CanaryCommand, ...]:
    """In this order: the ones after the daemon look for what it left."""
    memory_mb = options.memory_mb or LIMITS.memory_mb
    roomy = LIMITS.model_copy(update={"memory_mb": memory_mb})
    hog = f"dd if=/dev/zero of=/dev/null bs={2 * memory_mb}M count=1"
    found = [
        script("command succeeds", "exit 0", "left with 0"),
        script("command fails", "exit 7", "left with 7"),
        script("command kills itself", "kill -9 $$", "left with 137"),
        script("command never ends", "while :; do :; done", "timeout", ENDLESS),
        script("command waits", "sleep 1000", "timeout", WAITING),
        script("command floods", "while :; do echo xxxxxxxxxxxxxxxxxxx; done", "output", roomy),
        script("command leaves a daemon", "sleep 1000 >/dev/null 2>&1 & exit 0", "left with 0"),
        script("command sees none of it", ALONE, "left with 0"),
    ]
    if not options.network:
        found.append(script("command has no network", NO_ROUTE, "left with 0"))
    if memory_mb <= MOST_MEMORY_MB:
        found.append(script("command eats memory", hog, "memory", roomy))
    return tuple(found)


async def check_commands(
    provider: Provider, image: Image, options: ContainerOptions
) -> tuple[CanaryFinding, ...]:
    """Run them all, in two containers of `image`: some wait for a limit; findings in order."""
    wanted = scripts(options)
    found: dict[str, CanaryFinding] = {}

    async def in_one(some: tuple[CanaryCommand, ...]) -> None:
        plan = Plan(image=image, limits=LIMITS, steps=some)
        async with provider.sandbox(plan) as sandbox:
            for each in some:
                run = partial(sandbox.run, each, each.limits or LIMITS)
                found[each.name] = await found_out(each.name, each.expected, run)

    slow = tuple(each for each in wanted if each.expected == "timeout")
    quick = tuple(each for each in wanted if each not in slow)
    async with single_errors(), create_task_group() as group:
        group.start_soon(in_one, slow)
        group.start_soon(in_one, quick)
    return tuple(found[each.name] for each in wanted)


class ImageProof:
    """Once per run, before the first plan that names an image: in a container of that image."""

    def __init__(self, options: ContainerOptions) -> None:
        """Nothing is proven yet."""
        self._options = options
        self._is_done = False
        # The race: two workers begin with a plan each, and both would prove the provider.
        self._lock = Lock()

    async def given(self, plan: Plan, provider: Provider) -> None:
        """ProviderError where the provider mistakes one for another; what it raises, passes."""
        if plan.image.name == Image().name or not getattr(provider, "makes_containers", False):
            return
        async with self._lock:
            if self._is_done:
                return
            findings = await check_commands(provider, plan.image, self._options)
            wrong = [each for each in findings if not each.passed]
            if wrong:
                raise ProviderError(
                    f"sandbox '{provider.name}' {words_of(wrong)};"
                    f" run: grader doctor {provider.name} --image {plan.image.name}"
                )
            self._is_done = True
