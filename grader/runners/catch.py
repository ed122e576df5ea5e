"""C++: Catch 2 as it lies in the exercise, built with CMakeLists.txt's flags but without CMake.

Catch's own half, which takes seven seconds to compile, is built once for its text and kept.
"""

import re
from functools import partial

from grader.core.limits import Limits
from grader.core.plan import PlannedFile, Step, TrustedBuild
from grader.languages import base
from grader.languages._plans import command
from grader.languages.base import BUILD_LIMITS, ProgramText
from grader.runners._built import built_steps
from grader.runners._twins import Contrary, Idiom, twins_in
from grader.runners.base import REPORT, ExerciseFiles, TestRunner, Texts

MAIN, MAIN_OBJECT = "test/tests-main.cpp", "catch-main.o"
STRICT = ("-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror")
ALL_TESTS = "-DEXERCISM_RUN_ALL_TESTS"
IDIOM = Idiom(
    track="cpp",
    ending="_test.cpp",
    heads=re.compile(r'^[ \t]*TEST_CASE\(\s*"(?P<name>(?:\\.|[^"\\])*)"', re.MULTILINE),
    wanting=re.compile(r"\b(?:REQUIRE|CHECK)(?:_THAT)?\("),
    contraries=(
        Contrary(re.compile(r"\bREQUIRE\("), "REQUIRE_FALSE("),
        Contrary(re.compile(r"\bCHECK\("), "CHECK_FALSE("),
        Contrary(re.compile(r"\bREQUIRE_FALSE\("), "REQUIRE("),
        Contrary(re.compile(r"\bREQUIRE_NOTHROW\("), "REQUIRE_THROWS("),
        Contrary(re.compile(r"\bREQUIRE_THROWS_AS\("), "REQUIRE_NOTHROW(", only_first=True),
        Contrary(re.compile(r"\bREQUIRE_THROWS\("), "REQUIRE_NOTHROW("),
    ),
    tables=re.compile(
        r"^(?:static |const |constexpr )*[\w:<>, ]+\b(?P<name>\w+)\s*(?:=\s*)?\{", re.MULTILINE
    ),
)
CASE = re.compile(
    r'<TestCase name="(?P<name>[^"]*)"(?:(?!</TestCase>)[\s\S])*?'
    r'<OverallResult success="(?P<word>\w+)"'
)
ENTITIES = {"&quot;": '"', "&lt;": "<", "&gt;": ">", "&apos;": "'", "&amp;": "&"}


def _steps(files: ExerciseFiles, limits: Limits, ending: str) -> tuple[Step, ...]:
    texts = {**files.sources, **files.tests}
    stem = files.name.replace("-", "_")
    sources = [each for each in (f"{stem}_test.cpp", f"{stem}.cpp") if each in texts]
    flags = (*STRICT, ALL_TESTS)
    build = (
        *(("g++", *flags, "-c", each, "-o", f"{each}.o") for each in sources),
        ("g++", *(f"{each}.o" for each in sources), MAIN_OBJECT, "-pthread", "-o", "program"),
    )
    program = ProgramText(files=texts, build=build, run=("./program",), keep=("program",))
    line = f"./program -r xml -o {REPORT} >/dev/null 2>{REPORT}.err"
    steps = built_steps("cpp", program, line, limits, ending)
    return (steps[0].model_copy(update={"made": catch_main(files.tests)}), *steps[1:])


def catch_main(tests: Texts) -> TrustedBuild:
    """Catch's own half, made of the exercise's `test` folder."""
    own = {path: text for path, text in tests.items() if path.startswith("test/")}
    return TrustedBuild(
        files=tuple(PlannedFile(path=path, data=text.encode()) for path, text in own.items()),
        command=command(base.load("cpp"), (("g++", "-std=c++17", "-c", MAIN, "-o", MAIN_OBJECT),)),
        keep=(MAIN_OBJECT,),
        limits=BUILD_LIMITS,
    )


def _outcomes(report: str) -> dict[str, bool]:
    return {plain(each["name"]): each["word"] == "true" for each in CASE.finditer(report)}


def plain(name: str) -> str:
    """A name as it stands in the source."""
    for entity, letter in ENTITIES.items():
        name = name.replace(entity, letter)
    return name


def _decides(path: str) -> bool:
    return (
        path.startswith("test/")
        or path.endswith(("_test.cpp", "catch.hpp", ".cmake", ".gch"))
        or path.rpartition("/")[2] == "CMakeLists.txt"
    )


RUNNER = TestRunner(
    track="cpp",
    language="cpp",
    official="cmake -DEXERCISM_RUN_ALL_TESTS=1 && make",
    here="g++ with CMakeLists.txt's flags, without CMake or debug symbols; Catch built once",
    packages="",
    steps=_steps,
    outcomes=_outcomes,
    twins=partial(twins_in, IDIOM),
    decides=_decides,
)
