"""SciCode's result files: `NAME.txt` with both figures, `NAME.json` with the steps that pass.

Officially a problem is solved where all of its files there pass; here a step without a result is
not passed, and a problem's every graded step counts.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from grader.core.result import Result, Verdict
from grader.core.task import Task
from grader.reports.base import WrittenFile, replacing

ENDING = "_scicode.txt"


class ScicodeFigures(NamedTuple):
    """What one run comes to."""

    passed: dict[str, list[str]]
    """Problem → its steps that pass, in the data's order."""
    steps: int
    solved: tuple[str, ...]
    """Problems of which every graded step passes."""

    @property
    def passed_steps(self) -> int:
        """How many steps pass."""
        return sum(map(len, self.passed.values()))


def default_path(samples_path: Path) -> Path:
    """Beside the samples."""
    return samples_path.with_name(f"{samples_path.name.partition('.jsonl')[0]}{ENDING}")


def figures(results: Iterable[Result], tasks: Mapping[str, Task]) -> ScicodeFigures:
    """Sub-problems and main problems of a run's first sample of each step."""
    found = {each.task_id: each.verdict for each in results if each.index == 0}
    steps: dict[str, list[str]] = {}
    for task in tasks.values():
        spec: Mapping[str, Any] = task.spec
        steps.setdefault(str(spec["problem"]), []).append(task.id)
    passed = {
        problem: [each for each in ids if found.get(each) is Verdict.PASSED]
        for problem, ids in steps.items()
    }
    solved = tuple(problem for problem, ids in steps.items() if passed[problem] == ids)
    return ScicodeFigures(passed, len(tasks), solved)


def write(results: Iterable[Result], out: Path, *, tasks: Mapping[str, Task]) -> WrittenFile:
    """Both files: `out` is the text's, the other stands beside it. Memory: all verdicts."""
    found = figures(results, tasks)
    problems = [int(each) if each.isdecimal() else each for each in found.solved]
    with replacing(out) as file:
        file.write(
            f"correct problems: {len(found.solved)}/{len(found.passed)}\n"
            f"correct steps: {found.passed_steps}/{found.steps}\n\n"
            f"\ncorrect problems: \n\n{problems}\n"
        )
    with replacing(out.with_suffix(".json")) as file:
        json.dump(found.passed, file, indent=4)
        file.write("\n")
    return WrittenFile(found.passed_steps, 0)
