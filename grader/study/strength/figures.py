"""What verdicts and answers of mutants say of a task and of a benchmark."""

from collections import Counter
from collections.abc import Mapping, Sequence

from grader.core.manifest import DatasetRef
from grader.core.strength import (
    WEAK_SHARE,
    BenchmarkStrength,
    SurvivingMutant,
    TaskStrength,
    TellingInput,
)
from grader.core.task import Task
from grader.mutation.of_python import Mutant, diff
from grader.stats.intervals import IntervalEstimate, over_tasks, wilson
from grader.study.strength.apart import LEAST, ToldApart
from grader.study.strength.wrong import ASKED, WrongSolutions
from grader.version import VERSION

SHOWN = 20
"""Survivors of a task that are kept whole."""
SUGGESTED = 5


def of_task(
    task: Task,
    wrong: WrongSolutions,
    verdicts: Mapping[int, bool],
    answers: Mapping[int, ToldApart],
) -> TaskStrength:
    """One task; verdicts: number of a mutant → whether it passed."""
    survivors: list[SurvivingMutant] = []
    counts = Counter[str]()
    operators: dict[str, list[int]] = {}
    for number, passed in verdicts.items():
        mutant = wrong.mutants[number - 1]
        state = _state(task, answers.get(number)) if passed else "killed"
        counts[state] += 1
        if state in {"killed", "survived"}:
            mine = operators.setdefault(mutant.operator, [0, 0])
            mine[0] += 1
            mine[1] += passed
        if state == "survived":
            survivors.append(_survivor(wrong, number, mutant, answers.get(number)))
    total = counts["killed"] + counts["survived"]
    interval = wilson(counts["survived"], total) if total else None
    return TaskStrength(
        task_id=task.id,
        mutants=len(verdicts),
        killed=counts["killed"],
        survived=counts["survived"],
        equivalent=counts["equivalent"],
        unknown=counts["unknown"],
        rate=counts["survived"] / total if total else None,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        is_weak=bool(total) and counts["survived"] / total > WEAK_SHARE,
        operators={name: (mine[0], mine[1]) for name, mine in sorted(operators.items())},
        survivors=tuple(sorted(survivors, key=_telling)[:SHOWN]),
        suggested=suggested(survivors),
        why=wrong.why,
    )


def _state(task: Task, told: ToldApart | None) -> str:
    if task.kind not in ASKED or (told and told.different):
        return "survived"
    return "equivalent" if told and told.asked >= LEAST else "unknown"


def _survivor(
    wrong: WrongSolutions, number: int, mutant: Mutant, told: ToldApart | None
) -> SurvivingMutant:
    original = wrong.original.body if wrong.original else ""
    return SurvivingMutant(
        number=number,
        operator=mutant.operator,
        line=mutant.line,
        diff=diff(original, mutant.body),
        asked=told.asked if told else 0,
        different=told.different if told else 0,
        inputs=told.inputs[:3] if told else (),
    )


def _telling(survivor: SurvivingMutant) -> tuple[float, int]:
    return -survivor.different / max(1, survivor.asked), survivor.number


def suggested(survivors: Sequence[SurvivingMutant]) -> tuple[TellingInput, ...]:
    """Few inputs that tell all survivors from the original, greedily, the shorter ones first."""
    tells: dict[str, set[int]] = {}
    told: dict[str, TellingInput] = {}
    for survivor in survivors:
        for each in survivor.inputs:
            tells.setdefault(each.arguments, set()).add(survivor.number)
            told.setdefault(each.arguments, each)
    chosen: list[TellingInput] = []
    left = {number for numbers in tells.values() for number in numbers}
    while left and len(chosen) < SUGGESTED:
        best = max(tells, key=lambda each: (len(tells[each] & left), -len(each)))
        left -= tells[best]
        chosen.append(told[best])
    return tuple(chosen)


def of_benchmark(
    dataset: DatasetRef,
    rows: Sequence[TaskStrength],
    *,
    seed: str,
    most: int,
    complete: bool,
    ungraded: int = 0,
) -> BenchmarkStrength:
    """All tasks together; the mean is over tasks, for mutants of one task are alike."""
    rates = [row.rate for row in rows if row.rate is not None]
    interval = over_tasks(rates)
    found = interval if isinstance(interval, IntervalEstimate) else None
    return BenchmarkStrength(
        dataset=dataset,
        engine_version=VERSION,
        seed=seed,
        most=most,
        complete=complete,
        tasks=len(rates),
        mutants=sum(row.mutants for row in rows),
        killed=sum(row.killed for row in rows),
        survived=sum(row.survived for row in rows),
        equivalent=sum(row.equivalent for row in rows),
        unknown=sum(row.unknown for row in rows),
        ungraded=ungraded,
        rate=sum(rates) / len(rates) if rates else None,
        low=found.low if found else None,
        high=found.high if found else None,
        method=found.method if found else "",
        weak=sum(row.is_weak for row in rows),
        rows=tuple(sorted(rows, key=lambda row: (-(row.rate or 0.0), row.task_id))),
    )
