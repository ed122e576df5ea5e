"""C++, by g++: MultiPL-E's in C++17, HumanEval-X's in C++11 with the includes that it adds."""

import re

from grader.core.plan import PREPARED
from grader.core.result import Verdict
from grader.languages._cpp_head import OpenFunction, open_function
from grader.languages._ends import last_words
from grader.languages._signatures import NO_HEAD
from grader.languages.base import (
    Language,
    ProgramEnd,
    ProgramText,
    TaskText,
    TestsVerdict,
    Toolchain,
    support,
)

HEADERS = f"{PREPARED}/cpp"
USUAL = (
    "#include<stdlib.h>", "#include<algorithm>", "#include<math.h>", "#include<stdio.h>",
    "#include<vector>", "#include<string>", "#include<climits>", "#include<cstring>",
    "#include<iostream>",
)  # fmt: skip
"""What HumanEval-X's own script writes before a prompt that has it not."""
COMPILER = ("g++", "-pass-exit-codes", "-B", f"{HEADERS}/linker")
"""The second is where mold lies under the linker's name, if it is installed. The status is the
highest of all parts of the compiler, so that an internal error is told from one of the text."""
BROKE = 4
"""cc1plus' status after an internal error (gcc: ICE_EXIT_CODE)."""
TOO_DEEP = "Segmentation fault signal terminated program"
"""What g++ says where a part of it ran out of stack, which a text that is deep enough brings about;
errors that the compiler itself noticed read otherwise."""
ABORTED = 128 + 6
ASSERTION = re.compile("Assertion")
STANDARDS = {"17": "#include <bits/stdc++.h>\n", "11": "\n".join(USUAL) + "\n"}
PRECOMPILED = tuple(
    ("g++", f"-std=c++{standard}", "-x", "c++-header", f"grader{standard}.hpp",
     "-o", f"grader{standard}.hpp.gch")
    for standard in STANDARDS
)  # fmt: skip
MOLD = 'mkdir linker; found=$(command -v mold) && ln -s "$found" linker/ld; true'
LIBRARIES = ("-lcrypto", "-lssl")


def _built(task: TaskText, text: str, *, ours: bool) -> ProgramText:
    """A function task's program; `ours`: with the header that brings values over pipes."""
    standard = "11" if task.family == "humaneval-x" else "17"
    included = ("-include", f"grader{standard}.hpp") if ours else ()
    libraries = LIBRARIES if task.family == "humaneval-x" and "162" in task.id else ()
    flags = (f"-std=c++{standard}", "-I", HEADERS, *included)
    return ProgramText(
        files={"program.cpp": text},
        build=((*COMPILER, *flags, "program.cpp", "-o", "program", *libraries),),
        run=("./program",),
        keep=("program",),
    )


def _program(text: str) -> ProgramText:
    flags = ("-std=c++17", "-O2", "-I", HEADERS)
    return ProgramText(
        files={"program.cpp": text},
        build=((*COMPILER, *flags, "program.cpp", "-o", "program"),),
        run=("./program",),
        keep=("program",),
    )


def _prompt(task: TaskText) -> str:
    """The prompt with what the official program has before it."""
    if task.family != "humaneval-x":
        return task.prompt
    return "".join(f"{each}\n" for each in USUAL if each not in task.prompt) + "\n" + task.prompt


def _official(task: TaskText, completion: str) -> ProgramText:
    return _built(task, f"{_prompt(task)}{completion}\n{task.tests}", ours=False)


def _checker(task: TaskText) -> ProgramText | str:
    function = open_function(task.prompt)
    if function is None:
        return NO_HEAD
    names = ", ".join(function.parameters)
    stub = f"return grader_::Asked<{function.type}>::ask({names});"
    closing = "}" if task.family == "humaneval-x" else ""
    return _built(task, f"{_prompt(task)}{stub}\n{closing}\n{task.tests}", ours=True)


def _candidate(task: TaskText, completion: str) -> ProgramText:
    function = open_function(task.prompt) or OpenFunction(task.entry_point, "", "auto %s", ())
    asked = f"{function.pointer % 'grader_asked'} = {function.name};"
    closing = "" if task.family == "humaneval-x" else "}\n"
    main = f"int main() {{ {asked} return grader_::serve(grader_asked); }}\n"
    return _built(task, f"{_prompt(task)}{completion}\n{closing}{main}", ours=True)


def _verdict(task: TaskText, end: ProgramEnd) -> TestsVerdict:  # noqa: ARG001  the contract's
    """By the status; an assertion aborts."""
    if not end.status:
        return TestsVerdict(Verdict.PASSED)
    has_failed = end.status == ABORTED and ASSERTION.search(end.stderr)
    verdict = Verdict.FAILED if has_failed else Verdict.ERROR
    said = last_words(end.stderr, ASSERTION) or f"left with status {end.status}"
    return TestsVerdict(verdict, said)


def _is_compilers_fault(end: ProgramEnd) -> bool:
    """Who forges the words by which this says no gains nothing."""
    return end.status == BROKE and TOO_DEEP not in end.stderr


LANGUAGE = Language(
    name="cpp",
    title="C++",
    aliases=frozenset({"c++", "cc", "cxx", "cplusplus", "cpp17", "cpp20", "g++"}),
    extension="cpp",
    toolchain=Toolchain(
        programs=("g++",),
        packages="g++ libboost-dev libssl-dev mold",
        version=("g++", "--version"),
        files=("/usr/include/boost/any.hpp", "/usr/include/openssl/md5.h"),
        prepare=(*PRECOMPILED, ("sh", "-c", MOLD)),
        prepare_files=(
            ("grader_values.hpp", support("cpp", "grader_values.hpp")),
            *(
                (f"grader{name}.hpp", f'{text}#include "grader_values.hpp"\n')
                for name, text in STANDARDS.items()
            ),
        ),
    ),
    program=_program,
    official=_official,
    checker=_checker,
    candidate=_candidate,
    verdict=_verdict,
    is_compilers_fault=_is_compilers_fault,
    probe='#include <iostream>\nint main() { std::cout << "grader" << std::endl; }\n',
)
