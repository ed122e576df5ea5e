"""PHP: tests and candidate are scripts of their own."""

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

HEAD = re.compile(r"^[ \t]*function[ \t]+&?[ \t]*(?P<name>\w+)[ \t]*\(", re.MULTILINE)
RUN = ("php", "-d", "display_errors=stderr", "-d", "html_errors=0")
FAILED = re.compile(r"Exception: Test failed!|AssertionError")
TELLING = re.compile(r"(?:Fatal|Parse) error")


def _program(text: str) -> ProgramText:
    return ProgramText(files={"program.php": text}, run=(*RUN, "program.php"))


def _official(task: TaskText, completion: str) -> ProgramText:
    return _program(f"{task.prompt}{completion}\n{task.tests}")


def _checker(task: TaskText) -> ProgramText | str:
    head = last_head(HEAD, task.prompt)
    if head is None:
        return NO_HEAD
    name = head["name"]
    stub = f"function {name}(...$given) {{ return grader_ask('{name}', $given); }}\n"
    files = {
        "values.php": support("php", "values.php"),
        "checker.php": support("php", "checker.php"),
        "tests.php": f"{task.prompt[: head.start()]}{stub}{task.tests}",
    }
    return ProgramText(files=files, run=(*RUN, "-d", "auto_prepend_file=checker.php", "tests.php"))


def _candidate(task: TaskText, completion: str) -> ProgramText:
    files = {
        "values.php": support("php", "values.php"),
        "candidate.php": support("php", "candidate.php"),
        "solution.php": f"{task.prompt}{completion}\n",
    }
    return ProgramText(files=files, run=(*RUN, "candidate.php"))


def _verdict(task: TaskText, end: ProgramEnd) -> TestsVerdict:  # noqa: ARG001  the contract's
    return by_status(end, FAILED, TELLING)


LANGUAGE = Language(
    name="php",
    title="PHP",
    aliases=frozenset({"php8", "php7"}),
    extension="php",
    toolchain=Toolchain(
        programs=("php",),
        packages="php-cli",
        version=("php", "--version"),
        etc=("php",),
    ),
    program=_program,
    official=_official,
    checker=_checker,
    candidate=_candidate,
    verdict=_verdict,
    probe='<?php if (ctype_digit("1")) { echo "grader\\n"; }\n',
)
