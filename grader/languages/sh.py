"""Bash: what a function prints is its value, as `$(…)` takes it."""

import re

from grader.core.result import Verdict
from grader.languages._ends import last_words
from grader.languages._signatures import NO_HEAD, last_head
from grader.languages.base import (
    Language,
    ProgramEnd,
    ProgramText,
    TaskText,
    TestsVerdict,
    Toolchain,
    support,
)

HEAD = re.compile(
    r"^[ \t]*(?:function[ \t]+)?(?P<name>[\w.-]+)[ \t]*(?:\([ \t]*\))?[ \t]*\{[ \t]*$", re.MULTILINE
)
RUN = ("bash",)
ERRED = re.compile(r"syntax error|unexpected EOF|unexpected end of file|command not found")
TELLING = re.compile(r": line \d+: ")


def _program(text: str) -> ProgramText:
    return ProgramText(files={"program.sh": text}, run=(*RUN, "program.sh"))


def _official(task: TaskText, completion: str) -> ProgramText:
    return _program(f"{task.prompt}{completion}\n{task.tests}")


def _checker(task: TaskText) -> ProgramText | str:
    head = last_head(HEAD, task.prompt)
    if head is None:
        return NO_HEAD
    name = head["name"]
    stub = f'{name}() {{\n    grader_ask "{name}" "$@"\n'
    text = f"{support('sh', 'checker.sh')}{task.prompt[: head.start()]}{stub}\n{task.tests}"
    return ProgramText(files={"checker.sh": text}, run=(*RUN, "checker.sh"))


def _candidate(task: TaskText, completion: str) -> ProgramText:
    text = f"{task.prompt}{completion}\n}}\n{support('sh', 'candidate.sh')}"
    return ProgramText(files={"candidate.sh": text}, run=(*RUN, "candidate.sh"))


def _verdict(task: TaskText, end: ProgramEnd) -> TestsVerdict:  # noqa: ARG001  the contract's
    """`set -e` ends the tests with status 1 at a comparison that does not hold."""
    if not end.status:
        return TestsVerdict(Verdict.PASSED)
    has_erred = end.status != 1 or ERRED.search(end.stderr)
    verdict = Verdict.ERROR if has_erred else Verdict.FAILED
    return TestsVerdict(verdict, last_words(end.stderr, TELLING) or f"status {end.status}")


LANGUAGE = Language(
    name="sh",
    title="Bash",
    aliases=frozenset({"bash", "shell", "zsh", "console"}),
    extension="sh",
    toolchain=Toolchain(
        programs=("bash", "bc", "awk", "sed", "grep"),
        packages="bash bc mawk sed grep",
        version=("bash", "--version"),
    ),
    program=_program,
    official=_official,
    checker=_checker,
    candidate=_candidate,
    verdict=_verdict,
    probe='echo "2 - 1" | bc >/dev/null && echo grader\n',
)
