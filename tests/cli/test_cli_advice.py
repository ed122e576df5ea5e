"""A message advises what the command that shows it has."""

import ast
import re
from pathlib import Path

import pytest

import grader
from grader.cli import commands
from grader.cli.advice import OPTION, OTHERS_LINE, own

ROOT = Path(grader.__file__).parent
SPOKEN = ("benchmarks", "engine", "run", "image", "sandboxes", "graders", "executors", "record", "supply", "study",
          "cli/grading.py", "cli/export.py")  # fmt: skip
"""Where messages are written that several commands show, as far as these folders exist."""
OF_OTHERS = frozenset(
    [
        "--package",
        "--python",
        "--model",
        "--tag",
        "--adaptive",
        "--max-items",
        "--fail-under",
        "--cutoff",
        "--dates",
        "--port",
        "--shard",
        "--language",
        "--executor",
        "--worker-url",
        "--worker-token",
    ]
)
"""Options whose messages nobody sees who did not give them."""
SHELL = re.compile(r"^\^|\bgit (?:init|apply|diff) |/bin/")
"""Patterns and scripts, which nobody is told."""
EVALUATE = commands.parser_of("evaluate").option_names


def texts():
    """Every text of the engine that names an option and is more than that."""
    for place in SPOKEN:
        for path in (
            [ROOT / place] if place.endswith(".py") else sorted((ROOT / place).rglob("*.py"))
        ):
            if "_slot" not in path.parts and "inside" not in path.parts:
                yield from texts_in(ast.parse(path.read_text()))


def texts_in(tree):
    passed = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    passed |= {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        if id(node) in passed:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "X" for part in node.values)
            text = "".join(parts)
        else:
            text = (
                node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            )
        named = set(OPTION.findall(text)) & set(EVALUATE)
        if " " in text and not SHELL.search(text) and named and not named & OF_OTHERS:
            yield text


TEXTS = sorted(set(texts()))


@pytest.mark.parametrize("name", ["swebench", "validate", "images"])
def test_no_message_advises_an_option_that_its_command_lacks(name):
    options = commands.parser_of(name).option_names
    wrong = {
        text: said
        for text in TEXTS
        for said in [own(text, options, EVALUATE)]
        if set(OPTION.findall(OTHERS_LINE.sub("", said))) & (set(EVALUATE) - set(options))
    }
    assert not wrong
    assert len(TEXTS) > 30


@pytest.mark.parametrize("text", TEXTS)
def test_words_for_evaluate_stay_as_they_are(text):
    assert own(text, EVALUATE, EVALUATE) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no image; tried x: gone; pull or build it, then --resume",
         "no image; tried x: gone; pull or build it, then run the same command again"),
        ("2 of 3 samples are ungraded (why); try them again: the same command with --resume",
         "2 of 3 samples are ungraded (why); try them again: run the same command again"),
        ("start it, or choose another --sandbox", "start it"),
        ("f:1: a has no task 'b'; is --data the dataset they were made for?",
         "f:1: a has no task 'b'; is -d the dataset they were made for?"),
        ("make it: grader images build B --data ROWS --repos DIR; then --resume",
         "make it: grader images build B --data ROWS --repos DIR; then run the same command again"),
        ("64 processes at one time; --pids raises it", "64 processes at one time"),
        ("12 of the very same content (--no-cache runs them)", "12 of the very same content"),
        ("only 3 MiB; give less with --memory, or use a larger machine",
         "only 3 MiB; use a larger machine"),
        ("git apply --verbose --3way failed (--reject)", "git apply --verbose --3way failed (--reject)"),
    ],
)  # fmt: skip
def test_swebench_advises_in_its_own_words(text, said):
    assert own(text, commands.parser_of("swebench").option_names, EVALUATE) == said
