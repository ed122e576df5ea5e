"""JavaScript: jest's idiom under a runner of ours on Node.js alone; nothing is installed.

jest with Babel is 300 packages, for what is here five hundred lines. What of jest is not there
(snapshots, fake timers, module mocks) no exercise uses.
"""

import json
import re

from grader.core.limits import Limits
from grader.core.plan import Step
from grader.languages.base import ProgramText
from grader.runners._built import built_steps
from grader.runners._twins import Contrary, Idiom, twins_in
from grader.runners.base import REPORT, ExerciseFiles, TestRunner, TestTwin, Texts, support

RUN = "grader_jest_run.js"
SWITCHED_OFF = re.compile(r"\bxtest\(")
MATCHERS = r"to[A-Z]\w*"
IDIOM = Idiom(
    track="javascript",
    ending=".spec.js",
    heads=re.compile(
        r"^[ \t]*(?:test|it)\(\s*(?P<quote>['\"`])(?P<name>(?:\\.|(?!(?P=quote)).)*)(?P=quote)",
        re.MULTILINE,
    ),
    wanting=re.compile(rf"\.{MATCHERS}\("),
    contraries=(
        Contrary(re.compile(rf"(?<!\.not)(?<=\)|s)\.(?={MATCHERS}\()"), ".not."),
        Contrary(re.compile(r"\.not\."), "."),
    ),
    tables=re.compile(r"^(?:const|let|var) (?P<name>\w+)\s*=\s*(?=[\[{])[\[{]", re.MULTILINE),
)


def _steps(files: ExerciseFiles, limits: Limits, ending: str) -> tuple[Step, ...]:
    texts = {**files.sources, **files.tests, RUN: support("jest_run.js")}
    specs = sorted(path for path in files.tests if path.endswith(".spec.js"))
    node = "node --no-warnings --experimental-vm-modules"
    line = f"{node} {RUN} {REPORT} {' '.join(specs)} >/dev/null 2>{REPORT}.err"
    return built_steps("js", ProgramText(files=texts, run=()), line, limits, ending)


def _outcomes(report: str) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for line in report.splitlines():
        try:
            word, name = json.loads(line)
        except (ValueError, TypeError):
            continue
        if word in {"ok", "failed"} and isinstance(name, str):
            found[name] = word == "ok" and found.get(name, True)
    return found


def _twins(tests: Texts) -> tuple[TestTwin, ...]:
    found = twins_in(IDIOM, tests)
    return tuple(each._replace(test=re.sub(r"\\(.)", r"\1", each.test)) for each in found)


def _prepared(text: str) -> str:
    return SWITCHED_OFF.sub("test(", text)


def _decides(path: str) -> bool:
    name = path.rpartition("/")[2]
    return (
        name.endswith((".spec.js", ".test.js", ".snap"))
        or name.startswith(("jest.", "babel.", ".babelrc", ".npmrc", ".eslintrc"))
        or name in {"package.json", "package-lock.json", RUN}
        or "node_modules" in path.split("/")
        or "__mocks__" in path.split("/")
    )


RUNNER = TestRunner(
    track="javascript",
    language="js",
    official="npm install && npm run test (jest)",
    here="a runner of jest's idiom on Node.js alone, without jest, Babel and npm",
    packages="",
    steps=_steps,
    outcomes=_outcomes,
    twins=_twins,
    decides=_decides,
    prepared=_prepared,
)
