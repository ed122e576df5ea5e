"""Rule `v4`: logs are read and judged as swebench 4.1.0 does it, beside known facts about it."""

import json
import random

import pytest
import swebench4_oracle
import swebench_logs
from test_repo_grading import listed, wrapped

from grader import plugins
from grader.benchmarks._swebench.repos import PARSER_OF
from grader.benchmarks._swebench.script import official
from grader.errors import UsageError
from grader.graders._repo_log import START, HarnessRule, read, text_of
from grader.graders._repo_tests import EvalType, ResolutionStatus, eval_type_by, status_of
from grader.parsers import base

LOGS = 40
NEWER = ("image", "eval_script", "log_parser", "eval_type")
PYTHON = frozenset(
    f"parse_log_{name}"
    for name in [
        "pytest",
        "pytest_options",
        "pytest_v2",
        "django",
        "matplotlib",
        "seaborn",
        "sympy",
        "astroid",
        "flask",
        "marshmallow",
        "pvlib",
        "pyvista",
        "sqlfluff",
        "xarray",
        "pydicom",
        "requests",
        "pylint",
        "astropy",
        "scikit",
        "sphinx",
    ]
)
ROUNDS = 25
LATER = frozenset(
    [
        "bpmn-io/bpmn-js",
        "carbon-design-system/carbon",
        "prettier/prettier",
        "scratchfoundation/scratch-gui",
        "eslint/eslint",
        "GoogleChrome/lighthouse",
        "grommet/grommet",
        "highlightjs/highlight.js",
        "openlayers/openlayers",
        "PrismJS/prism",
        "quarto-dev/quarto-cli",
        "alibaba-fusion/next",
    ]
)
"""Repositories that only version 5 can grade."""
PLAIN = ["test_a (x.y.Z)", "a/b.py::T::test_x[p-q r]", "suite > case", "t[log(photon"]


def ours(parser: str, log: str, instance: base.ParsedInstance) -> list | None:
    try:
        return [list(pair) for pair in base.find(parser, "v4")(log, instance).items()]
    except base.UnreadableLog:
        return None


def test_parsers_read_generated_logs_as_version_4_does():
    cases, wanted = [], []
    for repository, parser in sorted(PARSER_OF.items()):
        if repository in LATER:
            continue
        for number in range(LOGS):
            rng = random.Random(f"v4/{repository}/{number}")
            log = swebench_logs.log_for(parser, PLAIN, rng)
            request = rng.choice(("2005", "2006", "9141", "8761", "1"))
            spec = {"repo": repository, "instance_id": f"a__b-{request}", "version": "1.0"}
            cases.append({"spec": spec, "log": log})
            wanted.append((parser, log, base.ParsedInstance(spec["instance_id"], "1.0")))
    told = 0
    for answer, (parser, log, instance) in zip(
        swebench4_oracle.answers(cases), wanted, strict=True
    ):
        assert ours(parser, log, instance) == answer.get("statuses"), (parser, log, answer)
        told += bool(answer.get("statuses"))
    assert told > len(cases) / 4


def test_repositories_of_version_5_are_unknown_to_version_4():
    specs = [{"repo": name, "instance_id": "a__b-1", "version": "1"} for name in sorted(LATER)]
    found = swebench4_oracle.answers([{"spec": spec, "log": ""} for spec in specs])
    assert all(answer["raised"].startswith("KeyError") for answer in found)


def test_reports_of_real_rows_are_those_of_version_4(rows, tmp_path):
    cases, mine = [], []
    chosen: dict[str, list[dict]] = {}
    for row in rows:
        chosen.setdefault(row["repo"], []).append(row)
    for repository, found in sorted(chosen.items()):
        for number in range(ROUNDS):
            rng = random.Random(f"v4/{repository}/{number}")
            row = rng.choice(found)
            names = [*listed(row["FAIL_TO_PASS"]), *listed(row["PASS_TO_PASS"])]
            rng.shuffle(names)
            expected = names[: rng.randrange(4)], names[1 : rng.randrange(1, 6)]
            log = wrapped(swebench_logs.log_for(row["log_parser"], names[:4], rng), rng)
            spec = {key: row[key] for key in ("repo", "instance_id", "version")}
            spec |= {"FAIL_TO_PASS": expected[0], "PASS_TO_PASS": expected[1]}
            path = str(tmp_path / "test_output.txt")
            written = log.decode(errors="replace").encode()
            cases.append({"spec": spec, "log": written.hex(), "report": path})
            mine.append((row, expected, log))
    compared = resolved = 0
    for answer, (row, expected, log) in zip(swebench4_oracle.answers(cases), mine, strict=True):
        if answer.get("raised", "").startswith("KeyError"):
            continue  # a version that version 4 does not know
        report = report_of(row, expected, log)
        assert report == answer.get("report"), (row["instance_id"], log, answer)
        compared += 1
        resolved += bool(report and report["resolved"])
    assert compared > 0.9 * len(cases)
    assert resolved > 50


def test_classic_rows_get_the_scripts_that_version_5_publishes(rows, tmp_path, monkeypatch):
    """But for files that the test patch adds, which only version 5 resets, and a few repaired rows."""
    folder = swebench4_oracle.FOLDER
    if not (folder / "unidiff").is_dir():
        pytest.skip(f"no swebench 4 with unidiff in {folder}; scripts/install puts them there")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    python = [row for row in rows if row["log_parser"] in PYTHON]
    classic = [{key: row[key] for key in row if key not in NEWER} for row in python]
    path = tmp_path / "rows.json"
    seen, same, alike = {}, 0, 0
    for row, old in zip(python, classic, strict=True):
        seen.setdefault(row["instance_id"], (row, old))
    path.write_text(json.dumps([old for _, old in seen.values()]))
    for task in plugins.load("benchmarks", "swebench").benchmark().tasks(path):
        row = seen[task.id][0]
        wanted = official(row["eval_script"])
        found = task.spec["eval_script"]
        assert task.image.name == row["image"]
        same += found == wanted
        alike += without_resets(found) == without_resets(wanted)
    assert same > 0.9 * len(seen) > 500
    assert alike > 0.99 * len(seen)


def without_resets(script: str) -> list[str]:
    return [line for line in script.split("\n") if not line.startswith("git checkout ")]


def test_version_that_the_tables_do_not_know_is_told(tmp_path, monkeypatch):
    folder = swebench4_oracle.FOLDER
    if not (folder / "unidiff").is_dir():
        pytest.skip(f"no swebench 4 with unidiff in {folder}; scripts/install puts them there")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    row = {"instance_id": "a__b-1", "repo": "a/b", "version": "9", "base_commit": "c"}
    (tmp_path / "rows.json").write_text(json.dumps([row | {"test_patch": ""}]))
    with pytest.raises(UsageError, match="swebench 4 knows no version '9' of 'a/b'"):
        list(plugins.load("benchmarks", "swebench").benchmark().tasks(tmp_path / "rows.json"))


def report_of(row: dict, expected: tuple[list, list], log: bytes) -> dict | None:
    instance = base.ParsedInstance(row["instance_id"], row["version"])
    parser = base.find(row["log_parser"], "v4")
    try:
        reading = read(text_of(log), parser, instance, rule=HarnessRule.V4)
    except base.UnreadableLog:
        return None
    report = {
        "patch_is_None": False,
        "patch_exists": True,
        "patch_successfully_applied": reading.is_usable,
        "resolved": False,
    }
    if not reading.is_usable:
        return report
    eval_type = eval_type_by(HarnessRule.V4, row["repo"], EvalType(row["eval_type"]))
    status = status_of(reading.statuses, *expected, eval_type=eval_type, rule=HarnessRule.V4)
    report["resolved"] = status.resolution is ResolutionStatus.FULL
    return report | {"tests_status": status.as_official()}


@pytest.mark.parametrize(
    ("parser", "log", "expected"),
    [
        ("pytest", "SKIPPED [1] t.py:3: why", {"[1]": "SKIPPED"}),
        ("pytest_options", "SKIPPED [1] t.py:3: why", {"[1]": "SKIPPED"}),
        ("matplotlib", "SKIPPED [1] t.py:3: why\nPASSED t[MouseButton.LEFT]",
         {"[1]": "SKIPPED", "t[1]": "PASSED"}),
        ("pytest_v2", "PASSED t::a[foo bar]\nt::old FAILED [1]\nx y FAILED",
         {"t::a[foo": "PASSED", "x": "y"}),
        ("pytest_v2", "FAILED t::a - E", {"t::a": "FAILED"}),
        ("maven", "BUILD FAILURE\n+ mvn -Dtest=A#b\n+ mvn -Dtest=C#d\nBUILD SUCCESS",
         {"---NO TEST NAME FOUND YET---": "FAILED", "C#d": "PASSED"}),
        ("gradle_custom", "A > b\nFAILED\nC > d PASSED", {"C > d": "PASSED"}),
        ("jest", "✓ a  (3 ms)", {"a ": "PASSED"}),
    ],
)  # fmt: skip
def test_parser_of_version_4_has_its_own_quirks(parser, log, expected):
    name = f"parse_log_{parser}"
    assert base.find(name, "v4")(log, base.ParsedInstance()) == expected
    assert base.find(name)(log, base.ParsedInstance()) != expected or parser == "pytest_v2"


def test_seaborn_of_version_4_breaks_on_a_lone_status():
    with pytest.raises(base.UnreadableLog):
        base.find("parse_log_seaborn", "v4")("a PASSED\nFAILED", base.ParsedInstance())
    assert base.find("parse_log_seaborn")("a PASSED x\nFAILED", base.ParsedInstance()) == {
        "a": "PASSED"
    }


def test_nothing_that_ran_is_no_trouble_for_version_4():
    log = f"{START}\nno words\n>>>>> End Test Output\n"
    reading = read(log, base.find("parse_log_pytest"), base.ParsedInstance(), rule=HarnessRule.V4)
    assert reading.is_usable
    assert (
        status_of(reading.statuses, ["a"], [], rule=HarnessRule.V4).resolution
        is ResolutionStatus.NO
    )


def test_version_4_knows_fail_only_repositories_by_name():
    said = EvalType.PASS_AND_FAIL
    assert eval_type_by(HarnessRule.V4, "chartjs/Chart.js", said) is EvalType.FAIL_ONLY
    assert eval_type_by(HarnessRule.V5, "chartjs/Chart.js", said) is EvalType.PASS_AND_FAIL
    assert (
        eval_type_by(HarnessRule.V4, "openlayers/openlayers", EvalType.FAIL_ONLY)
        is EvalType.FAIL_ONLY
    )
