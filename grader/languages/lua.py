"""Lua 5.3: tests and candidate are scripts of their own."""

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

HEAD = re.compile(r"^[ \t]*(?:local[ \t]+)?function[ \t]+(?P<name>\w+)[ \t]*\(", re.MULTILINE)
RUN = ("lua5.3",)
FAILED = re.compile(r"\b[1-9]\d* failures?\b|^not ok.*\n(?:#.*\n)*# .*expected", re.MULTILINE)
ERRED = re.compile(r"\b[1-9]\d* errors?\b")
TELLING = re.compile(r"expected:|error|\.lua:\d+:")


def _program(text: str) -> ProgramText:
    return ProgramText(files={"program.lua": text}, run=(*RUN, "program.lua"))


def _official(task: TaskText, completion: str) -> ProgramText:
    return _program(f"{task.prompt}{completion}\n{task.tests}")


def _checker(task: TaskText) -> ProgramText | str:
    head = last_head(HEAD, task.prompt)
    if head is None:
        return NO_HEAD
    name = head["name"]
    stub = f'local function {name}(...)\n  return graderAsk("{name}", ...)\nend\n'
    files = {
        "wire.lua": support("lua", "wire.lua"),
        "checker.lua": support("lua", "checker.lua"),
        "tests.lua": f"{task.prompt[: head.start()]}{stub}\n{task.tests}",
    }
    return ProgramText(files=files, run=(*RUN, "-l", "checker", "tests.lua"))


def _candidate(task: TaskText, completion: str) -> ProgramText:
    head = last_head(HEAD, task.prompt)
    name = head["name"] if head else task.entry_point
    files = {
        "wire.lua": support("lua", "wire.lua"),
        "candidate.lua": support("lua", "candidate.lua"),
        "solution.lua": f"{task.prompt}{completion}\nreturn {{ {name} = {name} }}\n",
    }
    return ProgramText(files=files, run=(*RUN, "candidate.lua"))


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
    program=_program,
    official=_official,
    checker=_checker,
    candidate=_candidate,
    verdict=_verdict,
    probe='require("luaunit")\nprint("grader")\n',
)
