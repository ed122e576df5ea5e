"""JavaScript, by Node.js: tests and candidate are scripts of their own."""

import re

from grader.core.plan import PREPARED
from grader.core.result import Verdict
from grader.languages._ends import last_words
from grader.languages._node import name_of, ours, stub, waiting
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

HEAD = re.compile(
    r"^(?:(?:async\s+)?function\s*\*?\s*(?P<name>[\w$]+)\s*\(.*\)\s*\{"
    r"|(?:const|let|var)\s+(?P<constant>[\w$]+)\s*=\s*(?:async\s*)?(?:function\b.*|\(.*\)\s*=>|[\w$]+\s*=>)\s*\{)"
    r"[ \t]*(?P<rest>[^\n]*)$",
    re.MULTILINE,
)
"""The line that begins the function that is asked for; the last one in a prompt."""
STAYS_NOT = re.compile(
    r"\b(?:async|await|then|Promise|setTimeout|setInterval|setImmediate|queueMicrotask|process"
    r"|globalThis|global|prototype|__proto__|import|defineProperty|setPrototypeOf)\b"
    r"|require\((?!['\"](?:node:)?assert['\"]\))|\bassert\.\w+\s*="
)
"""Words of tests that may go on after their last line, or leave something behind in the process."""
NEVER_HELD = re.compile(r"AssertionError|Assertion failed")
TELLING = re.compile(r"^(?:(?:Uncaught )?\w*Error\b|Assertion failed)")


def _program(text: str) -> ProgramText:
    return waiting(ProgramText(files={"program.js": text}, run=("node", "program.js")))


def _official(task: TaskText, completion: str) -> ProgramText:
    text = f"{task.prompt}{completion}\n{task.tests}"
    return ProgramText(files={"official.js": text}, run=("node", "official.js"))


def _checker(task: TaskText) -> ProgramText | str:
    head = last_head(HEAD, task.prompt)
    if head is None:
        return NO_HEAD
    text = f"{task.prompt[: head.start()]}{stub(name_of(head))}\n{task.tests}"
    standing = "" if STAYS_NOT.search(text) else text
    files = {"checker.js": ours("checker.js") + text}
    return ProgramText(files=files, run=("node", "checker.js"), standing=standing)


def _candidate(task: TaskText, completion: str) -> ProgramText:
    name = name_of(last_head(HEAD, task.prompt), task.entry_point)
    functions = f";const graderFunctions = {{ {name} }};"
    text = f"{task.prompt}{completion}\n{functions}\n{ours('candidate.js')}"
    return waiting(ProgramText(files={"candidate.js": text}, run=("node", "candidate.js")))


def _verdict(task: TaskText, end: ProgramEnd) -> TestsVerdict:
    """MultiPL-E goes by the status; HumanEval-X passes where nothing at all was printed."""
    said = last_words(end.stderr or end.stdout, TELLING) or f"status {end.status}"
    has_failed = bool(NEVER_HELD.search(end.stderr))
    if task.family == "humaneval-x":
        if not (end.stdout or end.stderr):
            return TestsVerdict(Verdict.PASSED)
        return TestsVerdict(Verdict.FAILED if has_failed or not end.status else Verdict.ERROR, said)
    if not end.status:
        return TestsVerdict(Verdict.PASSED)
    return TestsVerdict(Verdict.FAILED if has_failed else Verdict.ERROR, said)


LANGUAGE = Language(
    name="js",
    title="JavaScript",
    aliases=frozenset({"javascript", "node", "nodejs", "node.js", "jsx", "mjs", "cjs"}),
    extension="js",
    toolchain=Toolchain(
        programs=("node",),
        packages="nodejs",
        version=("node", "--version"),
        etc=("ssl/openssl.cnf",),
        environment=(("NODE_PATH", f"{PREPARED}/js/node_modules"),),
        prepare_files=(("node_modules/js-md5/index.js", support("js", "md5.js")),),
    ),
    program=_program,
    official=_official,
    checker=_checker,
    candidate=_candidate,
    verdict=_verdict,
    standing=ProgramText(
        files={"standing.js": ours("standing.js")},
        run=("node", "standing.js"),
    ),
    probe='process.stdout.write("grader\\n");\n',
)
