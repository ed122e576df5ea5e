"""SWE-bench-Live: issues of many languages, month by month, with test commands and log parsers.

Source: `evaluation/evaluation.py` at 70ec57e: the test patch is applied, then the model's; a
parser is `pytest` or the source of a function, which here runs in a container of its own.
"""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from grader.benchmarks._logged.member import LIMITS, LoggedSet, names_in, text_in
from grader.benchmarks._swebench.rows import file_in, rows_of
from grader.core.container import ContainerOptions
from grader.core.task import Task
from grader.errors import UsageError
from grader.graders.logged import FOLDER, LogRule, Spec
from grader.image.names import of_live

NAME = "swe-bench-live"
CALL = """

import json as _json, sys as _sys
_log = open(_sys.argv[1], encoding="utf-8", errors="replace").read()
_json.dump({str(k): str(v) for k, v in parser(_log).items()}, open(_sys.argv[2], "w"))
"""
TESTBED = (
    "cd /testbed\n[ -d .git ] || { g=$(find . -maxdepth 2 -mindepth 2 -type d -name .git -print"
    ' -quit); [ -n "$g" ] && cd "${g%/.git}"; }\n'
)


def benchmark() -> LoggedSet:
    """The member."""
    return LoggedSet(
        name=NAME,
        summary="issues month by month, patches in containers",
        needs="its rows: --data FILE (.jsonl, .parquet)",
        read=tasks_in,
    )


def tasks_in(path: Path) -> Iterator[Task]:
    """All rows as tasks."""
    found = file_in(path, (NAME, "SWE-bench-Live"), "full") if path.is_dir() else path
    for row in rows_of(found, "full"):
        yield task_of(row.value, row.place)


def task_of(row: dict[str, Any], place: str) -> Task:
    """One row as a task; UsageError with its place."""
    parser = str(row.get("log_parser") or row.get("parser") or "pytest")
    is_default = parser.lower().strip() == "pytest"
    spec = Spec(
        rule=LogRule.LIVE,
        script=script(row, place),
        files={"test.diff": str(row.get("test_patch") or "")},
        logs=("testlog.out",),
        parser="" if is_default else parser + CALL,
        parser_image="" if is_default else ContainerOptions().image,
        fail_to_pass=names_in(row, place, "FAIL_TO_PASS"),
        pass_to_pass=names_in(row, place, "PASS_TO_PASS"),
        patch=str(row.get("patch") or ""),
    )
    return Task(
        id=text_in(row, place, "instance_id"),
        benchmark=NAME,
        kind="logged",
        image=of_live(row),
        limits=LIMITS,
        spec=spec.model_dump(mode="json", exclude_defaults=True),
    )


def script(row: dict[str, Any], place: str) -> str:
    """The official order: test patch, model patch, rebuild, tests, what prints their log."""
    build, tests, told = (
        " ; ".join(commands(row, place, f"{word}_cmds")) for word in ("rebuild", "test", "print")
    )
    if not tests:
        raise UsageError(f"{place}: no 'test_cmds'; how its tests are run is not said")
    log = f"{FOLDER}/testlog.out"
    applying = "".join(f"git apply {FOLDER}/{name}.diff\n" for name in ("test", "patch"))
    lines = [TESTBED + applying + "cd /testbed", build]
    if told:
        lines += [tests, f"{{ {told} ; }} > {log} 2>&1"]
    else:
        lines += [f"printf '%s\\n' {shlex.quote(tests)} > run_test.sh",
                  f"bash run_test.sh > testlog.out 2>&1\ncp testlog.out {log}"]  # fmt: skip
    return "\n".join(line for line in lines if line) + "\n"


def commands(row: dict[str, Any], place: str, key: str) -> list[str]:
    """A list of commands; none where the row has none."""
    value: Any = row.get(key) or []
    if isinstance(value, list) and all(isinstance(e, str) for e in cast("list[Any]", value)):
        return cast("list[str]", value)
    raise UsageError(f"{place}: '{key}' must be a list of commands")
