"""The languages that dialects can run: one row each, whatever a protocol calls them.

Rows that need a toolchain are those of the family `languages`.

What is not here, or not in the sandbox, is refused: it is never a wrong program.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Unpack

from anyio import to_thread

from grader.core.execution import StepEnd, StepResult
from grader.core.limits import Limits
from grader.dialects.base import Backend
from grader.engine.service.script import ProgramChoices
from grader.engine.toolchains.here import missing
from grader.engine.toolchains.here import version_of as toolchain_said
from grader.errors import SandboxError, UsageError
from grader.languages import base
from grader.languages.base import Language, Toolchain


class SourceText(NamedTuple):
    """What a client sent to be run."""

    text: str
    name: str = ""
    """What its file is called; empty: nobody minds."""
    arguments: tuple[str, ...] = ()


class PreparedProgram(NamedTuple):
    """A source as `Backend.run` takes it."""

    program: str | list[str]
    files: Mapping[str, str] = {}
    """To be put below the working directory for it."""
    language: str = ""
    """Where `program` is the text of one in a language of the family."""
    arguments: tuple[str, ...] = ()


class RunnableLanguage(NamedTuple):
    """One language."""

    name: str
    aliases: frozenset[str]
    """What protocols call it besides."""
    prepare: Callable[[SourceText], PreparedProgram]
    probe: str | list[str]
    """A program of our own that prints the version where the sandbox has the language."""
    missing: str = ""
    """The next move where it has not; empty where every sandbox has it."""
    file_name: str = ""
    """What a source is called that has no name; empty: it needs no file."""
    told_by: tuple[int, bytes] = (0, b"")
    """Status and words of standard error that a run may end with where it is missing."""
    toolchain: Toolchain | None = None


def python_program(source: SourceText) -> PreparedProgram:
    """In a warm interpreter; with arguments or a file's name as `python NAME ARGUMENTS`."""
    if not (source.arguments or source.name):
        return PreparedProgram(source.text)
    words = [source.name, *source.arguments]
    lines = (
        "import runpy, sys",
        f"sys.argv[:] = {words!r}",
        f"runpy.run_path({source.name!r}, run_name='__main__')",
    )
    return PreparedProgram("\n".join(lines) + "\n", {source.name: source.text})


def pytest_program(source: SourceText) -> PreparedProgram:
    """The file's tests by pytest, which must be among the sandbox's packages."""
    words = [f"./{source.name}", "-p", "no:cacheprovider", *source.arguments]
    program = f"import sys, pytest\nsys.exit(pytest.main({words!r}))\n"
    return PreparedProgram(program, {source.name: source.text})


def shell_program(shell: str) -> Callable[[SourceText], PreparedProgram]:
    """A script by a shell."""

    def prepared(source: SourceText) -> PreparedProgram:
        words = [shell, f"./{source.name}", *source.arguments]  # a name may begin with a dash
        return PreparedProgram(words, {source.name: source.text})

    return prepared


def built_program(language: Language) -> Callable[[SourceText], PreparedProgram]:
    """A program of a language with a toolchain; its file's name is the toolchain's choice."""

    def prepared(source: SourceText) -> PreparedProgram:
        return PreparedProgram(source.text, {}, language.name, source.arguments)

    return prepared


def with_toolchain(language: Language) -> RunnableLanguage:
    """The row of a language of the family."""
    aliases = {language.name, *language.aliases, *PEERS.get(language.name, ())}
    return RunnableLanguage(
        language.title.lower(), frozenset(aliases), built_program(language), language.name,
        f"install {language.toolchain.packages}", toolchain=language.toolchain,
    )  # fmt: skip


PEERS = {
    "cpp": ("c++",),
    "js": ("nodejs", "node-js", "node-javascript", "javascript"),
    "cs": ("csharp", "mono", "csharp.net"),
    "r": ("R", "rscript"),
    "d": ("D_ut",),
}
"""What SandboxFusion and Piston call them besides."""
PYTHON = RunnableLanguage(
    "python",
    frozenset({"python3", "py", "py3", "python3.x"}),
    python_program,
    "import platform\nprint(platform.python_version())\n",
)
TABLE = (
    PYTHON,
    RunnableLanguage(
        "bash",
        frozenset({"sh", "shell"}),
        shell_program("bash"),
        ["bash", "-c", "echo ${BASH_VERSINFO[0]}.${BASH_VERSINFO[1]}.${BASH_VERSINFO[2]}"],
        "the sandbox shows no bash",
        "script.sh",
        (127, b"bash: No such file or directory"),
    ),
    RunnableLanguage(
        "pytest",
        frozenset(),
        pytest_program,
        "import pytest\nprint(pytest.__version__)\n",
        "open the engine with the package pytest",
        "test_code.py",
        (1, b"No module named 'pytest'"),
    ),
    *(with_toolchain(base.load(name)) for name in base.names() if name not in {"python", "sh"}),
)
NUMBER = re.compile(r"\d+(?:\.\d+)+")
PROBE_LIMITS = Limits(cpu_s=10, wall_s=60)

_versions: dict[str, str] = {}
"""What the sandboxes of this process have, as far as it was asked for: they are all alike."""


def language_of(name: str, known: Sequence[RunnableLanguage] = TABLE) -> RunnableLanguage:
    """The language of that name or alias; UsageError where grader cannot run it."""
    for each in known:
        if name == each.name or name in each.aliases:
            return each
    names = ", ".join(each.name for each in known)
    raise UsageError(f"language: grader has no {name!r:.40}; it runs {names}")


async def run_source(
    language: RunnableLanguage,
    source: SourceText,
    backend: Backend,
    /,
    **choices: Unpack[ProgramChoices],
) -> StepResult:
    """Run a source; UsageError where the sandbox lacks the language.

    A program may say what a missing shell says. So it is not believed: a program of ours is asked.
    """
    if language.toolchain is not None and (lacking := missing(language.toolchain)):
        why = f"no {', '.join(lacking)}: {language.missing}"
        raise UsageError(f"language: {language.name} cannot be run here: {why}")
    others = choices.get("files", {})
    prepared = language.prepare(source if source.name else named(source, language, others))
    files = {**others, **prepared.files}
    asked: ProgramChoices = {**choices, "files": files}
    if prepared.language:
        asked |= {"language": prepared.language, "arguments": prepared.arguments}
    result = await backend.run(prepared.program, **asked)
    status, words = language.told_by
    seems_missing = language.missing and result.code == status and words in result.stderr
    if seems_missing and not await version_of(language, backend):
        raise UsageError(f"language: {language.name} cannot be run here: {language.missing}")
    return result


def named(
    source: SourceText, language: RunnableLanguage, others: Mapping[str, object]
) -> SourceText:
    """The source with a name that no other file has, where it needs one."""
    name = language.file_name or ("main.py" if source.arguments else "")
    while name in others:
        name = f"_{name}"
    return source._replace(name=name)


async def version_of(language: RunnableLanguage, backend: Backend) -> str:
    """Its version in the sandbox; empty where there is none. Raises InfraError for our trouble."""
    if language.toolchain is not None:
        return await to_thread.run_sync(toolchain_version, language.toolchain)
    result = await backend.run(language.probe, limits=PROBE_LIMITS)
    if result.ended is not StepEnd.EXIT:
        raise SandboxError(f"the sandbox was asked for a version: {result.evidence}")
    return "" if result.code else result.stdout.decode(errors="replace").strip()


def toolchain_version(toolchain: Toolchain) -> str:
    """The number in what a toolchain says of its version; empty where it is not here."""
    found = None if missing(toolchain) else NUMBER.search(toolchain_said(toolchain))
    return found[0] if found else ""


async def known_version(language: RunnableLanguage, backend: Backend) -> str:
    """The same, asked once where it has one."""
    if language.name not in _versions:
        found = await version_of(language, backend)
        if not found:
            return ""
        _versions[language.name] = found
    return _versions[language.name]
