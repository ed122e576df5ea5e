"""SWE-bench Pro: 731 public instances, whose scripts and parsers lie beside the rows.

Source: `swe_bench_pro_eval.py` at ca10a60. Its parser lies beside the model's code and may be
overwritten there; here it runs in a container that only has the logs. Lists are read, and never
evaluated.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.benchmarks._logged.member import LIMITS, LoggedSet, names_in, text_in
from grader.benchmarks._rows import JsonRow
from grader.benchmarks._swebench.rows import csv_table, rows_of
from grader.core.task import Task
from grader.errors import UsageError
from grader.graders.logged import FOLDER, LogRule, Spec
from grader.image.names import of_pro

NAME = "swe-bench-pro"
ROWS = ("rows", "test", "sweap_eval_full_v2", "swe_bench_pro", "helper_code/sweap_eval_full_v2")
ENDS = (".jsonl", ".csv", ".parquet")


def benchmark() -> LoggedSet:
    """The member."""
    return LoggedSet(
        name=NAME,
        summary="731 public instances, patches in containers",
        needs="its repository with rows in it: --data DIR (rows.jsonl or rows.csv, run_scripts/,"
        " dockerfiles/)",
        read=tasks_in,
    )


def tasks_in(path: Path) -> Iterator[Task]:
    """All rows as tasks."""
    if not (path / "run_scripts").is_dir():
        raise UsageError(f"{path}: no run_scripts in it; --data takes the set's repository")
    for row in rows_in(path):
        yield task_of(row.value, row.place, path)


def rows_in(path: Path) -> Iterator[JsonRow]:
    """The rows beside the scripts."""
    names = [path / f"{name}{end}" for name in ROWS for end in ENDS]
    file = next((each for each in names if each.is_file()), None)
    if file is None:
        raise UsageError(f"{path}: no rows in it; put them there as rows.jsonl or rows.csv")
    return csv_table(file) if file.suffix == ".csv" else rows_of(file, "test")


def task_of(row: dict[str, Any], place: str, path: Path) -> Task:
    """One row as a task; UsageError with its place."""
    identity = text_in(row, place, "instance_id")
    if "/" in identity or identity.startswith("."):
        raise UsageError(f"{place}: '{identity}' is no name")
    scripts = path / "run_scripts" / identity
    spec = Spec(
        rule=LogRule.PRO,
        script=script(row, place, path, identity),
        files={"run_script.sh": text_at(scripts / "run_script.sh")},
        logs=("stdout.log", "stderr.log"),
        parser=text_at(scripts / "parser.py"),
        fail_to_pass=names_in(row, place, "fail_to_pass", "FAIL_TO_PASS"),
        pass_to_pass=names_in(row, place, "pass_to_pass", "PASS_TO_PASS"),
        patch=str(row.get("patch") or ""),
    )
    return Task(
        id=identity,
        benchmark=NAME,
        kind="logged",
        image=of_pro(row),
        limits=LIMITS,
        spec=spec.model_dump(mode="json", exclude_defaults=True),
    )


def script(row: dict[str, Any], place: str, path: Path, identity: str) -> str:
    """The official entry script, but for the parser. A patch that does not apply stops nothing."""
    last = str(row.get("before_repo_set_cmd") or "").strip().split("\n")[-1]
    tests = ",".join(names_in(row, place, "selected_test_files_to_run"))
    commit = text_in(row, place, "base_commit")
    texts = [
        text_at(path / "dockerfiles" / f"{kind}_dockerfile" / identity / "Dockerfile")
        for kind in ("base", "instance")
    ]
    lines = (line.strip() for text in texts for line in text.split("\n"))
    settings = "\n".join(line.replace("ENV", "export", 1) for line in lines if line[:3] == "ENV")
    return f"""
{settings}
# apply patch
cd /app
git reset --hard {commit}
git checkout {commit}
git apply -v {FOLDER}/patch.diff
{last}
# run test and save stdout and stderr to separate files
bash {FOLDER}/run_script.sh {tests} > {FOLDER}/stdout.log 2> {FOLDER}/stderr.log
"""


def text_at(file: Path) -> str:
    """A file's text; UsageError where it cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UsageError(f"{file}: cannot be read ({error}); every instance has one") from error
