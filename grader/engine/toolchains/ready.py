"""Plans in other languages get what they rest on: a proven toolchain, and files of ours built."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from anyio import to_thread

from grader.core.execution import StepEnd, StepResult
from grader.core.limits import Limits
from grader.core.plan import Command, CommandInterview, Plan, ShownToolchain, Step
from grader.core.record import Record
from grader.engine.drive import execute
from grader.engine.remembered import RememberedByKey
from grader.engine.toolchains import here, preparing
from grader.engine.toolchains.builds import KeptBuilds
from grader.errors import ImageError, LanguageAbsentError
from grader.languages import base
from grader.languages._plans import build_step, run_step, shown
from grader.languages.base import Language
from grader.sandboxes.base import Provider

PROBE_LIMITS = Limits(cpu_s=20.0, wall_s=120.0, memory_mb=1024, pids=256, disk_mb=256)
PROBED = "grader"
"""What every probe program prints."""
TOOLCHAINS_MAX = 100


class SuppliedPlan(NamedTuple):
    """A plan with the files that its checkers are."""

    plan: Plan
    refused: str = ""
    """What the compiler said of a checker that does not build."""


class ToolchainVersion(NamedTuple):
    """A toolchain that works here, or why it does not."""

    version: str
    trouble: str = ""
    is_absent: bool = False
    """Whether the trouble is that it was never installed."""


class LanguageFinding(Record):
    """A language of this machine, for `grader doctor`."""

    name: str
    version: str
    trouble: str = ""


class ReadyToolchains:
    """Each language once per engine: looked for, prepared, proven where samples will run."""

    def __init__(self, builds: KeptBuilds) -> None:
        """Nothing is proven yet."""
        self.builds = builds
        self._known: RememberedByKey[ToolchainVersion] = RememberedByKey(TOOLCHAINS_MAX)

    async def supplied(self, plan: Plan, provider: Provider) -> SuppliedPlan:
        """The plan as it can be carried out; ImageError where its toolchain is not here."""
        if plan.toolchain is None:
            return SuppliedPlan(plan)
        name = plan.toolchain.name
        found = await self.proven(base.load(name), provider)
        if found.trouble:
            if found.is_absent and plan.is_answers_choice:
                raise LanguageAbsentError(found.trouble)
            raise ImageError(found.trouble)
        steps: list[Step] = []
        for step in plan.steps:
            step = await self._with_made(step, plan.toolchain, found.version, provider)  # noqa: PLW2901
            action = step.action
            if isinstance(action, CommandInterview) and action.checker_build:
                built = await self.builds.get(
                    action.checker_build, plan.toolchain, found.version, provider
                )
                if built.refused:
                    return SuppliedPlan(plan, built.refused)
                more = (*action.checker_files, *built.files)
                given = {"checker_files": more, "checker_build": None}
                step = step.model_copy(update={"action": action.model_copy(update=given)})  # noqa: PLW2901
            steps.append(step)
        return SuppliedPlan(plan.model_copy(update={"steps": tuple(steps)}))

    async def _with_made(
        self, step: Step, toolchain: ShownToolchain, version: str, provider: Provider
    ) -> Step:
        if step.made is None:
            return step
        built = await self.builds.get(step.made, toolchain, version, provider)
        if built.refused:
            raise ImageError(f"{step.name}: what it rests on does not build: {built.refused[:300]}")
        return step.model_copy(update={"files": (*step.files, *built.files), "made": None})

    async def proven(self, language: Language, provider: Provider) -> ToolchainVersion:
        """Its version, or its trouble; found out once."""
        return await self._known.get(language.name, lambda: proven(language, provider))


async def findings(
    provider: Provider,
    names: Iterable[str] | None = None,
    *,
    say: Callable[[str], None] = lambda _: None,
) -> tuple[LanguageFinding, ...]:
    """Each language (of these, or of all) that is on this machine, tried in a sandbox.

    `say` hears of what takes long.
    """
    found: list[LanguageFinding] = []
    for language in map(base.load, base.names() if names is None else names):
        if not here.missing(language.toolchain):
            told = await proven(language, provider, say)
            found.append(
                LanguageFinding(name=language.name, version=told.version, trouble=told.trouble)
            )
    return tuple(found)


async def proven(
    language: Language, provider: Provider, say: Callable[[str], None] = lambda _: None
) -> ToolchainVersion:
    """Whether a language's programs can be built and run in the provider's sandboxes."""
    if not getattr(provider, "makes_containers", False):
        places: dict[str, str] | None = getattr(provider, "prepared", None)
        if places is None:
            return ToolchainVersion("")  # it runs nothing
        words = here.install_words([language])
        if words:
            return ToolchainVersion("", f"not on this machine: {words}", is_absent=True)
        try:
            folder = await to_thread.run_sync(preparing.prepared, language, say)
        except ImageError as error:
            return ToolchainVersion("", f"{error}; {here.needs(language)}")
        if folder is not None:
            places[language.name] = str(folder)
    version, trouble, _ = await probed(language, provider)
    if trouble and getattr(provider, "makes_containers", False):
        trouble += "; is it in the image? scripts/languages-image makes one, --image names it"
    elif trouble:
        trouble += f"; {here.needs(language)}"
    return ToolchainVersion(version, trouble)


async def probed(language: Language, provider: Provider) -> ToolchainVersion:
    """Ask for the version and run the probe program, inside a sandbox."""
    asked = Command(argv=language.toolchain.version, env=language.toolchain.environment)
    step = Step(name="version", action=asked, limits=PROBE_LIMITS)
    told = await run((step,), shown(language), provider)
    if told.ended is not StepEnd.EXIT or told.code:
        return ToolchainVersion("", f"{language.title} does not run in a sandbox: {words_of(told)}")
    version = here.first_line(told.stdout + b"\n" + told.stderr)
    if not language.probe:
        return ToolchainVersion(version)
    result = await run(probe_steps(language), shown(language), provider)
    if result.ended is StepEnd.EXIT and result.stdout.decode(errors="replace").strip() == PROBED:
        return ToolchainVersion(version)
    trouble = f"{language.title} fails its probe in a sandbox: {words_of(result)}"
    return ToolchainVersion(version, trouble)


def probe_steps(language: Language) -> tuple[Step, ...]:
    """Build and run as a sample's program."""
    text = language.program(language.probe)
    ran = run_step(language, text, "probe", limits=PROBE_LIMITS)
    return (*build_step(language, text, "build of the probe"), ran)


async def run(steps: tuple[Step, ...], toolchain: ShownToolchain, provider: Provider) -> StepResult:
    """Steps of ours; the facts of the last that was run."""
    plan = Plan(limits=PROBE_LIMITS, steps=steps, toolchain=toolchain, trusted=True)
    return (await execute(plan, provider)).steps[-1]


def words_of(result: StepResult) -> str:
    """How a step of ours went wrong."""
    said = (result.stderr or result.stdout).decode(errors="replace").strip()
    how = result.evidence or f"{result.ended} {result.code}"
    return f"{how}: {' '.join(said.split())[:300]}"
