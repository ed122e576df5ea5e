"""Scala 2.11: one object per task, asked over the pipes by Java's `GraderWire`.

The compiler is started as a class of Java's with an archive of what it loads: that takes a fifth of
what the script `scalac` takes. What it makes is one jar, and `java` runs it.
"""

import re

from grader.core.plan import PREPARED
from grader.core.result import Verdict
from grader.languages._ends import LINE_CHARS
from grader.languages._jvm import DEEP, HEAP, by_exception, outermost
from grader.languages._methods import code_of
from grader.languages._signatures import (
    NO_HEAD,
    Parameter,
    Signature,
    bracketed,
    last_head,
    pieces,
)
from grader.languages.base import (
    Language,
    ProgramEnd,
    ProgramText,
    TaskText,
    TestsVerdict,
    Toolchain,
    support,
)

LIBRARIES = "/usr/share/scala-2.11/lib"
NAMES = ("compiler", "library", "reflect", "xml", "parser-combinators", "actors")
COMPILER_PATH = ":".join(f"{LIBRARIES}/scala-{name}.jar" for name in NAMES)
LIBRARY = f"{LIBRARIES}/scala-library.jar"
OURS = f"{PREPARED}/scala"
WIRE = f"{OURS}/wire.jar"
WIRE_SOURCE = "GraderWire.java"
SCALAC = ("-cp", COMPILER_PATH, "-Dscala.usejavacp=true", "scala.tools.nsc.Main", "-nowarn")
FAST = (*HEAP, "-XX:TieredStopAtLevel=1", "-Xss8m")
HEAD = re.compile(r"\bdef\s+(?P<name>\w+)\s*(?:\[[^\]]*\])?\s*\(")
RESULT = re.compile(r"\s*:\s*(?P<type>.+?)\s*=\s*\{\s*\Z", re.DOTALL)
STARTS = re.compile(r"\bobject\s+(?P<app>\w+)[^{]*\bextends\s+[^{]*\bApp\b|\bdef\s+main\s*\(")
PACKAGE = re.compile(r"^\s*package\s+([\w.]+)\s*$", re.MULTILINE)


def signature(prompt: str) -> Signature | None:
    """The head that a prompt ends with; None where it does not end with one."""
    code = code_of(prompt)
    head = last_head(HEAD, code)
    if head is None:
        return None
    inside, end = bracketed(code, head.end() - 1)
    result = RESULT.match(code, end)
    if result is None:
        return None
    given = (each.partition(":") for each in pieces(inside))
    parameters = tuple(Parameter(name.split()[-1], kind.strip()) for name, _, kind in given)
    return Signature(head["name"], parameters, result["type"])


def _built(text: str, main: str, *flags: str, path: tuple[str, ...] = ()) -> ProgramText:
    """A program of one file; names of class files are the sample's: they stay in the jar."""
    scalac = ("java", *FAST, f"-XX:SharedArchiveFile={OURS}/scalac.jsa", *SCALAC)
    known = ("-cp", ":".join(path)) if path else ()
    return ProgramText(
        files={"program.scala": text},
        build=((*scalac, *known, "-d", "program.jar", "program.scala"),),
        keep=("program.jar",),
        run=("java", *HEAP, *flags, "-cp", ":".join((LIBRARY, *path, "program.jar")), main),
    )


def _program(text: str) -> ProgramText:
    code = code_of(text)
    package = PACKAGE.search(code)
    main = _main_object(code)
    return _built(text, f"{package[1]}.{main}" if package else main, DEEP)


def _main_object(code: str) -> str:
    """The object that starts a program: the outermost one around `main`, or the `App`."""
    found = STARTS.search(code)
    if found is None:
        return "Main"
    return found["app"] or outermost(code[: found.start()], "object") or "Main"


def _official(task: TaskText, completion: str) -> ProgramText:
    return _built(f"{task.prompt}{completion}\n{task.tests}", "Problem")


def _checker(task: TaskText) -> ProgramText | str:
    head = signature(task.prompt)
    if head is None:
        return NO_HEAD
    names = ", ".join(f"{each.name}.asInstanceOf[AnyRef]" for each in head.parameters)
    ask = f'GraderWire.ask("{head.name}", scala.Array[AnyRef]({names}): _*)'
    stub = f"return {ask}.asInstanceOf[{head.result}]"
    return _built(f"{task.prompt}{stub}\n{task.tests}", "Problem", path=(WIRE,))


def _candidate(task: TaskText, completion: str) -> ProgramText:
    head = signature(task.prompt) or Signature(task.entry_point, (), "AnyRef")
    given = ", ".join(
        f"graderGiven({number}).asInstanceOf[{each.type}]"
        for number, each in enumerate(head.parameters)
    )
    call = (
        "def call(graderName: String, graderGiven: scala.Array[AnyRef]): AnyRef = "
        f"{head.name}({given}).asInstanceOf[AnyRef]"
    )
    serve = f"GraderWire.serve(new GraderWire.Function {{ {call} }})"
    main = f"def main(args: scala.Array[String]): Unit = {{ {serve} }}"
    text = f"{task.prompt}{completion}\n    }}\n    {main}\n}}\n"
    return _built(text, "Problem", path=(WIRE,))


def _verdict(_: TaskText, end: ProgramEnd) -> TestsVerdict:
    """Officially nothing may stand on standard error."""
    if not end.status and not end.stderr.strip():
        return TestsVerdict(Verdict.PASSED)
    said = end.stderr.strip() or f"left with status {end.status}"
    found = by_exception(end.stderr, said.splitlines()[0])
    return found._replace(reason=found.reason[:LINE_CHARS])


LANGUAGE = Language(
    name="scala",
    title="Scala",
    aliases=frozenset({"sc"}),
    extension="scala",
    toolchain=Toolchain(
        programs=("java", "javac", "scalac"),
        packages="scala openjdk-17-jdk-headless",
        version=("scalac", "-version"),
        etc=("java-17-openjdk",),
        files=(f"{LIBRARIES}/scala-compiler.jar",),
        prepare=(
            ("mkdir", "wire"),
            ("java", *FAST, *SCALAC, "-d", "wire", "GraderValues.scala"),
            (
                "javac",
                "-nowarn",
                "-proc:none",
                *("-cp", f"wire:{LIBRARY}", "-d", "wire"),
                WIRE_SOURCE,
            ),
            ("jar", "cf", "wire.jar", "-C", "wire", "."),
            (
                *("java", *FAST, "-XX:ArchiveClassesAtExit=scalac.jsa", *SCALAC),
                *("-cp", "wire.jar", "-d", "seen.jar", "Seen.scala"),
            ),
        ),
        prepare_files=(
            ("GraderValues.scala", support("scala", "GraderValues.scala")),
            ("Seen.scala", support("scala", "Seen.scala")),
            (WIRE_SOURCE, support("java", WIRE_SOURCE)),
        ),
    ),
    program=_program,
    official=_official,
    checker=_checker,
    candidate=_candidate,
    verdict=_verdict,
    probe='object Probe {\n  def main(args: Array[String]) { println("grader") }\n}\n',
)
