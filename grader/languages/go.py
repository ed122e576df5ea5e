"""Go: packages compiled and linked directly, which costs a quarter of `go test`.

The candidate is a package of its own that a program of ours imports, so that it may have a `main`.
The checker's function gets its type from the prompt (`graderwire.Bind`), so no type is parsed here.
`go vet`, which officially runs before the tests, does not run.
"""

import re

from grader.core.plan import PREPARED
from grader.core.result import Verdict
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

HOME = f"{PREPARED}/go"
SUPPORT = ("graderwire.go", "values.go", "prepare.sh")
HEAD = re.compile(r"^func\s+(\w+)\s*\(", re.MULTILINE)
PACKAGE = re.compile(r"^package\s+(\w+)[ \t]*;?", re.MULTILINE)
IMPORTS = re.compile(
    r"^import\s*(?:\((?P<block>[^)]*)\)|(?P<one>[\w.]*\s*\"[^\"]+\"))", re.MULTILINE
)
IMPORTED = re.compile(r'^[ \t;]*(?:(?P<name>[\w.]+)\s+)?"(?P<path>[^"]+)"', re.MULTILINE)
TEST = re.compile(r"^func\s+(Test(?![a-z])\w*)\s*\(\s*\w+\s+\*testing\.T\s*\)", re.MULTILINE)
TEST_MAIN = re.compile(r"^func\s+TestMain\s*\(", re.MULTILINE)
USED = {
    "math": "Pi",
    "strings": "ToUpper",
    "fmt": "Sprint",
    "strconv": "Itoa",
    "time": "Now",
    "bytes": "Equal",
    "regexp": "MustCompile",
    "sort": "Ints",
    "math/rand": "Int",
    "crypto/md5": "New",
    "testing": "Short",
}
"""Packages that HumanEval-X's official program imports where their names occur, and something of
each: a name in a comment makes no unused import."""
PROBE = """package main

import "fmt"

func main() { fmt.Println("grader") }
"""
SERVE = """package {package}

import "graderwire"

func GraderServe() {{ graderwire.Serve("{name}", {name}) }}
"""
SERVER = """package main

import solution "solution"

func main() { solution.GraderServe() }
"""
BIND = """package {package}

import "graderwire"

func graderBind(function interface{{}}) {{ graderwire.Bind("{name}", function) }}
"""
TESTER = """package main

import (
	"os"
	"reflect"
	"testing"
	"testing/internal/testdeps"

	solution "solution"
)

func main() {{
	tests := []testing.InternalTest{{{tests}}}
	m := testing.MainStart(testdeps.TestDeps{{}}, tests, nil, nil, nil)
	{run}
}}
"""
RUN = "os.Exit(m.Run())\n\t_ = reflect.ValueOf"
RUN_BY_MAIN = (
    'solution.TestMain(m)\n\tos.Exit(int(reflect.ValueOf(m).Elem().FieldByName("exitCode").Int()))'
)


def built(solution: dict[str, str], main: str) -> ProgramText:
    """A package `solution` and the program that imports it."""
    compile_ = (f"{HOME}/compile", "-importcfg", "importcfg", "-complete", "-pack")
    config = f"cp {HOME}/importcfg importcfg && echo packagefile solution=solution.a >>importcfg"
    build = (
        ("sh", "-c", config),
        (*compile_, "-p", "solution", "-o", "solution.a", *sorted(solution)),
        (*compile_, "-p", "main", "-o", "main.a", "main.go"),
        (f"{HOME}/link", "-importcfg", "importcfg", "-s", "-w", "-o", "program", "main.a"),
    )
    return ProgramText(
        files={**solution, "main.go": main}, run=("./program",), build=build, keep=("program",)
    )


def _program(text: str) -> ProgramText:
    compile_ = (f"{HOME}/compile", "-importcfg", f"{HOME}/importcfg", "-complete", "-pack")
    build = (
        (*compile_, "-p", "main", "-o", "main.a", "main.go"),
        (f"{HOME}/link", "-importcfg", f"{HOME}/importcfg", "-s", "-w", "-o", "program", "main.a"),
    )
    return ProgramText(files={"main.go": text}, run=("./program",), build=build, keep=("program",))


def _tester(tests: str, *, by_main: bool) -> str:
    rows = ", ".join(f'{{"{name}", solution.{name}}}' for name in TEST.findall(tests))
    return TESTER.format(tests=rows, run=RUN_BY_MAIN if by_main else RUN)


def _official(task: TaskText, completion: str) -> ProgramText:
    text = _with_tests(task, completion, naming=completion)
    by_main = TEST_MAIN.search(text) is not None
    return built({"solution.go": text}, _tester(text, by_main=by_main))


def _with_tests(task: TaskText, completion: str, *, naming: str) -> str:
    """Everything in one file, but for the name of its package as officially.

    HumanEval-X's official program imports what the completion names: a test that names `math`
    compiles only where the completion does too. `naming` is the text that counts here.
    """
    if task.family != "humaneval-x":
        return f"{task.prompt}{completion}\n{task.tests}"
    rest = IMPORTS.sub("", task.prompt)
    setup = PACKAGE.sub("package solution", task.setup)
    has = {each["path"] for each in IMPORTED.finditer(setup)}
    extra = {path: USED[path] for path in _mentioned(rest + naming) if path not in has}
    return f"{setup}\n{_imports(extra)}\n{rest}{completion}\n{task.tests}\n{_anchors(extra)}"


def _mentioned(text: str) -> list[str]:
    return [path for path in USED if re.search(rf"\b{path.rpartition('/')[2]}\.", text)]


def _imports(paths: dict[str, str]) -> str:
    return "".join(f'import "{path}"\n' for path in paths)


def _anchors(paths: dict[str, str]) -> str:
    return "".join(f"var _ = {path.rpartition('/')[2]}.{name}\n" for path, name in paths.items())


def signature(prompt: str) -> Signature | None:
    """The head of the last function; None where the prompt does not end with one."""
    heads = list(HEAD.finditer(prompt))
    if not heads or not prompt.rstrip().endswith("{"):
        return None
    inside, end = bracketed(prompt, heads[-1].end() - 1)
    parameters = [Parameter(*_cut(each)) for each in pieces(inside)]
    result = prompt[end:].strip().removesuffix("{").strip()
    return Signature(heads[-1][1], tuple(parameters), result)


def _cut(parameter: str) -> tuple[str, str]:
    name, _, kind = parameter.partition(" ")
    return name, kind.strip()


def _package(text: str) -> str:
    found = PACKAGE.search(text)
    return found[1] if found else "solution"


def _checker(task: TaskText) -> ProgramText | str:
    head = signature(task.prompt)
    if head is None:
        return NO_HEAD
    given = ", ".join(
        f"{each.name}..." if each.type.startswith("...") else each.name for each in head.parameters
    )
    back = "return " if head.result else ""
    stub = (
        f"graderFunction := {head.name}\ngraderBind(&graderFunction)\n"
        f"{back}graderFunction({given})\n}}\n"
    )
    text = _with_tests(task, stub, naming=task.tests)
    bind = BIND.format(package=_package(text), name=head.name)
    return built({"solution.go": text, "wire.go": bind}, _tester(task.tests, by_main=False))


def _candidate(task: TaskText, completion: str) -> ProgramText:
    head = signature(task.prompt) or Signature(task.entry_point, (), "")
    if task.family == "humaneval-x":
        rest = IMPORTS.sub("", task.prompt)
        used = {path: USED[path] for path in _mentioned(rest + completion)}
        text = f"package solution\n\n{_imports(used)}\n{rest}{completion}\n{_anchors(used)}"
    else:
        text = f"{task.prompt}{completion}\n{_stand_ins(task)}"
    serve = SERVE.format(package=_package(text), name=head.name)
    return built({"solution.go": text, "wire.go": serve}, SERVER)


def _stand_ins(task: TaskText) -> str:
    """The names that the tests would define, which use the prompt's imports as they do."""
    tests = "".join(f"func {name}(t *testing.T) {{}}\n" for name in TEST.findall(task.tests))
    has = {each["path"] for each in IMPORTED.finditer(task.prompt)}
    called = {path: _called(path, task.tests) for path in sorted(has - {"testing"})}
    return tests + _anchors({path: name for path, name in called.items() if name})


def _called(path: str, text: str) -> str:
    """A function of a package that a text calls; empty where it calls none."""
    package = path.rpartition("/")[2]
    found = re.search(rf"\b{re.escape(package)}\.([A-Z]\w*)\(", text)
    return found[1] if found else ""


def _verdict(_: TaskText, end: ProgramEnd) -> TestsVerdict:
    if end.status == 0 and "FAIL" not in end.stdout:
        return TestsVerdict(Verdict.PASSED)
    if "--- FAIL" in end.stdout and "panic:" not in end.stdout + end.stderr:
        return TestsVerdict(Verdict.FAILED, "a test failed")
    told = [line for line in end.stderr.splitlines() if line.startswith(("panic:", "fatal error:"))]
    return TestsVerdict(Verdict.ERROR, told[0] if told else f"left with status {end.status}")


LANGUAGE = Language(
    name="go",
    title="Go",
    aliases=frozenset({"golang", "go_test.go"}),
    extension="go",
    toolchain=Toolchain(
        programs=("go",),
        packages="golang-go golang-github-stretchr-testify-dev",
        version=("go", "version"),
        environment=(("PATH", "/usr/local/go/bin:/usr/local/bin:/usr/bin:/bin"),),
        files=("/usr/share/gocode/src/github.com/stretchr/testify/assert/assertions.go",),
        prepare=(("sh", "prepare.sh", HOME),),
        prepare_files=tuple((name, support("go", name)) for name in SUPPORT),
    ),
    program=_program,
    official=_official,
    checker=_checker,
    candidate=_candidate,
    verdict=_verdict,
    probe=PROBE,
)
