"""What a message advises, in the words of the command that shows it. Pure.

Messages are written where something goes wrong, mostly in the words of `grader evaluate`. Another
command may call an option otherwise, or have none that it could advise.
"""

import re
from collections.abc import Collection
from itertools import pairwise
from typing import NamedTuple


class Turn(NamedTuple):
    """A phrase around an option, and what is said in its place by a command that lacks it."""

    option: str
    phrase: re.Pattern[str]
    instead: str


def turn(option: str, phrase: str, instead: str) -> Turn:
    """One line of the table below; `phrase` is a regular expression that holds the option."""
    return Turn(option, re.compile(phrase), instead)


NAMES = {
    "--data": ("-d",),
    "--out": ("--run_id",),
    "--samples": ("-p",),
    "--workers": ("--max_workers",),
    "--task": ("-i",),
}
"""Option → what other commands call the same."""
TURNS = (
    turn("--resume", r"then --resume", "then run the same command again"),
    turn("--resume", r"(?:run )?the same command with --resume", "run the same command again"),
    turn("--resume", r"command (?:with|and) --resume", "command"),
    turn("--resume", r"repeat with --resume", "repeat it"),
    turn("--resume", r"grader evaluate … --resume", "the same command again"),
    turn("--format", r"--format (\w+)", r"the report for \1"),
    turn("--no-pull", r"leave --no-pull out, or ", ""),
    turn("--platform", r": try another --platform", ""),
    turn("--limit", r" and --limit", ""),
)
"""What has words of its own; else a clause that names an option which is not there is left out."""
OTHERS_LINE = re.compile(r"(?:python -m )?\bgrader [a-z]+ [^;|…]*")
"""A whole command line, of whatever command, stays as it is."""
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z_-]+")
CLAUSE = re.compile(r"; |, or |, and |, | \((?=[^()]*\))|\)")
CONNECTED = re.compile(r"^, (?:or|and) ")


def own(text: str, options: Collection[str], advised: Collection[str]) -> str:
    """`text` with the advice that a command with these options can give.

    advised: options that messages name, those of the commands that they are written for.
    """
    if all(found in options for found in OPTION.findall(text)):
        return text
    for each in TURNS:
        if each.option not in options:
            text = each.phrase.sub(each.instead, text)
    kept: list[str] = []
    at = 0
    for line in OTHERS_LINE.finditer(text):
        kept += [plain(text[at : line.start()], options, advised), line[0]]
        at = line.end()
    return "".join([*kept, plain(text[at:], options, advised)])


def plain(text: str, options: Collection[str], advised: Collection[str]) -> str:
    """The same for a text without command lines."""
    for option, names in NAMES.items():
        if option not in options and (mine := next((n for n in names if n in options), "")):
            text = re.sub(rf"(?<![\w-]){option}(?![\w-])", mine, text)
    lost = {found for found in OPTION.findall(text) if found in advised and found not in options}
    if not lost:
        return text
    return "\n".join(without(line, lost) for line in text.split("\n"))


def without(line: str, lost: set[str]) -> str:
    """A line without the clauses that name one of `lost`; its first one stays, whatever it says."""
    starts = [0, *(found.start() for found in CLAUSE.finditer(line)), len(line)]
    kept: list[str] = []
    was_left_out = False
    for number, (start, end) in enumerate(pairwise(starts)):
        clause = line[start:end]
        if number and not lost.isdisjoint(OPTION.findall(clause)):
            was_left_out = True
            continue
        kept.append(CONNECTED.sub("; ", clause) if was_left_out else clause)
        was_left_out = False
    return line if len(kept) == len(starts) - 1 else balanced("".join(kept))


def balanced(text: str) -> str:
    """A bracket whose beginning was left out ends nothing."""
    depth, kept = 0, list[str]()
    for letter in text:
        if letter == ")" and depth == 0:
            continue
        depth += (letter == "(") - (letter == ")")
        kept.append(letter)
    return "".join(kept)
