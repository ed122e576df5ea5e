"""PHP: tests and candidate are scripts of their own."""

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
    name="php",
    run=("php", "-d", "display_errors=stderr", "-d", "html_errors=0"),
    head=re.compile(r"^[ \t]*function[ \t]+&?[ \t]*(?P<name>\w+)[ \t]*\(", re.MULTILINE),
    stub="function {name}(...$given) { return grader_ask('{name}', $given); }\n",
    supports=("values.php", "checker.php"),
    loading=("-d", "auto_prepend_file=checker.php"),
)
FAILED = re.compile(r"Exception: Test failed!|AssertionError")
TELLING = re.compile(r"(?:Fatal|Parse) error")


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
    program=SCRIPTS.program,
    official=SCRIPTS.official,
    checker=SCRIPTS.checker,
    candidate=SCRIPTS.candidate,
    verdict=_verdict,
    probe='<?php if (ctype_digit("1")) { echo "grader\\n"; }\n',
)
