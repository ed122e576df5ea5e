"""What a language is: data, and small pure functions from texts to programs.

A member module of `languages/` has one constant `LANGUAGE`. Files in the language itself lie in
`support/<language>/` and are read with `support`.

A function task is graded by two programs of one language that talk over two pipes: each reads its
descriptor 3 and writes its descriptor 4. The *checker* is the task's official program with a stub
in the solution's place: the stub asks over the pipe. The *candidate* is prompt, completion and a
dispatcher that answers. A message is four bytes, big-endian, of length (at most `MESSAGE_BYTES`)
and that much payload, whose encoding is the language's own. What a checker decodes it builds anew
from the language's standard types, so that nothing of the candidate's ever runs there. A checker
whose candidate raises, leaves or talks nonsense ends at once with status `CANDIDATE_ERRED` and a
line on standard error; a candidate whose pipe ends leaves with status 0.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from grader import plugins
from grader.core.limits import Limits
from grader.core.result import Verdict
from grader.errors import UsageError

ASKS, ANSWERS = 3, 4
"""Descriptors of a program that is one side of an interview: read, written."""
CANDIDATE_ERRED = 97
"""Exit status of a checker whose candidate raised, left or talked nonsense."""
MESSAGE_BYTES = 16 << 20
BUILD_LIMITS = Limits(cpu_s=30.0, wall_s=120.0, memory_mb=1024, pids=256, disk_mb=256)
RUN_LIMITS = Limits(cpu_s=10.0, wall_s=40.0, memory_mb=1024, pids=256)
"""Of a function and its tests. By wall clock MultiPL-E allows 15 s for most commands, HumanEval-X
5 s for a test and several tries for a compiler."""
SUPPORT = Path(__file__).parent / "support"


class Toolchain(NamedTuple):
    """How a slot sees a language's compiler or interpreter, and how it is found."""

    programs: tuple[str, ...]
    """What must be on the PATH of a slot (`/usr/local/bin:/usr/bin:/bin` and `roots`)."""
    packages: str
    """What to install where they are missing, in Debian's names."""
    version: tuple[str, ...]
    """Command that prints its version, on either stream."""
    etc: tuple[str, ...] = ()
    """Names in `/etc` that it reads."""
    roots: tuple[str, ...] = ()
    """Folders beyond `/usr` that it needs, shown read-only at their own place."""
    files: tuple[str, ...] = ()
    """Files of libraries that the tests need, as patterns of the shell; as necessary as the
    programs. What lies elsewhere on other machines is left to `Language.probe`."""
    environment: tuple[tuple[str, str], ...] = ()
    """For every build and run; HOME is /tmp already."""
    prepare: tuple[tuple[str, ...], ...] = ()
    """Commands that make, once per machine and version, in an empty folder, what is shown below
    `core.plan.PREPARED`. They run outside the sandbox: only over files of ours and the system's."""
    prepare_files: tuple[tuple[str, str], ...] = ()
    """Files (name, text) in that folder before."""


class ProgramText(NamedTuple):
    """Files and commands of one program; paths are relative to an empty working directory."""

    files: Mapping[str, str]
    run: tuple[str, ...]
    build: tuple[tuple[str, ...], ...] = ()
    """Commands in this order; none: it is interpreted."""
    keep: tuple[str, ...] = ()
    """What the build makes and the run needs: plain files; nothing else is there at the run.
    Without a build: all of `files` are."""
    standing: str = ""
    """Of a checker that only computes: its text for `Language.standing`; empty: it may not stand
    there."""


class TaskText(NamedTuple):
    """One function task of a data set, in one language, as the data set gives it."""

    family: str
    """`multipl-e`, `humaneval-x` …: which official assembly and which idiom of the tests."""
    id: str
    prompt: str
    tests: str
    entry_point: str = ""
    """Empty where the prompt alone says it."""
    setup: str = ""
    """HumanEval-X: `test_setup`, `declaration`, `import`: what the official program has before."""
    stop: tuple[str, ...] = ()


class ProgramEnd(NamedTuple):
    """How a program came to its end by itself."""

    status: int
    """Exit status; 128 + n where signal n ended it."""
    stdout: str
    stderr: str


class TestsVerdict(NamedTuple):
    """What an official program, or a checker, says by its end."""

    verdict: Verdict
    """PASSED, FAILED (an assertion said no) or ERROR."""
    reason: str = ""
    """One line."""


class Language(NamedTuple):
    """A language; functions are pure and raise nothing for any text."""

    name: str
    """MultiPL-E's: js cpp java go rs php sh ts cs rb lua pl r d rkt scala."""
    title: str
    """As people write it: JavaScript, C++."""
    aliases: frozenset[str]
    """Fence tags and other names, in lower case: javascript, node …"""
    extension: str
    """Without the dot."""
    toolchain: Toolchain
    program: Callable[[str], ProgramText]
    """A whole program that reads standard input and prints."""
    official: Callable[[TaskText, str], ProgramText]
    """(task, completion): prompt, completion and tests in one program, as officially."""
    checker: Callable[[TaskText], ProgramText | str]
    """The trusted side; a text says why this task cannot be interviewed."""
    candidate: Callable[[TaskText, str], ProgramText]
    """(task, completion): the hostile side."""
    verdict: Callable[[TaskText, ProgramEnd], TestsVerdict]
    """What the end of an official program means by the idiom of the tests; also of a checker, but
    for CANDIDATE_ERRED."""
    is_compilers_fault: Callable[[ProgramEnd], bool] = lambda _: False
    """Whether a build ended for an internal error of the compiler: by its status, as texts on its
    streams may be the sample's."""
    standing: ProgramText | None = None
    """A program of ours that checks for one interview after another, where starting an interpreter
    costs as much as a sample: see `core.plan.StandingCommand`."""
    probe: str = ""
    """A whole program that prints `grader` and uses what its toolchain may lack: it is built and
    run in a sandbox before any sample is. Empty: the version is asked for and no more."""
    build_limits: Limits = BUILD_LIMITS
    run_limits: Limits = RUN_LIMITS


def support(language: str, name: str) -> str:
    """A file of ours in the language itself."""
    return _support(language, name)


@cache
def _support(language: str, name: str) -> str:
    return (SUPPORT / language / name).read_text("utf-8")


def load(name: str) -> Language:
    """The language of that name or alias; UsageError where there is none."""
    found = named(name)
    if found is None:
        raise UsageError(f"no language '{name}'; there are: {', '.join(names())}")
    return found


def named(name: str) -> Language | None:
    """The language of that name, alias or fence tag, in any case."""
    return _by_name().get(name.strip().lower())


@cache
def names() -> tuple[str, ...]:
    """The names of all languages, sorted."""
    return tuple(sorted({each.name for each in _by_name().values()}))


@cache
def _by_name() -> dict[str, Language]:
    found: dict[str, Language] = {}
    for member in plugins.names("languages"):
        language: Language = plugins.load("languages", member).LANGUAGE
        for name in (language.name, *sorted(language.aliases)):
            found.setdefault(name, language)
    return found
