"""The method that a prompt of a language like Java or C# ends with."""

import re

from grader.languages._signatures import Parameter, Signature, bracketed, pieces

NO_HEAD = "the prompt does not end with the head of a method"
HEAD = re.compile(
    r"(?:(?:public|private|protected|internal|static|final|abstract|synchronized)\s+)*"
    r"(?:<[^;{}()]*>\s*)?(?P<type>[\w.]+(?:\s*<[^;{}()]*>)?\??(?:\s*\[\s*\])*)\s+(?P<name>\w+)\s*\("
)
NOT_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|"""(?:\\.|.)*?"""|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL
)
MODIFIERS = re.compile(r"^(?:(?:final|params|in|this)\s+|@\w+\s+)+")


def code_of(text: str) -> str:
    """The text without what stands in comments and quotes."""
    return NOT_CODE.sub(" ", text)


def signature(prompt: str) -> Signature | None:
    """The head that a prompt ends with; None where it does not end with one."""
    code = code_of(prompt)
    heads = list(HEAD.finditer(code))
    if not heads or not code.rstrip().endswith("{"):
        return None
    head = heads[-1]
    inside, _ = bracketed(code, head.end() - 1)
    return Signature(head["name"], tuple(map(_parameter, pieces(inside))), head["type"])


def _parameter(text: str) -> Parameter:
    words = MODIFIERS.sub("", text.strip()).partition("=")[0].strip()
    kind, _, name = words.rpartition(" ")
    kind = kind.strip()
    while name.endswith("[]"):
        name, kind = name[:-2], f"{kind}[]"
    if kind.endswith("..."):
        kind = f"{kind[:-3].strip()}[]"
    return Parameter(name, kind)


def given_to(head: Signature) -> str:
    """The arguments of a call, each from the array `graderGiven` and of its own type."""
    return ", ".join(
        f"({each.type}) graderGiven[{number}]" for number, each in enumerate(head.parameters)
    )
