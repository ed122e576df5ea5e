"""What an evaluation script does before its tests, and which test commands it runs.

The scripts are SWE-bench's: set-up, a reset of the test files, the test patch in a here-document,
and the test commands between two marker lines.
"""

import re
import shlex
from typing import Literal, NamedTuple

from grader.core.record import Record

START = ">>>>> Start Test Output"
END = ">>>>> End Test Output"
MARKER = re.compile(r"\s*:\s*'(>>>>> (?:Start|End) Test Output)'\s*")
HERE_DOCUMENT = re.compile(r"<<\s*'?(?P<word>\w+)'?\s*$")
SHOWS = re.compile(r"\s*git\s+(?:-c\s+\S+\s+)*(?:status|show|diff|log)\b")
RESETS = re.compile(r"\s*(?:git\s+(?:checkout|apply)\b|rm\s+-f\s)")
BESIDE = re.compile(r"\s*(?:#|\w+=\$\?\s*$)")
"""Between the markers and no test: comments, and the note of the exit status."""
VARIABLE = re.compile(r"[A-Za-z_]\w*=")
CHOSEN = re.compile(
    r"if .*?; then (?P<name>\w+)=\"[^\"$]*\"; else (?P=name)=\"(?P<otherwise>[^\"$]*)\"; fi;"
    r" \$(?P=name) (?P<rest>.*)"
)
"""A command that one of two interpreters' options precede: without them the tests are the same."""
TOX = re.compile(r"tox --current-env(?: -e\s*\w+)?(?: -v)? --")
"""Sphinx's rows: its `tox.ini` runs `python -m pytest -rA --durations 25` on what follows."""
UNPLAIN = re.compile(r"[|&;<>`]|\$\(")

Framework = Literal["pytest", "unittest", "sympy"]


class TestCommand(Record):
    """A test command that the grader's own runner can take the place of."""

    __test__ = False

    framework: Framework
    arguments: tuple[str, ...]
    variables: tuple[tuple[str, str], ...] = ()
    python_options: tuple[str, ...] = ()
    interpreters: tuple[str, ...] = ("python", "python3")
    """Names on PATH whose Python is the tests' one, best first."""
    script: str = ""
    """The repository's own script that is run; empty for `pytest`."""
    cwd_on_path: bool = False
    """Whether the command puts the working directory on the module path."""


class EvaluationScript(NamedTuple):
    """An evaluation script in parts."""

    setup: str
    """All before the tests but what shows or resets the tree."""
    commands: tuple[TestCommand, ...]
    why: str
    """Why the tests cannot be driven by the grader's runner; empty where they can."""


def read(script: str) -> EvaluationScript:
    """Take `script` apart; `why` is set where a part is not understood."""
    before, inside = _parts(script)
    commands: list[TestCommand] = []
    for line in inside:
        command = test_command(line)
        if command is None:
            return EvaluationScript(
                before, (), f"test command not understood: {line.strip()[:120]}"
            )
        commands.append(command)
    if len(commands) != 1:
        return EvaluationScript(before, (), f"{len(commands)} test commands, expected one")
    return EvaluationScript(before, tuple(commands), "")


def _parts(script: str) -> tuple[str, list[str]]:
    """(set-up, lines between the markers)."""
    setup: list[str] = []
    inside: list[str] = []
    state, until = "before", ""
    for line in script.splitlines():
        if until:
            until = "" if line.strip() == until else until
            continue
        marker = MARKER.fullmatch(line)
        if marker:
            state = "tests" if marker[1] == START else "after"
        elif state == "before" and (RESETS.match(line) or SHOWS.match(line)):
            document = HERE_DOCUMENT.search(line)
            until = document["word"] if document else ""
        elif state == "before":
            setup.append(line)
        elif state == "tests" and line.strip() and not BESIDE.match(line):
            inside.append(line)
    return "\n".join(setup), inside


def test_command(line: str) -> TestCommand | None:
    """One line as a test command; None where it is not one that can be driven."""
    if chosen := CHOSEN.fullmatch(line.strip()):
        line = f"{chosen['otherwise']} {chosen['rest']}"
    if line.startswith("tox --current-env"):
        line = TOX.sub("python -m pytest -rA --durations 25", line)
    if UNPLAIN.search(re.sub(r"'[^']*'|\"[^\"]*\"", "", line)):
        return None
    try:
        words = shlex.split(line)
    except ValueError:
        return None
    variables: list[tuple[str, str]] = []
    while words and VARIABLE.match(words[0]):
        name, _, value = words.pop(0).partition("=")
        if "$" in value:
            return None
        variables.append((name, value))
    if not words:
        return None
    found = _python(words) or _direct(words)
    return found.model_copy(update={"variables": tuple(variables)}) if found else None


test_command.__test__ = False  # type: ignore[attr-defined]


def _direct(words: list[str]) -> TestCommand | None:
    """A command by the name of its script."""
    program = words[0].removeprefix("./")
    rest = tuple(words[1:])
    if program in {"pytest", "py.test"}:
        names = ("pytest", "py.test", "python", "python3")
        return TestCommand(framework="pytest", arguments=rest, interpreters=names)
    if program == "tests/runtests.py":
        return TestCommand(framework="unittest", arguments=rest, script=program)
    if program == "bin/test":
        return TestCommand(framework="sympy", arguments=rest, script=program)
    return None


def _python(words: list[str]) -> TestCommand | None:
    """`python [-X dev] -m pytest …`."""
    if not re.fullmatch(r"python3?(?:\.\d+)?", words[0]):
        return None
    options: list[str] = []
    rest = words[1:]
    while rest and rest[0].startswith("-") and rest[0] != "-m":
        count = 2 if rest[0] in {"-X", "-W"} else 1
        options += rest[:count]
        rest = rest[count:]
    named = {"interpreters": (words[0], "python", "python3"), "python_options": tuple(options)}
    if rest[:1] == ["-m"] and rest[1:2] == ["pytest"]:
        found = TestCommand(framework="pytest", arguments=tuple(rest[2:]), cwd_on_path=True)
    else:
        found = _direct(rest) if rest and rest[0].endswith((".py", "bin/test")) else None
    return found.model_copy(update=named) if found else None
