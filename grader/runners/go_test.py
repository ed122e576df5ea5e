"""Go: the tests' own functions under the `testing` package, in a program of ours.

Compiled and linked directly, as elsewhere for Go; `go vet`, which officially runs before, does not.
"""

import re
from functools import partial

from grader.core.limits import Limits
from grader.core.plan import Step
from grader.languages import go
from grader.runners._assertions import Part, arguments, bracket_end, changes_in
from grader.runners._built import built_steps
from grader.runners._literals import ScannedText
from grader.runners._reports import outcomes_by
from grader.runners._twins import Contrary, Idiom, sources_in, twins_of
from grader.runners.base import REPORT, ExerciseFiles, TestRunner, TestTwin, TextEdit, Texts

TEST = re.compile(
    r"^func[ \t]+(?P<name>Test(?![a-z])\w*)\s*\(\s*\w+\s+\*testing\.T\s*\)", re.MULTILINE
)
CONSTRAINT = re.compile(r"^//go:build (.+)$", re.MULTILINE)
TAGS_HERE = re.compile(r"(?:go1\.\d+|linux|amd64|unix|gc)\Z")
TAG = re.compile(r"[A-Za-z][\w.]*")
REDUCED = (
    ("!0", "1"),
    ("!1", "0"),
    ("(0)", "0"),
    ("(1)", "1"),
    ("1&&1", "1"),
    ("0&&0", "0"),
    ("0&&1", "0"),
    ("1&&0", "0"),
)
TABLE = re.compile(
    r"\b(?P<name>\w+)\s*(?::=|=)\s*(?:\[\]|map\[)[^={]*?(?:struct\s*\{[^}]*\}\s*)?\{"
)
WANTED = re.compile(
    r"\b(?:expected\w*|want\w*|exp|out|output|result|score|valid|expectError|errorExpected)\s*:",
    re.IGNORECASE,
)
RUN = re.compile(r"\bt\.Run\(\s*(?P<by>\w+\.\w+)")
LITERAL_NAME = re.compile(r'"((?:\\.|[^"\\])*)"')
TRIED = 4
"""Ways to change one row that are tried."""
OUTCOME = re.compile(r"^\s*--- (?:(?P<passed>PASS)|FAIL): (?P<name>\S+)", re.MULTILINE)
IDIOM = Idiom(
    track="go",
    ending=".go",
    heads=TEST,
    wanting=re.compile(r"\bGraderWantsNothing\("),
    contraries=(
        Contrary(re.compile(r"(?<=[\w)\]] )!=(?= [^n])"), "=="),
        Contrary(re.compile(r"(?<=[\w)\]] )==(?= [^n])"), "!="),
        Contrary(re.compile(r"\bif (?=!)"), "if !"),
        Contrary(re.compile(r"!= nil"), "== nil"),
        Contrary(re.compile(r"== nil"), "!= nil"),
    ),
    tables=TABLE,
)
TESTER = """package main

import (
	"os"
	"testing"
	"testing/internal/testdeps"

	{imported} "solution"
)

func quiet(run func(*testing.T)) func(*testing.T) {{
	return func(t *testing.T) {{
		os.Stdout = os.Stderr
		run(t)
	}}
}}

func main() {{
	tests := []testing.InternalTest{{{tests}}}
	os.Exit(testing.MainStart(testdeps.TestDeps{{}}, tests, nil, nil, nil).Run())
}}
"""


def _steps(files: ExerciseFiles, limits: Limits, ending: str) -> tuple[Step, ...]:
    tests = {path: text for path, text in files.tests.items() if is_built(text)}
    package = {
        path: text
        for path, text in {**files.sources, **tests}.items()
        if path.endswith(".go") and "/" not in path and path != "main.go"
    }
    names = [each["name"] for text in tests.values() for each in TEST.finditer(text)]
    rows = ", ".join(f'{{"{name}", quiet(solution.{name})}}' for name in names)
    tester = TESTER.format(tests=rows, imported="solution" if names else "_")
    program = go.built(package, tester)
    return built_steps("go", program, f"./program -test.v >{REPORT} 2>{REPORT}.err", limits, ending)


def _twins(tests: Texts) -> tuple[TestTwin, ...]:
    sources = sources_in(IDIOM, {path: text for path, text in tests.items() if is_built(text)})
    rows: list[TestTwin] = []
    for source in sources.values():
        for match in TEST.finditer(source.text):
            end = bracket_end(source.code, source.code.index("{", match.end()))
            rows.extend(described(match["name"], source.code[match.start() : end], sources))
    return (*rows, *twins_of(IDIOM, sources))


def is_built(text: str) -> bool:
    """Whether a file is compiled where no tag is asked for."""
    found = CONSTRAINT.search(text)
    if found is None:
        return True
    told = TAG.sub(lambda tag: "1" if TAGS_HERE.match(tag[0]) else "0", found[1]).replace(" ", "")
    before = ""
    while before != told:
        before = told
        for part, value in REDUCED:
            told = told.replace(part, value)
        told = re.sub(r"(?<![&!])([01])\|\|([01])(?!&)", lambda two: max(two[1], two[2]), told)
    return told == "1"


def described(test: str, code: str, sources: dict[str, ScannedText]) -> list[TestTwin]:
    """Twins of the subtests that a test makes of a table's rows."""
    run = RUN.search(code)
    if run is None:
        return []
    key = run["by"].partition(".")[2]
    found: list[TestTwin] = []
    for path, source in sources.items():
        for table in TABLE.finditer(source.code):
            if not re.search(rf"\brange {table['name']}\b", code):
                continue
            for row in arguments(source.code, table.end() - 1):
                found.extend(twins_of_row(test, key, path, source, row))
    return found


def twins_of_row(test: str, key: str, path: str, source: ScannedText, row: Part) -> list[TestTwin]:
    """Twins of the subtest that one row of a table is."""
    named = re.compile(rf"\b{key}\s*:\s*").search(source.code, row.start, row.end)
    opening = source.code.find("{", row.start, row.end)
    start = named.end() if named else opening + 1
    text = LITERAL_NAME.match(source.text, start)
    if text is None:
        return []
    name = f"{test}/{rewritten(text[1])}"
    apart = Part(text.start(), text.end())
    edits: list[TextEdit] = []
    for match in WANTED.finditer(source.code, row.start, row.end):
        ends = [
            each
            for each in arguments(source.code, opening)
            if each.start <= match.start() < each.end
        ]
        for part in ends:
            edits.extend(changes_in(source, Part(match.end(), part.end), path))
    edits.extend(changes_in(source, row, path))
    usable = [each for each in dict.fromkeys(edits) if not apart.start <= each.start < apart.end]
    return [TestTwin(name, edit) for edit in usable[:TRIED]]


def rewritten(description: str) -> str:
    """What `testing` calls a subtest of that description."""
    plain = description.replace('\\"', '"').replace("\\\\", "\\")
    return re.sub(r"\s", "_", plain)


def _decides(path: str) -> bool:
    return path.endswith("_test.go") or path in {"go.mod", "go.sum", "go.work", "vendor"}


RUNNER = TestRunner(
    track="go",
    language="go",
    official="go test ./...",
    here="the same tests under the testing package, compiled and linked directly; no go vet",
    packages="",
    steps=_steps,
    outcomes=partial(outcomes_by, OUTCOME),
    twins=_twins,
    decides=_decides,
)
