"""MultiPL-E's `NAME.results.json`: the programs of a problem, and how each of them ended.

Its `pass_k.py` counts results whose `exit_code` is 0 and whose `status` is `OK`. Ungraded samples
are left out: neither is known.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from grader.core.result import Result, Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.graders._program_meaning import REFUSED
from grader.reports.base import WrittenFile, replacing

ENDING = ".results.json"


def default_path(samples_path: Path) -> Path:
    """A folder beside the samples: within them it would change what they are."""
    return samples_path.with_name(samples_path.name + "_results")


def write(
    samples: Iterable[Sample],
    results: Iterable[Result],
    root: Path,
    *,
    tasks: Mapping[str, Task],
) -> WrittenFile:
    """A file for each problem below `root`, in a folder of its language where there are several.

    `samples` and `results` may come in any order; of two results of one sample the later counts.
    Memory: all results' verdicts, and the texts of the samples.
    """
    found = {(result.task_id, result.index): result for result in results}
    by_task: dict[str, list[dict[str, Any]]] = {}
    skipped = 0
    for sample in samples:
        task = tasks.get(sample.task_id)
        result = found.get((sample.task_id, sample.index))
        if task is None or result is None or result.verdict is Verdict.UNGRADED:
            skipped += task is not None
            continue
        by_task.setdefault(sample.task_id, []).append(_entry(task, sample, result))
    several = len({str(tasks[task_id].spec["language"]) for task_id in by_task}) > 1
    for task_id, entries in by_task.items():
        _write(root, tasks[task_id], entries, several=several)
    return WrittenFile(sum(map(len, by_task.values())), skipped)


def _write(root: Path, task: Task, entries: list[dict[str, Any]], *, several: bool) -> None:
    spec = task.spec
    folder = root / str(spec["language"]) if several else root
    name = str(spec["name"])
    out = folder / f"{name}{ENDING}"
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(
        {
            "name": name,
            "language": spec["language"],
            "prompt": spec["prompt"],
            "tests": spec["tests"],
            "results": entries,
        }
    )
    with replacing(out) as file:
        file.write(text + "\n")


def _entry(task: Task, sample: Sample, result: Result) -> dict[str, Any]:
    status, code = ended(result)
    program = f"{task.spec['prompt']}{sample.body}\n{task.spec['tests']}"
    steps = result.execution.steps if result.execution else ()
    said = steps[-1] if steps else None
    began = result.execution.started_at if result.execution else 0.0
    return {
        "program": program,
        "timestamp": int(began),
        "stdout": said.stdout.decode(errors="replace") if said else "",
        "stderr": said.stderr.decode(errors="replace") if said else result.reason,
        "exit_code": code,
        "status": status,
    }


def ended(result: Result) -> tuple[str, int]:
    """MultiPL-E's word and exit code for a verdict."""
    match result.verdict:
        case Verdict.PASSED:
            return "OK", 0
        case Verdict.TIMEOUT:
            return "Timeout", -1
        case _ if result.reason.startswith(REFUSED):
            return "SyntaxError", 1
        case _:
            return "Exception", 1
