"""Files of ours that are made of trusted texts: once for each content, in a slot of our own."""

import base64
from typing import NamedTuple

from anyio import to_thread

from grader.core.execution import StepEnd, StepResult
from grader.core.plan import Plan, PlannedFile, ShownToolchain, Step, TrustedBuild
from grader.core.record import digest
from grader.engine.drive import refuse, taken_out
from grader.engine.learning.lessons import LessonStore
from grader.engine.remembered import RememberedByKey
from grader.errors import SandboxError
from grader.languages import base
from grader.languages.base import ProgramEnd
from grader.sandboxes.base import Provider

BUILDS_MAX = 64
"""Builds that are held, the last used ones; some hundred KiB each, of Go two MiB."""
SAID_CHARS = 2000


class BuiltFiles(NamedTuple):
    """What came of a build."""

    files: tuple[PlannedFile, ...]
    refused: str = ""
    """What the compiler said where it did not build; what is ours to blame is raised."""


class KeptBuilds:
    """By content: in this process, and on the disk where there is a place for them."""

    def __init__(self, kept: LessonStore | None = None) -> None:
        """`kept`: where builds outlive this process."""
        self._kept = kept
        self._known: RememberedByKey[BuiltFiles] = RememberedByKey(BUILDS_MAX)

    async def get(
        self, build: TrustedBuild, toolchain: ShownToolchain, version: str, provider: Provider
    ) -> BuiltFiles:
        """The build's files; `version`: of the toolchain, and what else it rests on."""
        said = (build.model_dump_json(), toolchain.model_dump_json(), version, provider.name)
        key = digest(*(each.encode(errors="surrogatepass") for each in said))
        return await self._known.get(key, lambda: self._found(key, build, toolchain, provider))

    async def _found(
        self, key: str, build: TrustedBuild, toolchain: ShownToolchain, provider: Provider
    ) -> BuiltFiles:
        if self._kept and (stored := await to_thread.run_sync(self._kept.read, key)):
            files = {path: base64.b64decode(text) for path, text in stored.items()}
            return BuiltFiles(planned(files))
        built = await certain(build, toolchain, provider)
        if self._kept and not built.refused:
            texts = {each.path: base64.b64encode(each.data).decode() for each in built.files}
            await to_thread.run_sync(self._kept.write, key, texts)
        return built


def planned(files: dict[str, bytes]) -> tuple[PlannedFile, ...]:
    """Files as a step takes them, executable."""
    return tuple(PlannedFile(path=path, data=data, mode=0o755) for path, data in files.items())


async def certain(build: TrustedBuild, toolchain: ShownToolchain, provider: Provider) -> BuiltFiles:
    """A build; a refusal is believed where the compiler says it twice in the same words.

    Who is refused is graded in one process with the tests, where a forgery may pass: so what only a
    crowded machine refused (no more processes, no memory) must not count. Raises SandboxError then.
    """
    first = await run(build, toolchain, provider)
    if not first.refused:
        return first
    second = await run(build, toolchain, provider)
    if second.refused and second.refused != first.refused:
        raise SandboxError(f"a checker was refused in two ways: {second.refused[:SAID_CHARS]}")
    return second


async def run(build: TrustedBuild, toolchain: ShownToolchain, provider: Provider) -> BuiltFiles:
    """Build where no sample's code ever runs."""
    step = Step(name="build", action=build.command, files=build.files, keep=build.keep)
    plan = Plan(limits=build.limits, steps=(step,), toolchain=toolchain, trusted=True)
    async with provider.sandbox(plan) as sandbox:
        result = await sandbox.run(step, build.limits)
    refuse(result, doubting=False)
    files, result = taken_out(result, step)
    if result.ended is StepEnd.EXIT and not result.code and len(files) == len(build.keep):
        return BuiltFiles(tuple(files))
    if result.ended is not StepEnd.EXIT:
        raise SandboxError(f"building a checker ended by {result.evidence or result.ended}")
    end = ProgramEnd(result.code, "", "")
    if not result.code or base.load(toolchain.name).is_compilers_fault(end):
        raise SandboxError(f"building a checker: the compiler broke: {said_by(result)[:200]}")
    return BuiltFiles((), refused=said_by(result))


def said_by(result: StepResult) -> str:
    """What a compiler printed, cut; something in any case."""
    text = (result.stderr or result.stdout).decode(errors="replace").strip()
    return text[:SAID_CHARS] or f"status {result.code}"
