"""Answers to SciCode's steps: code out of a model's text, and programs of a whole run.

A row is `{"task_id": "10.2", "completion": answer}`; `step_number` and `code` do as well. A folder
holds the official `10.2.py`, each a whole program: `MODEL/with_background`, or one of its parents
where there is one such folder only.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.benchmarks._rows import JsonRow
from grader.benchmarks._scicode.problems import ProblemRow, before
from grader.core.sample import Sample
from grader.errors import UsageError

FENCE = re.compile(r"```(?:[ \t]*(\w*))[^\n]*\n(.*?)```", re.DOTALL)
IMPORT = re.compile(r"^(?:import |from )[^\n]*\n?", re.MULTILINE)
BACKGROUNDS = ("with_background", "without_background")
DEPTH = 2


def code_of(answer: str) -> str:
    """Officially: the first block of Python, else the first block, else everything.

    Lines at the margin that import are left out: a step's imports are the problem's.
    """
    blocks = FENCE.findall(f"{answer}\n```" if answer.count("```") % 2 else answer)
    python = [code for tag, code in blocks if tag.lower() in ("python", "py", "python3")]
    text = (python or [code for _, code in blocks] or [answer])[0]
    return IMPORT.sub("", text)


def unfolded(row: JsonRow) -> Iterator[JsonRow]:
    """Rows of a step's number and its code as usual ones."""
    value = row.value
    if "task_id" not in value and type(value.get("step_number")) is str:
        text = next((value[key] for key in ("completion", "code", "answer") if key in value), None)
        named = {"task_id": value["step_number"], "completion": text}
        yield row._replace(value=value | named, shape="rows of step_number and code")
        return
    yield row


def answer_folder(source: str) -> str:
    """The folder that holds the programs; UsageError where two runs are in it."""
    root = Path(source)
    if not root.is_dir():
        return source
    found = [root] if any(root.glob("*.*.py")) else []
    for depth in range(DEPTH):
        stars = "*/" * depth
        found = found or [each for name in BACKGROUNDS for each in root.glob(f"{stars}{name}")]
    if len(found) > 1:
        names = " and ".join(sorted(str(each) for each in found)[:4])
        raise UsageError(f"{source}: holds {names}, which are runs of their own; pass one of them")
    return str(found[0]) if found else source


def assembled(
    samples: Iterator[Sample], problem_of: Mapping[str, tuple[ProblemRow, int]]
) -> Iterator[Sample]:
    """Each answer as a whole program: behind the same run's answers to earlier steps."""
    texts: dict[tuple[str, int], str] = {}
    waiting: list[Sample] = []
    for sample in samples:
        if sample.whole or sample.defect or sample.task_id not in problem_of:
            yield sample
            continue
        waiting.append(sample)
        texts[sample.task_id, sample.index] = code_of(sample.body)
    for sample in waiting:
        problem, place = problem_of[sample.task_id]
        codes = {
            step.id: texts[step.id, sample.index]
            for step in problem.steps[:place]
            if (step.id, sample.index) in texts
        }
        code = texts[sample.task_id, sample.index]
        body = f"{before(problem, place, codes)}\n{code}\n"
        yield sample.model_copy(update={"body": body, "whole": True, "extraction": "scicode"})
