"""Racket: tests and candidate are modules of their own.

Our modules are compiled once per machine. RackUnit says on standard error what failed, and ends
with status 0: so the tests' verdict is read from there, as officially, of a program that holds
nothing of the model's.
"""

import re

from grader.core.plan import PREPARED
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

HEAD = re.compile(r"^[ \t]*\(define[ \t]+\((?P<name>[^\s()\[\]]+)", re.MULTILINE)
LANG = re.compile(r"^#lang[^\n]*\n", re.MULTILINE)
OURS = f"{PREPARED}/rkt"
RUN = ("racket",)
FAILED = re.compile(r"^FAILURE$", re.MULTILINE)
TELLING = re.compile(r"^(?:FAILURE|ERROR|name:)")
ASKING = f'(require (only-in (file "{OURS}/ask.rkt") grader-ask))\n'


def _program(text: str) -> ProgramText:
    return ProgramText(files={"program.rkt": text}, run=(*RUN, "program.rkt"))


def _official(task: TaskText, completion: str) -> ProgramText:
    return _program(f"{task.prompt}{completion}\n{task.tests}")


def _checker(task: TaskText) -> ProgramText | str:
    head = last_head(HEAD, task.prompt)
    if head is None or LANG.search(task.prompt) is None:
        return NO_HEAD
    name = head["name"]
    stub = f'(define ({name} . given) (grader-ask "{name}" given))\n'
    text = f"{task.prompt[: head.start()]}{ASKING}{stub}\n{task.tests}"
    return ProgramText(files={"tests.rkt": text}, run=(*RUN, "tests.rkt"), standing=text)


def _candidate(task: TaskText, completion: str) -> ProgramText:
    head = last_head(HEAD, task.prompt)
    name = head["name"] if head else task.entry_point
    text = f"{task.prompt}{completion}\n(provide {name})\n"
    return ProgramText(files={"solution.rkt": text}, run=(*RUN, f"{OURS}/serve.rkt"))


def _verdict(task: TaskText, end: ProgramEnd) -> TestsVerdict:  # noqa: ARG001  the contract's
    """Whatever stands on standard error says no."""
    if not end.stderr.strip() and not end.status:
        return TestsVerdict(Verdict.PASSED)
    if FAILED.search(end.stderr):
        return TestsVerdict(Verdict.FAILED, "a test's check failed")
    return TestsVerdict(Verdict.ERROR, last_words(end.stderr, TELLING) or f"status {end.status}")


MODULES = ("wire.rkt", "ask.rkt", "serve.rkt", "standing.rkt")
LANGUAGE = Language(
    name="rkt",
    title="Racket",
    aliases=frozenset({"racket", "scheme"}),
    extension="rkt",
    toolchain=Toolchain(
        programs=("racket", "raco"),
        packages="racket",
        version=("racket", "--version"),
        etc=("racket",),
        environment=(("PLT_COMPILED_FILE_CHECK", "exists"),),
        prepare=(("raco", "make", *MODULES),),
        prepare_files=tuple((each, support("rkt", each)) for each in MODULES),
    ),
    program=_program,
    official=_official,
    checker=_checker,
    candidate=_candidate,
    verdict=_verdict,
    standing=ProgramText(files={}, run=(*RUN, f"{OURS}/standing.rkt")),
    probe='#lang racket\n(require rackunit)\n(check-equal? 1 1)\n(displayln "grader")\n',
)
