"""Lua 5.3: tests and candidate are scripts of their own."""

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
    name="lua",
    run=("lua5.3",),
    head=re.compile(r"^[ \t]*(?:local[ \t]+)?function[ \t]+(?P<name>\w+)[ \t]*\(", re.MULTILINE),
    stub='local function {name}(...)\n  return graderAsk("{name}", ...)\nend\n\n',
    supports=("wire.lua", "checker.lua"),
    loading=("-l", "checker"),
    exporting="return { {name} = {name} }\n",
)
FAILED = re.compile(r"\b[1-9]\d* failures?\b|^not ok.*\n(?:#.*\n)*# .*expected", re.MULTILINE)
ERRED = re.compile(r"\b[1-9]\d* errors?\b")
TELLING = re.compile(r"expected:|error|\.lua:\d+:")


def _verdict(task: TaskText, end: ProgramEnd) -> TestsVerdict:  # noqa: ARG001  the contract's
    """LuaUnit's status counts what did not succeed; its last line says failures and errors."""
    if not end.status:
        return TestsVerdict(Verdict.PASSED)
    said = f"{end.stderr}\n{end.stdout}"
    failed = FAILED.search(end.stdout) and not ERRED.search(end.stdout)
    verdict = Verdict.FAILED if failed else Verdict.ERROR
    return TestsVerdict(verdict, last_words(said, TELLING) or f"status {end.status}")


LANGUAGE = Language(
    name="lua",
    title="Lua",
    aliases=frozenset({"lua5.3"}),
    extension="lua",
    toolchain=Toolchain(
        programs=("lua5.3",),
        packages="lua5.3 lua-unit",
        version=("lua5.3", "-v"),
    ),
    program=SCRIPTS.program,
    official=SCRIPTS.official,
    checker=SCRIPTS.checker,
    candidate=SCRIPTS.candidate,
    verdict=_verdict,
    probe='require("luaunit")\nprint("grader")\n',
)
