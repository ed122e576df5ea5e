"""JavaScript, by Node.js: tests and candidate are scripts of their own."""

import re

from grader.core.result import Verdict
from grader.languages.base import (
    PREPARED,
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


def head_of(prompt: str) -> re.Match[str] | None:
    """The last function of a prompt, which the completion goes on with."""
    found = list(HEAD.finditer(prompt))
    return found[-1] if found else None


def _program(text: str) -> ProgramText:
    return ProgramText(files={"program.js": text}, run=("node", "program.js"))


def _official(task: TaskText, completion: str) -> ProgramText:
    text = f"{task.prompt}{completion}\n{task.tests}"
    return ProgramText(files={"official.js": text}, run=("node", "official.js"))


def _checker(task: TaskText) -> ProgramText | str:
    head = head_of(task.prompt)
    if head is None:
        return "the prompt does not end with the head of a function"
    name = head["name"] or head["constant"]
    ours = support("js", "values.js") + support("js", "checker.js")
    stub = f'function {name}(...given) {{ return graderAsk("{name}", given); }}'
    text = f"{task.prompt[: head.start()]}{stub}\n{task.tests}"
    standing = "" if STAYS_NOT.search(text) else text
    files = {"checker.js": ours + text}
    return ProgramText(files=files, run=("node", "checker.js"), standing=standing)


def _candidate(task: TaskText, completion: str) -> ProgramText:
    head = head_of(task.prompt)
    name = (head["name"] or head["constant"]) if head else task.entry_point
    ours = support("js", "values.js") + support("js", "candidate.js")
    functions = f";const graderFunctions = {{ {name} }};"
    text = f"{task.prompt}{completion}\n{functions}\n{ours}"
    return ProgramText(files={"candidate.js": text}, run=("node", "candidate.js"))


def _verdict(task: TaskText, end: ProgramEnd) -> TestsVerdict:
    """MultiPL-E goes by the status; HumanEval-X passes where nothing at all was printed."""
    said = _last_words(end)
    has_failed = bool(NEVER_HELD.search(end.stderr))
    if task.family == "humaneval-x":
        if not (end.stdout or end.stderr):
            return TestsVerdict(Verdict.PASSED)
        return TestsVerdict(Verdict.FAILED if has_failed or not end.status else Verdict.ERROR, said)
    if not end.status:
        return TestsVerdict(Verdict.PASSED)
    return TestsVerdict(Verdict.FAILED if has_failed else Verdict.ERROR, said)


def _last_words(end: ProgramEnd) -> str:
    """The line that says what went wrong."""
    lines = [line.strip() for line in (end.stderr or end.stdout).splitlines() if line.strip()]
    telling = (
        line for line in lines if re.match(r"(?:Uncaught )?\w*Error\b|Assertion failed", line)
    )
    return next(telling, lines[-1] if lines else f"status {end.status}")[:300]


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
        files={"standing.js": support("js", "values.js") + support("js", "standing.js")},
        run=("node", "standing.js"),
    ),
    probe='process.stdout.write("grader\\n");\n',
)
