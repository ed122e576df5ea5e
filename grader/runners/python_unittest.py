"""Python: `unittest`, which Exercism's tests are written for; officially pytest runs them."""

import json
import re
from functools import partial
from pathlib import PurePosixPath

from grader.core.limits import Limits
from grader.core.plan import PlannedFile, Program, Step
from grader.runners._twins import Contrary, Idiom, twins_in
from grader.runners.base import REPORT, ExerciseFiles, TestRunner, support

IDIOM = Idiom(
    track="python",
    ending="_test.py",
    heads=re.compile(r"^[ \t]+def (?P<name>test_\w+)\(", re.MULTILINE),
    wanting=re.compile(
        r"\.assert(?:Equal|DictEqual|MultiLineEqual|SetEqual|ListEqual|TupleEqual|SequenceEqual"
        r"|CountEqual|AlmostEqual|In|Regex|RaisesWithMessage|TreeEquals|_node_is_\w+"
        r"|_correct_chain|_\w+)\("
    ),
    contraries=(
        Contrary(re.compile(r"\.assert(?:Dict|MultiLine|Set|List)?Equal\("), ".assertNotEqual("),
        Contrary(re.compile(r"\.assertNotEqual\("), ".assertEqual("),
        Contrary(re.compile(r"\.assertTrue\("), ".assertFalse("),
        Contrary(re.compile(r"\.assertFalse\("), ".assertTrue("),
        Contrary(re.compile(r"\.assertIsNone\("), ".assertIsNotNone("),
        Contrary(re.compile(r"\.assertIsNotNone\("), ".assertIsNone("),
        Contrary(re.compile(r"\.assertIs\("), ".assertIsNot("),
        Contrary(re.compile(r"\.assertIn\("), ".assertNotIn("),
        Contrary(re.compile(r"\.assertNotIn\("), ".assertIn("),
        Contrary(re.compile(r"\.assertRaises\(\w+"), ".assertRaises(KeyboardInterrupt"),
    ),
)
HARNESS = frozenset({
    "conftest", "sitecustomize", "usercustomize", "unittest", "pytest", "_pytest", "pluggy", "json",
})  # fmt: skip
"""Modules that decide how tests run, here or officially."""
SETTINGS = frozenset({"pytest.ini", "tox.ini", "setup.cfg", "pyproject.toml", ".coveragerc"})


def _steps(files: ExerciseFiles, limits: Limits, ending: str) -> tuple[Step, ...]:
    texts = {**files.sources, **files.tests}
    modules = sorted(path for path in files.tests if path.endswith("_test.py"))
    source = support("unittest_run.py").replace('"MODULES"', json.dumps(modules))
    run = Step(
        name=f"tests{ending}",
        action=Program(source=source, module="grader_tests"),
        files=tuple(PlannedFile(path=path, data=text.encode()) for path, text in texts.items()),
        limits=limits,
        collect=(REPORT,),
        stop_on_failure=False,
    )
    return (run,)


def _outcomes(report: str) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for line in report.splitlines():
        word, _, name = line.partition(" ")
        if word in {"ok", "failed"}:
            found[name] = word == "ok" and found.get(name, True)
    return found


def _decides(path: str) -> bool:
    pure = PurePosixPath(path)
    return (
        pure.parts[0].partition(".")[0] in HARNESS
        or pure.name in SETTINGS
        or pure.stem == "conftest"
        or pure.name.endswith("_test.py")
        or pure.name.startswith("test_")
        or pure.suffix in {".pth", ".so"}
    )


RUNNER = TestRunner(
    track="python",
    language="",
    official="pytest",
    here="unittest of this machine's Python: the tests are unittest's, no plugin is loaded",
    packages="",
    steps=_steps,
    outcomes=_outcomes,
    twins=partial(twins_in, IDIOM),
    decides=_decides,
)
