"""Ruby: tests and candidate are scripts of their own."""

import re

from grader.languages._ends import by_status
from grader.languages._scripted import ScriptedLanguage
from grader.languages.base import (
    Language,
    ProgramEnd,
    TaskText,
    TestsVerdict,
    Toolchain,
)

SCRIPTS = ScriptedLanguage(
    name="rb",
    # Without what only makes messages longer; gems stay, for answers require some.
    run=("ruby", "--disable=did_you_mean,error_highlight,rubyopt"),
    head=re.compile(r"^[ \t]*def[ \t]+(?P<name>[\w?!]+)", re.MULTILINE),
    stub='def {name}(*given)\n  GraderAsk.call("{name}", given)\nend\n\n',
    supports=("values.rb", "checker.rb"),
    loading=("-r", "./checker.rb"),
)
FAILED = re.compile(r"^Failure: ", re.MULTILINE)
TELLING = re.compile(r"^(?:Failure|Error): |[Ee]rror\b")


def _verdict(task: TaskText, end: ProgramEnd) -> TestsVerdict:  # noqa: ARG001  the contract's
    return by_status(end, FAILED, TELLING)


LANGUAGE = Language(
    name="rb",
    title="Ruby",
    aliases=frozenset({"ruby", "irb"}),
    extension="rb",
    toolchain=Toolchain(
        programs=("ruby",),
        packages="ruby ruby-test-unit",
        version=("ruby", "--version"),
    ),
    program=SCRIPTS.program,
    official=SCRIPTS.official,
    checker=SCRIPTS.checker,
    candidate=SCRIPTS.candidate,
    verdict=_verdict,
    probe='require "test/unit/assertions"\nputs "grader"\n',
)
