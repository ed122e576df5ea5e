"""C#, by Mono: `Debug.Assert` says on standard error that it failed, and the program goes on.

So the tests' verdict is read from standard error, as officially: from the checker's, which holds
nothing of the model's.
"""

from grader.core.plan import PREPARED
from grader.core.result import Verdict
from grader.languages._methods import NO_HEAD, given_to, signature
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

WIRE = f"{PREPARED}/cs/wire.dll"
FAILED = "System.Diagnostics.DefaultTraceListener.Fail"
UNHANDLED = "Unhandled Exception"
PROBE = 'class Probe { static void Main() { System.Console.WriteLine("grader"); } }\n'


def _built(text: str, *flags: str) -> ProgramText:
    compiler = ("mcs", "-nowarn:0162,0168,0219,0414,0649", "-r:System.Numerics.dll")
    return ProgramText(
        files={"program.cs": text},
        build=((*compiler, *flags, "-out:program.exe", "program.cs"),),
        keep=("program.exe",),
        run=("mono", "program.exe"),
    )


def _program(text: str) -> ProgramText:
    return _built(text, "-optimize+")


def _official(task: TaskText, completion: str) -> ProgramText:
    return _built(f"{task.prompt}{completion}\n{task.tests}", "-d:DEBUG")


def _types(head: Signature) -> str:
    listed = ", ".join(f"typeof({each.type})" for each in head.parameters)
    return f"new System.Type[] {{ {listed} }}"


def _checker(task: TaskText) -> ProgramText | str:
    head = signature(task.prompt)
    if head is None:
        return NO_HEAD
    if head.result == "void":
        return "the method gives nothing back"
    names = ", ".join(each.name for each in head.parameters)
    given = f"new object[] {{ {names} }}"
    stub = f"return GraderWire.Ask<{head.result}>({_types(head)}, {given});"
    return _built(f"{task.prompt}{stub}\n{task.tests}", "-d:DEBUG", f"-r:{WIRE}")


def _candidate(task: TaskText, completion: str) -> ProgramText:
    head = signature(task.prompt) or Signature(task.entry_point, (), "object")
    call = f"graderGiven => {head.name}({given_to(head)})"
    serve = f"GraderWire.Serve({_types(head)}, typeof({head.result}), {call});"
    main = f"public static void Main(string[] args) {{ {serve} }}"
    text = f"{task.prompt}{completion}\n    }}\n    {main}\n}}\n"
    return _built(text, "-d:DEBUG", f"-r:{WIRE}")


def _verdict(_: TaskText, end: ProgramEnd) -> TestsVerdict:
    if FAILED in end.stderr:
        return TestsVerdict(Verdict.FAILED, "a test's assertion failed")
    if UNHANDLED in end.stderr:
        lines = end.stderr.partition(UNHANDLED)[2].lstrip(":\n ").splitlines()
        return TestsVerdict(Verdict.ERROR, (lines[0] if lines else UNHANDLED)[:300])
    if end.status:
        return TestsVerdict(Verdict.ERROR, f"left with status {end.status}")
    return TestsVerdict(Verdict.PASSED)


LANGUAGE = Language(
    name="cs",
    title="C#",
    aliases=frozenset({"csharp", "c#", "mono", "dotnet"}),
    extension="cs",
    toolchain=Toolchain(
        programs=("mcs", "mono"),
        packages="mono-mcs mono-runtime libmono-system-numerics4.0-cil libmono-system-core4.0-cil",
        version=("mono", "--version"),
        etc=("mono",),
        files=("/usr/lib/mono/4.5/System.Numerics.dll",),
        environment=(("MONO_TRACE_LISTENER", "Console.Error"), ("MONO_PATH", f"{PREPARED}/cs")),
        prepare=(
            ("mcs", "-target:library", "-out:wire.dll", "-r:System.Numerics.dll", "GraderWire.cs"),
        ),
        prepare_files=(("GraderWire.cs", support("cs", "GraderWire.cs")),),
    ),
    program=_program,
    official=_official,
    checker=_checker,
    candidate=_candidate,
    verdict=_verdict,
    probe=PROBE,
)
