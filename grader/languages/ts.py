"""TypeScript: the candidate is checked and stripped by tsc, and runs by Node.js as the tests do."""

import re

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
    r"^(?:export\s+)?(?:async\s+)?function\s*\*?\s*(?P<name>[\w$]+)\s*[(<]"
    r"|^(?:export\s+)?(?:const|let|var)\s+(?P<constant>[\w$]+)\s*(?::[^=\n]*)?=\s*(?:async\s*)?[(<]",
    re.MULTILINE,
)
DECLARE = "declare var require: any;\n"
DECLARED = re.compile(r"^declare\s+var\s+require\s*:\s*any;\s*$", re.MULTILINE)
TSC = ("tsc", "--target", "esnext", "--lib", "esnext", "host.d.ts")
"""Officially `tsc --target esnext FILE`. Reading what a browser has takes two thirds of its time;
`host.d.ts` declares what programs use of it."""
ONLY_COMMENTS = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
FAILED = re.compile(r"AssertionError|Assertion failed")
TELLING = re.compile(r"^(?:Uncaught )?\w*Error\b|Assertion failed")


def _compiled(name: str, text: str, more: dict[str, str] | None = None) -> ProgramText:
    """A program of one script, and what else it needs at the run."""
    files = {"host.d.ts": support("ts", "host.d.ts"), f"{name}.ts": text, **(more or {})}
    return ProgramText(
        files=files,
        build=((*TSC, f"{name}.ts"),),
        run=("node", f"{name}.js"),
        keep=(f"{name}.js", *(more or {})),
    )


def _program(text: str) -> ProgramText:
    return waiting(_compiled("program", text))


def _official(task: TaskText, completion: str) -> ProgramText:
    return _compiled("official", f"{task.prompt}{completion}\n{task.tests}")


def _checker(task: TaskText) -> ProgramText | str:
    head = last_head(HEAD, task.prompt)
    if head is None:
        return NO_HEAD
    before = task.prompt[: head.start()]
    if not ONLY_COMMENTS.fullmatch(before):
        return "its prompt has more than one function"
    asking = f"{ours('checker.js')}{before}{stub(name_of(head))}"
    text = f"{asking}\n{DECLARED.sub('', task.tests)}"
    return ProgramText(files={"checker.js": text}, run=("node", "checker.js"))


def _candidate(task: TaskText, completion: str) -> ProgramText:
    name = name_of(last_head(HEAD, task.prompt), task.entry_point)
    text = f"{task.prompt}{completion}\n"
    text += "" if DECLARED.search(text) else DECLARE
    text += f"(globalThis as any).graderFunction = {name};\n"
    loaded = 'require("./solution.js");\n'
    functions = f"{loaded}const graderFunctions = {{ {name}: globalThis.graderFunction }};\n"
    made = _compiled("solution", text, {"candidate.js": functions + ours("candidate.js")})
    return waiting(made._replace(run=("node", "candidate.js")))


def _verdict(task: TaskText, end: ProgramEnd) -> TestsVerdict:  # noqa: ARG001  the contract's
    if not end.status:
        return TestsVerdict(Verdict.PASSED)
    verdict = Verdict.FAILED if FAILED.search(end.stderr) else Verdict.ERROR
    return TestsVerdict(verdict, last_words(end.stderr, TELLING) or f"status {end.status}")


LANGUAGE = Language(
    name="ts",
    title="TypeScript",
    aliases=frozenset({"typescript", "tsx"}),
    extension="ts",
    toolchain=Toolchain(
        programs=("node", "tsc"),
        packages="nodejs node-typescript",
        version=("tsc", "--version"),
        etc=("ssl/openssl.cnf",),
    ),
    program=_program,
    official=_official,
    checker=_checker,
    candidate=_candidate,
    verdict=_verdict,
    probe='const word: string = "grader";\nconsole.log(word);\n',
)
