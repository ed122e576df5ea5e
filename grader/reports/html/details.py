"""What explains single samples: tests, outputs and the submission, as far as a page can hold them.

The page carries the details of some thousand samples, the first failure of every task before the
second of any; passing samples come last. Every text is cut to a bounded size.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from grader.core.execution import CompletionWord, StepResult
from grader.core.result import Outcome, Result
from grader.reports._words import of_solution
from grader.reports.base import Key, RunEvidence, clean, clean_lines
from grader.reports.html.rows import NO_DETAIL, VERDICTS, SampleTable

DETAILS_MAX = 4000
CHUNK = 64
"""Details per data block: what is unpacked when one is looked at."""
BUDGET_MB = 48
"""MiB of details before packing; what comes later is left out."""
TEXT_MAX = 16_384
"""Characters of one output or submission."""
TESTS_MAX = 50
PASSED = VERDICTS.index("passed")


def choose(table: SampleTable) -> dict[Key, int]:
    """Which samples get a detail → its number. Identical samples share that of the one that ran."""
    ranks: dict[tuple[int, bool], int] = {}
    order: list[tuple[bool, int, int]] = []
    for place, task in enumerate(table.task):
        if table.twin[place]:
            continue
        passed = table.verdict[place] == PASSED
        rank = ranks.get((task, passed), 0)
        ranks[task, passed] = rank + 1
        order.append((passed, rank, place))
    names = list(table.tasks)
    chosen = sorted(order)[:DETAILS_MAX]
    return {
        (names[table.task[place]], table.index[place]): number
        for number, (_, _, place) in enumerate(chosen)
    }


def chunks(table: SampleTable, evidence: RunEvidence, *, kept: Mapping[Key, int]) -> list[bytes]:
    """The details as JSON arrays of CHUNK each; notes in `table` which sample has which."""
    texts = evidence.submissions(frozenset(kept))
    slots: list[bytes] = [b"null"] * len(kept)
    left = BUDGET_MB << 20
    for result in evidence.results():
        key = (result.task_id, result.index)
        number = kept.get(key)
        if number is None or left <= 0:
            continue
        slots[number] = dumped(detail(result, texts.get(key)))
        left -= len(slots[number])
    note(table, {key: number for key, number in kept.items() if slots[number] != b"null"})
    starts = range(0, len(slots), CHUNK)
    return [b"[" + b",".join(slots[start : start + CHUNK]) + b"]" for start in starts]


def note(table: SampleTable, numbers: Mapping[Key, int]) -> None:
    """Write the numbers of the details into the table."""
    names = list(table.tasks)
    for place, task in enumerate(table.task):
        index = table.twin[place] - 1 if table.twin[place] else table.index[place]
        table.detail[place] = numbers.get((names[task], index), NO_DETAIL)


def dumped(value: Mapping[str, Any]) -> bytes:
    """Compact JSON."""
    return json.dumps(value, separators=(",", ":")).encode()


def detail(result: Result, submission: str | None) -> dict[str, Any]:
    """Everything that explains one result; all of its text is harmless."""
    bad = [test for test in result.tests if test.outcome in {Outcome.FAILED, Outcome.ERROR}]
    return {
        "reason": clean(result.reason, 2000),
        "facts": list(facts(result)),
        "tests": [
            [test.outcome.value, clean(test.name), clean_lines(test.message, TEXT_MAX)]
            for test in bad[:TESTS_MAX]
        ],
        "bad": len(bad),
        "of": len(result.tests),
        "steps": [step_of(step) for step in (result.execution.steps if result.execution else ())],
        "submission": None if submission is None else clean_lines(submission, TEXT_MAX),
    }


def facts(result: Result) -> Iterator[tuple[str, str]]:
    """Label and value of what is worth a line."""
    yield "Trust", result.trust.value
    if result.known_broken:
        yield "Known broken", clean(result.known_broken, 500)
    for name, verdict in result.readings.items():
        yield clean(name, 40), clean(verdict, 40)
    if result.extraction:
        yield "Extraction", clean(result.extraction, 100)
    if result.solution_share is not None:
        yield "Of the solution", of_solution(result.solution_share, result.solution_lines)
    if result.cached_from:
        yield "Ran in", clean(result.cached_from, 100)
    if result.attempts > 1:
        yield "Attempts", str(result.attempts)
    if result.execution is not None:
        yield "Sandbox", clean(f"{result.execution.provider}, {result.execution.isolation.tier}")


def step_of(step: StepResult) -> dict[str, Any]:
    """One step: how it ended, what it took, what it wrote."""
    how = f"{step.ended.value} {step.code}" if step.code else step.ended.value
    if step.evidence:
        how += f" ({clean(step.evidence, 100)})"
    return {
        "name": clean(step.name, 60),
        "ended": how,
        "used": f"{step.wall_s:.2f} s, {step.cpu_s:.2f} CPU s, {step.peak_mb:.1f} MiB",
        "outputs": list(outputs(step)),
    }


def outputs(step: StepResult) -> Iterator[tuple[str, str]]:
    """Label and text of everything that was written."""
    completion = step.completion
    if completion.traceback:
        yield "traceback", clean_lines(completion.traceback, TEXT_MAX)
    elif completion.said in {CompletionWord.RAISED, CompletionWord.REFUSED}:
        yield "exception", clean_lines(f"{completion.exception}: {completion.message}", TEXT_MAX)
    for name, data in (("stdout", step.stdout), ("stderr", step.stderr)):
        if data:
            label = f"{name} (head and tail)" if name in step.truncated else name
            yield label, clean_lines(data.decode(errors="backslashreplace"), TEXT_MAX)
    if step.checker is not None and step.checker.completion.traceback:
        yield "checker", clean_lines(step.checker.completion.traceback, TEXT_MAX)
