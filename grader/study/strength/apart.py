"""Which survivors are wrong: asked what nobody has tested, in the sandbox, beside the original.

What asks them there is `mutation/inside`.
"""

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple, cast

from grader.core.execution import StepResult
from grader.core.limits import Limits
from grader.core.record import bytes_to_text
from grader.core.strength import TellingInput
from grader.core.task import Task
from grader.graders import cases, program
from grader.study.strength.wrong import OriginalSolution, WrongSolutions

INPUTS = 400
"""Made for each task."""
EACH_S = 3.0
"""CPU seconds for one mutant's answers."""
SECONDS = 24.0
"""CPU seconds for all of a task; what is left then has not been told."""
LEAST = 15
"""Made inputs with which equal answers say that a mutant is equivalent."""
LIMITS = Limits(cpu_s=SECONDS + 12, wall_s=120, memory_mb=1024)


class ToldApart(NamedTuple):
    """What a mutant answered."""

    asked: int
    different: int
    inputs: tuple[TellingInput, ...] = ()


def question(task: Task, wrong: WrongSolutions, numbers: Sequence[int], seed: str) -> bytes | None:
    """What is to be asked of mutants of a task; None where nobody can make inputs for it."""
    if wrong.original is None:
        return None
    found = _known(task, wrong.original)
    if found is None:
        return None
    whole = wrong.original
    mutants = [(number, whole.around(wrong.mutants[number - 1].body)) for number in numbers]
    common = {
        "original": whole.program, "mutants": mutants, "count": INPUTS, "seed": seed,
        "seconds": SECONDS, "each_s": min(EACH_S, SECONDS / max(1, len(mutants))),
    }  # fmt: skip
    return json.dumps({**common, **found}).encode()


def _known(task: Task, original: OriginalSolution) -> dict[str, Any] | None:
    """Where inputs come from."""
    match task.kind:
        case "function":
            name = task.spec.get("entry_point", "")
            if not name:
                return None
            prompt = f"{original.before}\n{original.body}"
            return {"name": name, "tests": task.spec["tests"], "prompt": prompt}
        case "cases":
            spec = cases.Spec.model_validate(task.spec)
            listed = cases.unpacked(spec.base)[:200] + cases.unpacked(spec.plus)[:200]
            rules = (files("grader.graders") / "_case_rules.py").read_text(encoding="utf-8")
            known = {"cases": listed, "shapes": spec.shapes, "rules": rules}
            return {"name": spec.entry_point, "tests": "", "prompt": "", **known}
        case "program":
            spec = program.Spec.model_validate(task.spec)
            texts = [bytes_to_text(case.stdin) for case in spec.all_cases()[:50]]
            return {"name": "", "inputs": texts}
        case _:
            return None


@cache
def asking() -> str:
    """The text of the program that asks."""
    folder = files("grader.mutation.inside")
    parts = [
        (folder / f"{name}.py").read_text(encoding="utf-8")
        for name in ("domain", "generating", "telling")
    ]
    return "\n".join([*parts, "main()\n"])


def told(step: StepResult, numbers: Sequence[int]) -> tuple[dict[int, ToldApart], tuple[int, ...]]:
    """What was said of which mutants, and which are still to be asked.

    A mutant in whose turn the process came to its end is different: the original does not end it.
    """
    found: dict[int, ToldApart] = {}
    begun, made = 0, 0
    for line in step.stdout.decode(errors="replace").splitlines():
        row = _row(line)
        match row.get("kind"):
            case "inputs":
                made = row["made"]
            case "begin":
                begun = row["number"]
            case "end":
                inputs = tuple(
                    TellingInput(arguments=given, right=right, wrong=wrong)
                    for given, right, wrong in row["inputs"]
                )
                found[row["number"]] = ToldApart(row["tried"], row["different"], inputs)
                begun = 0
            case _:
                return dict.fromkeys(numbers, ToldApart(0, 0)), ()
    if begun:
        found[begun] = ToldApart(made, 1)
        return found, tuple(number for number in numbers if number not in found)
    return {number: found.get(number, ToldApart(0, 0)) for number in numbers}, ()


def _row(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        return {}
    return cast("dict[str, Any]", row) if isinstance(row, dict) else {}
