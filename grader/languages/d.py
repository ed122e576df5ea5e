"""D, by LDC: values cross as the declared types say, known when a program is built.

A prompt ends with the head of a function and no brace; the tests are a `unittest` and a `main`,
which runs when they pass. Officially `rdmd` does what is done here.
"""

import re

from grader.core.plan import PREPARED
from grader.languages._ends import by_status
from grader.languages._methods import code_of
from grader.languages._signatures import NO_HEAD, Parameter, Signature, bracketed, pieces
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
    r"(?P<type>[A-Za-z_][\w.!()\[\], \t]*?)[ \t]+(?P<name>\w+)[ \t]*\((?P<rest>[^{};]*)\{?\s*\Z"
)
OURS = f"{PREPARED}/d"
COMPILER = ("ldc2", "-of=program", "program.d")
LINKED = (f"-I{OURS}", f"{OURS}/graderwire.o")
FAILED = re.compile(r"\[unittest\] ")
TELLING = re.compile(r"\[unittest\] |^core\.exception\.|\w+@\S+\.d\(\d+\)")


def signature(prompt: str) -> Signature | None:
    """The head that a prompt ends with: of its parameters, only what they are called."""
    code = code_of(prompt)
    for line in reversed(code.splitlines()):
        if head := HEAD.match(line):
            inside, _ = bracketed(line, head.start("rest") - 1)
            names = (each.partition("=")[0].split() for each in pieces(inside))
            given = tuple(Parameter(each[-1], "") for each in names if each)
            return Signature(head["name"], given, head["type"])
        if line.strip(" \t{"):
            return None
    return None


def _program(text: str) -> ProgramText:
    return _built(text, "-O1")


def _built(text: str, *flags: str) -> ProgramText:
    return ProgramText(
        files={"program.d": text},
        build=((*COMPILER, *flags),),
        keep=("program",),
        run=("./program",),
    )


def _official(task: TaskText, completion: str) -> ProgramText:
    return _built(f"{task.prompt}{completion}\n{task.tests}", "-unittest")


def _checker(task: TaskText) -> ProgramText | str:
    head = signature(task.prompt)
    if head is None:
        return NO_HEAD
    names = ", ".join(each.name for each in head.parameters)
    opening = "" if task.prompt.rstrip().endswith("{") else "{"
    ask = f"return graderwire.ask!(typeof(return))({names});"
    stub = f"{opening} static import graderwire; {ask} }}"
    return _built(f"{task.prompt}{stub}\n{task.tests}", *LINKED, "-unittest")


def _candidate(task: TaskText, completion: str) -> ProgramText:
    head = signature(task.prompt)
    name = head.name if head else task.entry_point
    main = f"void main() {{ static import graderwire; graderwire.serve!({name})(); }}"
    return _built(f"{task.prompt}{completion}\n{main}\n", *LINKED)


def _verdict(task: TaskText, end: ProgramEnd) -> TestsVerdict:  # noqa: ARG001  the contract's
    return by_status(end, FAILED, TELLING)


LANGUAGE = Language(
    name="d",
    title="D",
    aliases=frozenset({"dlang", "ldc", "dmd"}),
    extension="d",
    toolchain=Toolchain(
        programs=("ldc2",),
        packages="ldc",
        version=("ldc2", "--version"),
        etc=("ldc2.conf",),
        prepare=(("ldc2", "-c", "-of=graderwire.o", "graderwire.d"),),
        prepare_files=(("graderwire.d", support("d", "graderwire.d")),),
    ),
    program=_program,
    official=_official,
    checker=_checker,
    candidate=_candidate,
    verdict=_verdict,
    probe='import std.stdio;\nvoid main() { writeln("grader"); }\n',
)
