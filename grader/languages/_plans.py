"""Programs of a language as steps of a plan."""

import shlex

from grader.core.limits import Limits
from grader.core.plan import (
    Command,
    CommandInterview,
    PlannedFile,
    ShownToolchain,
    StandingCommand,
    Step,
    TrustedBuild,
)
from grader.languages.base import Language, ProgramText

PIDS_MIN = 32
"""Compilers and virtual machines that get fewer processes end as if they were broken."""


def shown(language: Language) -> ShownToolchain:
    """What a slot shows for a language."""
    toolchain = language.toolchain
    return ShownToolchain(name=language.name, etc=toolchain.etc, roots=toolchain.roots)


def command(language: Language, words: tuple[tuple[str, ...], ...]) -> Command:
    """One command, or several in a row of which the first that fails is the last."""
    argv = words[0] if len(words) == 1 else ("sh", "-c", " && ".join(map(shlex.join, words)))
    return Command(argv=argv, env=language.toolchain.environment)


def files_of(text: ProgramText) -> tuple[PlannedFile, ...]:
    """A program's source files."""
    return tuple(
        PlannedFile(path=path, data=content.encode(errors="surrogatepass"))
        for path, content in text.files.items()
    )


def roomy(limits: Limits) -> Limits:
    """The same limits with as many processes as a toolchain needs."""
    if limits.pids >= PIDS_MIN:
        return limits
    return limits.model_copy(update={"pids": PIDS_MIN})


def build_step(language: Language, text: ProgramText, name: str) -> tuple[Step, ...]:
    """The step that builds a program; none where it is interpreted."""
    if not text.build:
        return ()
    action = command(language, text.build)
    limits = language.build_limits
    return (Step(name=name, action=action, files=files_of(text), keep=text.keep, limits=limits),)


def run_step(
    language: Language, text: ProgramText, name: str, *, limits: Limits, stdin: bytes = b""
) -> Step:
    """The step that runs a program once it is built."""
    action = command(language, (text.run,))
    files = () if text.build else files_of(text)
    return Step(name=name, action=action, files=files, limits=roomy(limits), stdin=stdin)


def _standing(language: Language) -> StandingCommand | None:
    text = language.standing
    if text is None:
        return None
    return StandingCommand(command=command(language, (text.run,)), files=files_of(text))


def interview_step(
    language: Language, candidate: ProgramText, checker: ProgramText, name: str, limits: Limits
) -> Step:
    """The step in which a candidate, which is built already, is asked."""
    build = None
    if checker.build:
        build = TrustedBuild(
            files=files_of(checker), command=command(language, checker.build), keep=checker.keep,
            limits=language.build_limits,
        )  # fmt: skip
    action = CommandInterview(
        candidate=command(language, (candidate.run,)),
        checker=command(language, (checker.run,)),
        checker_files=() if checker.build else files_of(checker),
        checker_build=build,
        standing=_standing(language) if checker.standing else None,
        program=checker.standing,
    )
    files = () if candidate.build else files_of(candidate)
    step = Step(name=name, action=action, files=files, limits=roomy(limits))
    return step.model_copy(update={"stop_on_failure": False})
