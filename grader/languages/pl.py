"""Perl: tests and candidate are scripts of their own."""

import re

from grader.core.result import Verdict
from grader.languages._ends import last_words
from grader.languages._scripted import ScriptedLanguage
from grader.languages.base import (
    Language,
    ProgramEnd,
    TaskText,
    TestsVerdict,
    Toolchain,
)

SCRIPTS = ScriptedLanguage(
    name="pl",
    run=("perl",),
    head=re.compile(r"^[ \t]*sub[ \t]+(?P<name>\w+)", re.MULTILINE),
    stub='sub {name} {\n    return GraderAsk::call("{name}", @_);\n}\n\n',
    supports=("GraderWire.pm", "GraderAsk.pm"),
    loading=("-I.", "-MGraderAsk"),
)
ANYTHING = re.compile(r"\S")


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
    program=SCRIPTS.program,
    official=SCRIPTS.official,
    checker=SCRIPTS.checker,
    candidate=SCRIPTS.candidate,
    verdict=_verdict,
    probe='use Test::Deep;\nprint "grader\\n" if eq_deeply([1], [1]);\n',
)
