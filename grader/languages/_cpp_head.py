"""The function that a C++ prompt leaves open: its name, its type, its parameters."""

import re
from typing import NamedTuple

from grader.languages._signatures import pieces

NOT_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
HEAD = re.compile(r"(?P<result>[^;{}#()]*?)\b(?P<name>[A-Za-z_]\w*)\s*\((?P<given>[^{}]*)\)\s*\Z")
LAST_NAME = re.compile(r"([A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*)*\Z")


class OpenFunction(NamedTuple):
    """A function whose body is to be written."""

    name: str
    type: str
    """Of a pointer to it, with the parameters' names: `bool (*)(std::vector<float> numbers)`."""
    pointer: str
    """That a variable of this type is declared with, `%s` for its name."""
    parameters: tuple[str, ...]
    """Their names."""


def open_function(prompt: str) -> OpenFunction | None:
    """The function whose brace is not closed; None where there is none, or more than one is."""
    code = NOT_CODE.sub(lambda found: " " * len(found[0]), prompt)
    place = _unclosed(code)
    if place < 0:
        return None
    before = re.split(r"[;{}]|^[ \t]*#.*$", code[:place], flags=re.MULTILINE)[-1]
    head = HEAD.fullmatch(before.strip())
    if head is None or not head["result"].strip():
        return None
    given = " ".join(head["given"].split())
    names = tuple(map(_name, pieces(given)))
    if not all(names):
        return None
    result = " ".join(head["result"].split())
    return OpenFunction(head["name"], f"{result} (*)({given})", f"{result} (*%s)({given})", names)


def _unclosed(code: str) -> int:
    """Where the only brace stands that is not closed; -1."""
    waiting: list[int] = []
    for found in re.finditer(r"[{}]", code):
        if found[0] == "{":
            waiting.append(found.start())
        elif waiting:
            waiting.pop()
    return waiting[0] if len(waiting) == 1 else -1


def _name(parameter: str) -> str:
    found = LAST_NAME.search(parameter.partition("=")[0].strip())
    return found[1] if found else ""
