"""The reported functions: read their rows, grade all of them in one engine, or one by the command.

Rows run with what its owner would ask for: the packages of this machine that their samples import,
more processes where they start more. Rows about the caller's environment run as a command in it.
"""

import ast
import importlib.util
import json
import subprocess
import sys
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import anyio

from grader.core.job import Job
from grader.core.result import Result
from grader.engine import dataset
from grader.engine.grading import open_grading
from grader.engine.twins import SampleTwins
from grader.record.ledger import Ledger
from grader.run import intake
from grader.run.missed import MISSED
from grader.run.options import Options

WORKERS = 3
PIDS = {"threads": 256}
"""What `threads` starts at one time."""
COMMAND = f"{Path(sys.executable).parent}/grader"
POISON = ("json.py", "random.py", "solution.py", "program.py", "tests.py", "numpy.py")
OWN_POISON = ("solution.py", "program.py", "tests.py")
ENVIRONMENTS: dict[str, tuple[dict[str, str], str, tuple[str, ...]]] = {
    "env_optimize": ({"PYTHONOPTIMIZE": "2"}, "", ()),
    "env_optimize_shared": ({"PYTHONOPTIMIZE": "2"}, "", ("--trust", "shared")),
    "env_warnerr": (
        {"PYTHONWARNINGS": "error", "LC_ALL": "C", "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
        "", (),
    ),
    "env_path_poison": ({"PYTHONPATH": "poison"}, "", ()),
    "env_cwd_shadow": ({}, "cd shadow;", ()),
    "env_ulimits": ({}, "ulimit -n 256; ulimit -c 0; ulimit -s 8192;", ()),
    "env_ulimit_v": ({}, "ulimit -v 8000000;", ()),
    "env_ulimit_u": ({}, "ulimit -u 4000;", ()),
    "env_ulimit_f": ({}, "ulimit -f 20000;", ()),
    "env_sigchld": ({}, "trap '' CHLD PIPE;", ()),
    "env_closed": ({}, "exec <&- >&-;", ()),
    "env_nohome": ({}, "unset HOME;", ()),
    "env_tmpdir": ({"TMPDIR": "/nonexistent"}, "", ()),
    "env_uni": ({}, "mkdir 'ünï cødé' && cd 'ünï cødé';", ()),
    "env_nodeluser": ({}, "umask 077;", ()),
    "env_affinity": ({}, "taskset -pc 0 $$ >&2;", ()),
}  # fmt: skip
"""Row → (variables, what the shell does first, options of the command)."""


def rows_of(shared: Path) -> list[dict[str, Any]]:
    """All rows."""
    text = (shared / "data/reports/functions.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def is_wanted(verdict: str, wanted: str) -> bool:
    """Whether a verdict is one of those that a row allows."""
    return verdict in wanted.partition(",")[0].split("|")


def is_excused(result: Result) -> bool:
    """Whether a sample wants what this machine does not have either."""
    if result.reason.startswith("RecursionError"):
        return not recurses_in_caches()
    match = MISSED.search(result.reason)
    return match is not None and importlib.util.find_spec(match[1]) is None


@cache
def recurses_in_caches() -> bool:
    """Whether a cached function may call itself as deep as `sys.setrecursionlimit` says.

    Python 3.12.0 and 3.12.1 allow some hundred calls, whatever it says, and 3.13 some thousand.
    """
    program = (
        "import functools, sys\nsys.setrecursionlimit(50000)\n"
        "@functools.cache\ndef f(n): return n and f(n - 1)\nf(6000)"
    )
    return not subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True
    ).returncode


def written(row: dict[str, Any], folder: Path) -> tuple[Path, Path]:
    """The row's tasks and samples as files."""
    folder.mkdir()
    paths = folder / "tasks.jsonl", folder / "samples.jsonl"
    for path, rows in zip(paths, (row["tasks"], row["samples"]), strict=True):
        path.write_text("".join(f"{json.dumps(each)}\n" for each in rows))
    return paths


def packages_of(rows: list[dict[str, Any]]) -> tuple[str, ...]:
    """Distributions of this machine that samples or tests of these rows import."""
    providers = metadata.packages_distributions()
    texts = [
        text for row in rows for each in (*row["tasks"], *row["samples"]) for text in each.values()
    ]
    modules = {name for text in texts if isinstance(text, str) for name in imported(text)}
    return tuple(sorted({providers[name][0] for name in modules & providers.keys()}))


def imported(text: str) -> set[str]:
    """Top-level modules that a program's own import lines name."""
    found: set[str] = set()
    for line in map(str.strip, text.splitlines()):
        if line.startswith(("import ", "from ")):
            try:
                nodes = ast.parse(line).body
            except SyntaxError:
                continue
            names = [
                each.name for node in nodes if isinstance(node, ast.Import) for each in node.names
            ]
            names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
            found.update(name.split(".")[0] for name in names)
    return found


async def graded(rows: list[dict[str, Any]], folder: Path) -> dict[str, list[Result]]:
    """Row → results in the order of its samples, all in one engine."""
    options = Options(
        benchmark="humaneval", samples="-", workers=WORKERS, packages=packages_of(rows),
        allow_weak=True,
    )  # fmt: skip
    jobs = [(row["id"], job) for row in rows for job in await jobs_of(row, folder / row["id"])]
    found: dict[str, list[Result | None]] = {row["id"]: [] for row in rows}
    places: list[tuple[str, int, Job]] = []
    for name, job in jobs:
        places.append((name, len(found[name]), job))
        found[name].append(None)
    waiting = iter(places)
    async with open_grading(options, "reported") as engine, anyio.create_task_group() as group:
        attempt = engine.grading(options, SampleTwins())

        async def work() -> None:
            for name, at, job in waiting:
                found[name][at] = await attempt(job)

        for _ in range(WORKERS):
            group.start_soon(work)
    return {name: [each for each in results if each] for name, results in found.items()}


async def jobs_of(row: dict[str, Any], folder: Path) -> list[Job]:
    """The row's jobs as `evaluate` makes them; its tasks get names that no other row's have."""
    tasks, samples = written(row, folder)
    data = dataset.load(row["benchmark"], tasks)
    source = intake.source_for(data, str(samples), None)
    made: list[Job] = []
    async for job in intake.jobs(source, data, data.tasks, done=Ledger()):
        name = f"{row['id']}:{job.task.id}"
        limits = job.task.limits.model_copy(
            update={"pids": PIDS.get(row["id"], job.task.limits.pids)}
        )
        task = job.task.model_copy(update={"id": name, "limits": limits})
        sample = job.sample.model_copy(update={"task_id": name})
        made.append(job.model_copy(update={"task": task, "sample": sample}))
    return made


def commanded(row: dict[str, Any], folder: Path) -> list[str]:
    """Verdicts in the order of the samples, of `grader evaluate` in the row's environment."""
    variables, before, options = ENVIRONMENTS[row["id"]]
    tasks, samples = written(row, folder)
    for name, files in {"poison": OWN_POISON, "shadow": POISON}.items():
        (folder / name).mkdir()
        for each in files:
            (folder / name / each).write_text("raise RuntimeError('not what was meant')\n")
    out = folder / "out"
    words = [
        COMMAND, "evaluate", row["benchmark"], str(samples), "--data", str(tasks),
        "--out", str(out), "--quiet", "--allow-weak", *options,
    ]  # fmt: skip
    variables = {
        name: value.replace("poison", str(folder / "poison")) for name, value in variables.items()
    }
    subprocess.run(
        ["/bin/sh", "-c", f'{before} exec "$@"', "sh", *words],
        cwd=folder, env={**own_environment(), **variables}, capture_output=True, check=False,
    )  # fmt: skip
    found = map(json.loads, (out / "results.jsonl").read_text().splitlines())
    return [each["verdict"] for each in sorted(found, key=lambda each: each["index"])]


def own_environment() -> dict[str, str]:
    """Little, so that only the row's own variables matter."""
    import os  # noqa: PLC0415

    return {
        name: os.environ[name] for name in ("PATH", "HOME", "GRADER_CACHE") if name in os.environ
    }
