"""Perl: tests and candidate are scripts of their own."""

import re

from grader.core.result import Verdict
from grader.languages._scripted import NO_HEAD, last_head, last_words
from grader.languages.base import (
    Language,
    ProgramEnd,
    ProgramText,
    TaskText,
    TestsVerdict,
    Toolchain,
    support,
)

HEAD = re.compile(r"^[ \t]*sub[ \t]+(?P<name>\w+)", re.MULTILINE)
RUN = ("perl",)
ANYTHING = re.compile(r"\S")


def _program(text: str) -> ProgramText:
    return ProgramText(files={"program.pl": text}, run=(*RUN, "program.pl"))


def _official(task: TaskText, completion: str) -> ProgramText:
    return _program(f"{task.prompt}{completion}\n{task.tests}")


def _checker(task: TaskText) -> ProgramText | str:
    head = last_head(HEAD, task.prompt)
    if head is None:
        return NO_HEAD
    name = head["name"]
    stub = f'sub {name} {{\n    return GraderAsk::call("{name}", @_);\n}}\n'
    files = {
        "GraderWire.pm": support("pl", "GraderWire.pm"),
        "GraderAsk.pm": support("pl", "GraderAsk.pm"),
        "tests.pl": f"{task.prompt[: head.start()]}{stub}\n{task.tests}",
    }
    return ProgramText(files=files, run=(*RUN, "-I.", "-MGraderAsk", "tests.pl"))


def _candidate(task: TaskText, completion: str) -> ProgramText:
    files = {
        "GraderWire.pm": support("pl", "GraderWire.pm"),
        "candidate.pl": support("pl", "candidate.pl"),
        "solution.pl": f"{task.prompt}{completion}\n",
    }
    return ProgramText(files=files, run=(*RUN, "candidate.pl"))


def _verdict(task: TaskText, end: ProgramEnd) -> TestsVerdict:  # noqa: ARG001  the contract's
    """The tests end with status 1 and say nothing where a comparison fails; `die` has others."""
    if not end.status:
        return TestsVerdict(Verdict.PASSED)
    verdict = Verdict.FAILED if end.status == 1 else Verdict.ERROR
    return TestsVerdict(verdict, last_words(end.stderr, ANYTHING) or f"status {end.status}")


LANGUAGE = Language(
    name="pl",
    title="Perl",
    aliases=frozenset({"perl", "perl5"}),
    extension="pl",
    toolchain=Toolchain(
        programs=("perl",),
        packages="perl libtest-deep-perl",
        version=("perl", "--version"),
        etc=("perl",),
    ),
    program=_program,
    official=_official,
    checker=_checker,
    candidate=_candidate,
    verdict=_verdict,
    probe='use Test::Deep;\nprint "grader\\n" if eq_deeply([1], [1]);\n',
)
