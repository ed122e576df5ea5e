"""Aider's `.aider.results.json`: for each exercise whether its tests passed after each try.

`benchmark.py --stats` counts an exercise as passed at the first try by `tests_outcomes[0]`, and at
the second by its last outcome. What only a conversation has (cost, tokens) is 0. Exercises with an
ungraded try are left out: neither is known.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from grader.core.result import Result, Verdict
from grader.reports.base import WrittenFile, replacing

NAME = ".aider.results.json"
TRIES = 2
COUNTS = (
    "num_error_outputs", "num_user_asks", "num_exhausted_context_windows",
    "num_malformed_responses", "syntax_errors", "indentation_errors", "lazy_comments",
    "prompt_tokens", "completion_tokens",
)  # fmt: skip


def default_path(samples_path: Path) -> Path:
    """A folder beside the samples: within them it would change what they are."""
    return samples_path.with_name(samples_path.name + "_aider")


def write(results: Iterable[Result], root: Path, *, model: str) -> WrittenFile:
    """A file for each exercise, in Aider's tree below `root`.

    `results` may come in any order; of two results of one sample the later counts. A third sample
    of an exercise is no try of Aider's and is left out.
    """
    by_task: dict[str, dict[int, Result]] = {}
    for result in results:
        by_task.setdefault(result.task_id, {})[result.index] = result
    written = skipped = 0
    for task_id, tries in by_task.items():
        counted = [tries[index] for index in sorted(tries) if index < TRIES]
        if any(each.verdict is Verdict.UNGRADED for each in counted):
            skipped += len(tries)
            continue
        track, _, name = task_id.partition("/")
        folder = root / track / "exercises" / "practice" / name
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(folder / NAME) as file:
            file.write(json.dumps(entry(folder, counted, model), indent=4) + "\n")
        written += len(counted)
        skipped += len(tries) - len(counted)
    return WrittenFile(written, skipped)


def entry(folder: Path, tries: list[Result], model: str) -> dict[str, Any]:
    """What Aider writes for one exercise; it tries no more after a pass."""
    outcomes = [each.verdict is Verdict.PASSED for each in tries]
    if True in outcomes:
        outcomes = outcomes[: outcomes.index(True) + 1]
    ran = [each.execution for each in tries[: len(outcomes)] if each.execution]
    return {
        "testdir": str(folder),
        "testcase": folder.name,
        "model": model,
        "edit_format": "",
        "tests_outcomes": outcomes,
        "cost": 0.0,
        "duration": round(sum(step.wall_s for each in ran for step in each.steps), 3),
        "test_timeouts": sum(each.verdict is Verdict.TIMEOUT for each in tries[: len(outcomes)]),
        "commit_hash": "",
        **dict.fromkeys(COUNTS, 0),
        "reasoning_effort": None,
        "thinking_tokens": None,
        "map_tokens": None,
        "chat_hashes": [],
    }
