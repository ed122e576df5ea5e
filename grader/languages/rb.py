"""Ruby: tests and candidate are scripts of their own."""

import re

from grader.languages._scripted import NO_HEAD, by_status, last_head
from grader.languages.base import (
    Language,
    ProgramEnd,
    ProgramText,
    TaskText,
    TestsVerdict,
    Toolchain,
    support,
)

HEAD = re.compile(r"^[ \t]*def[ \t]+(?P<name>[\w?!]+)", re.MULTILINE)
RUN = ("ruby", "--disable=did_you_mean,error_highlight,rubyopt")
"""Without what only makes messages longer; gems stay, for answers require some."""
FAILED = re.compile(r"^Failure: ", re.MULTILINE)
TELLING = re.compile(r"^(?:Failure|Error): |[Ee]rror\b")


def _program(text: str) -> ProgramText:
    return ProgramText(files={"program.rb": text}, run=(*RUN, "program.rb"))


def _official(task: TaskText, completion: str) -> ProgramText:
    return _program(f"{task.prompt}{completion}\n{task.tests}")


def _checker(task: TaskText) -> ProgramText | str:
    head = last_head(HEAD, task.prompt)
    if head is None:
        return NO_HEAD
    name = head["name"]
    stub = f'def {name}(*given)\n  GraderAsk.call("{name}", given)\nend\n'
    files = {
        "values.rb": support("rb", "values.rb"),
        "checker.rb": support("rb", "checker.rb"),
        "tests.rb": f"{task.prompt[: head.start()]}{stub}\n{task.tests}",
    }
    return ProgramText(files=files, run=(*RUN, "-r", "./checker.rb", "tests.rb"))


def _candidate(task: TaskText, completion: str) -> ProgramText:
    files = {
        "values.rb": support("rb", "values.rb"),
        "candidate.rb": support("rb", "candidate.rb"),
        "solution.rb": f"{task.prompt}{completion}\n",
    }
    return ProgramText(files=files, run=(*RUN, "candidate.rb"))


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
    program=_program,
    official=_official,
    checker=_checker,
    candidate=_candidate,
    verdict=_verdict,
    probe='require "test/unit/assertions"\nputs "grader"\n',
)
