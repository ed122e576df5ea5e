"""R: tests and candidate are scripts of their own.

`Rscript` is a program that starts a script that starts R; here R is started, as it does. The tests
need what R has built in and no package: their side starts in a fifth of the time.
"""

import re

from grader.languages._ends import by_status
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

HEAD = re.compile(r"^[ \t]*(?P<name>[\w.]+)[ \t]*(?:<-|=)[ \t]*function\b", re.MULTILINE)
HOME = "/usr/lib/R"
RUN = (f"{HOME}/bin/exec/R", "--no-echo", "--no-restore")
BARE = ("env", "R_DEFAULT_PACKAGES=NULL", *RUN, "--vanilla")
ENVIRONMENT = (
    ("R_HOME", HOME),
    ("R_SHARE_DIR", "/usr/share/R/share"),
    ("R_INCLUDE_DIR", "/usr/share/R/include"),
    ("R_DOC_DIR", "/usr/share/R/doc"),
    ("LD_LIBRARY_PATH", f"{HOME}/lib"),
)
"""What Debian's script `R` sets."""
FAILED = re.compile(r"is not TRUE")
TELLING = re.compile(r"^Error|is not TRUE")


def _program(text: str) -> ProgramText:
    return ProgramText(files={"program.R": text}, run=(*RUN, "--file=program.R"))


def _official(task: TaskText, completion: str) -> ProgramText:
    return _program(f"{task.prompt}{completion}\n{task.tests}")


def _checker(task: TaskText) -> ProgramText | str:
    head = last_head(HEAD, task.prompt)
    if head is None:
        return NO_HEAD
    name = head["name"]
    stub = f'{name} <- function(...) graderAsk("{name}", list(...))\n'
    text = f"{support('r', 'checker.R')}{task.prompt[: head.start()]}{stub}\n{task.tests}"
    files = {"wire.R": support("r", "wire.R"), "tests.R": text}
    return ProgramText(files=files, run=(*BARE, "--file=tests.R"))


def _candidate(task: TaskText, completion: str) -> ProgramText:
    files = {each: support("r", each) for each in ("wire.R", "candidate.R")}
    files |= {"solution.R": f"{task.prompt}{completion}\n"}
    return ProgramText(files=files, run=(*RUN, "--file=candidate.R"))


def _verdict(task: TaskText, end: ProgramEnd) -> TestsVerdict:  # noqa: ARG001  the contract's
    return by_status(end, FAILED, TELLING)


LANGUAGE = Language(
    name="r",
    title="R",
    aliases=frozenset({"rscript", "rlang"}),
    extension="R",
    toolchain=Toolchain(
        programs=("Rscript", "env"),
        packages="r-base-core",
        version=("Rscript", "--version"),
        etc=("R",),
        files=(RUN[0],),
        environment=ENVIRONMENT,
    ),
    program=_program,
    official=_official,
    checker=_checker,
    candidate=_candidate,
    verdict=_verdict,
    probe='stopifnot(median(c(1, 2, 3)) == 2)\ncat("grader\\n")\n',
)
