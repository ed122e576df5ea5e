"""Java: one class per task, asked over the pipes by `GraderWire`.

MultiPL-E's tests close the class and bring its `main`; HumanEval-X's are a class of their own that
throws its errors itself. Both support classes are compiled once per machine (`prepare`), with an
archive of what javac loads: it starts in half the time with it.
"""

import re

from grader.core.plan import PREPARED
from grader.core.result import Verdict
from grader.languages._jvm import DEEP, HEAP, by_exception, outermost
from grader.languages._methods import NO_HEAD, code_of, given_to, signature
from grader.languages._signatures import Signature
from grader.languages.base import (
    Language,
    ProgramEnd,
    ProgramText,
    TaskText,
    TestsVerdict,
    Toolchain,
    support,
)

TUPLES = "/usr/share/java/javatuples-1.2.jar"
SUPPORT = ("GraderWire.java", "GraderValues.java", "GraderTuples.java")
JAR = f"{PREPARED}/java/wire.jar"
COMPILER = (
    *HEAP,
    "-XX:TieredStopAtLevel=1",
    f"-XX:SharedArchiveFile={PREPARED}/java/javac.jsa",
)
CRASHED = 4
"""javac's status where it ended abnormally."""
PROBE = """import java.util.List;

public class Probe {
    public static void main(String[] args) {
        List.of("grader").forEach(System.out::println);
    }
}
"""
PUBLIC_CLASS = re.compile(
    r"^\s*public\s+(?:(?:final|abstract|strictfp|sealed|non-sealed)\s+)*"
    r"(?:class|interface|enum|record)\s+(\w+)",
    re.MULTILINE,
)
MAIN = re.compile(r"\bstatic\s+(?:final\s+)?(?:public\s+)?void\s+main\s*\(")
PACKAGE = re.compile(r"^\s*package\s+([\w.]+)\s*;", re.MULTILINE)


def built(files: dict[str, str], main: str, *flags: str, path: tuple[str, ...] = ()) -> ProgramText:
    """A program of these sources. Names of class files are the sample's: they stay in one file."""
    classes = ":".join((*path, "out"))
    javac = ("javac", *(f"-J{flag}" for flag in COMPILER), "-proc:none", "-nowarn")
    options = ("-encoding", "UTF-8", "-cp", classes, "-d", "out")
    build = (
        (*javac, *options, *sorted(files)),
        ("tar", "-cf", "classes.tar", "out"),
    )
    java = ("java", *HEAP, *flags, "-cp", classes, main)
    return ProgramText(
        files=files,
        build=build,
        keep=("classes.tar",),
        run=("sh", "-c", 'tar -xmf classes.tar && exec "$@"', "sh", *java),
    )


def _program(text: str) -> ProgramText:
    """The file is called after the public class; what runs is the class with `main`."""
    code = code_of(text)
    named = PUBLIC_CLASS.search(code)
    main = _main_class(code) or (named[1] if named else "Main")
    package = PACKAGE.search(code)
    whole = f"{package[1]}.{main}" if package else main
    return built({f"{named[1] if named else main}.java": text}, whole, DEEP)


def _main_class(code: str) -> str:
    """The outermost class around `main`; empty where there is none."""
    found = MAIN.search(code)
    return outermost(code[: found.start()], "class|interface|enum|record") if found else ""


def _official(task: TaskText, completion: str) -> ProgramText:
    if task.family == "humaneval-x":
        text = f"{task.prompt}{completion}\n{task.tests}"
        return built({"Main.java": text}, "Main")
    return built(
        {"Problem.java": f"{task.prompt}{completion}\n{task.tests}"},
        "Problem",
        "-ea",
        path=(TUPLES,),
    )


def _checker(task: TaskText) -> ProgramText | str:
    head = signature(task.prompt)
    if head is None:
        return NO_HEAD
    names = ", ".join(each.name for each in head.parameters)
    ask = f'GraderWire.ask("{head.name}", new Object[] {{{names}}})'
    stub = f"{ask};" if head.result == "void" else f"return ({head.result}) {ask};"
    if task.family == "humaneval-x":
        text = f"{task.prompt}{stub}\n}}\n}}\n{task.tests}"
        return built({"Main.java": text}, "Main", path=(JAR,))
    text = f"{task.prompt}{stub}\n{task.tests}"
    return built({"Problem.java": text}, "Problem", "-ea", path=(JAR, TUPLES))


def _candidate(task: TaskText, completion: str) -> ProgramText:
    head = signature(task.prompt) or Signature(task.entry_point, (), "Object")
    whole = task.family == "humaneval-x"
    target = "new Solution()" if whole else "Problem"
    call = f"{target}.{head.name}({given_to(head)})"
    body = f"{{ {call}; return null; }}" if head.result == "void" else call
    serve = f"GraderWire.serve((graderName, graderGiven) -> {body});"
    main = f"public static void main(String[] args) {{ {serve} }}"
    if whole:
        text = f"{task.prompt}{completion}\npublic class Main {{\n    {main}\n}}\n"
        return built({"Main.java": text}, "Main", path=(JAR,))
    text = f"{task.prompt}{completion}\n    }}\n    {main}\n}}\n"
    return built({"Problem.java": text}, "Problem", path=(JAR, TUPLES))


def _verdict(_: TaskText, end: ProgramEnd) -> TestsVerdict:
    if end.status == 0:
        return TestsVerdict(Verdict.PASSED)
    return by_exception(end.stderr, f"left with status {end.status}")


def _is_compilers_fault(end: ProgramEnd) -> bool:
    return end.status == CRASHED


LANGUAGE = Language(
    name="java",
    title="Java",
    aliases=frozenset({"openjdk", "jdk", "java17"}),
    extension="java",
    toolchain=Toolchain(
        programs=("javac", "java", "tar"),
        packages="openjdk-17-jdk-headless libjavatuples-java",
        version=("javac", "-version"),
        etc=("java-17-openjdk",),
        files=(TUPLES,),
        prepare=(
            (
                "javac",
                "-nowarn",
                "-proc:none",
                "-encoding",
                "UTF-8",
                "-cp",
                TUPLES,
                "-d",
                "wire",
                *SUPPORT,
            ),
            ("jar", "cf", "wire.jar", "-C", "wire", "."),
            (
                "javac",
                *(f"-J{flag}" for flag in HEAP),
                "-J-XX:ArchiveClassesAtExit=javac.jsa",
                *("-proc:none", "-cp", f"wire.jar:{TUPLES}", "-d", "seen", "Seen.java"),
            ),
        ),
        prepare_files=(
            *((name, support("java", name)) for name in SUPPORT),
            ("Seen.java", support("java", "Seen.java")),
        ),
    ),
    program=_program,
    official=_official,
    checker=_checker,
    candidate=_candidate,
    verdict=_verdict,
    is_compilers_fault=_is_compilers_fault,
    probe=PROBE,
)
