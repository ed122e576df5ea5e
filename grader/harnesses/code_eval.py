"""Hugging Face `evaluate`'s metric `code_eval`: the same call and the same answer.

Programs run isolated, and the tests in another process wherever they ask for one name alone; a
program that leaves with status 0 before its tests are over has failed. `grader shim code-eval`
writes the script by which `evaluate.load("code_eval")` comes here. Contract: evaluate's
metrics/code_eval/code_eval.py.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from grader.core.limits import Limits
from grader.core.result import Result, Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.engine.build._made import task_of
from grader.engine.dataset import overridden
from grader.errors import UsageError
from grader.graders._free_names import free_names
from grader.graders.function import Spec
from grader.harnesses._engine import waiting
from grader.harnesses._rewards import UngradedError, in_order
from grader.stats.passk import TaskCount, mean_pass_at_k

Outcome = dict[str, Any]


def compute(
    predictions: Sequence[Sequence[str]],
    references: Sequence[str],
    k: Sequence[int] = (1, 10, 100),
    num_workers: int = 4,
    timeout: float = 3.0,
) -> tuple[dict[str, float], dict[int, list[tuple[int, Outcome]]]]:
    """pass@k, left out where a task has fewer than k predictions, and each prediction's outcome.

    references: tests, a program text for each task. timeout: seconds of CPU for each prediction.
    num_workers is what the shared engine has and is not read. UngradedError where our own trouble
    leaves one without a verdict, for the answer has no place to say so.
    """
    del num_workers
    if isinstance(predictions, str) or len(predictions) != len(references):
        raise UsageError(
            f"predictions: a list of programs for each of {len(references)} references is expected"
        )
    limits = overridden(Limits(), timeout_s=timeout, memory_mb=None)
    rows = [
        (number, place, task_for(tests, limits), program)
        for number, (programs, tests) in enumerate(zip(predictions, references, strict=True))
        for place, program in enumerate(programs_of(programs, number))
    ]
    found: dict[int, list[tuple[int, Outcome]]] = defaultdict(list)
    results = graded([(task, sample_of(task, program)) for *_, task, program in rows])
    for (number, place, *_), result in zip(rows, results, strict=True):
        found[number].append((place, outcome(result, number, place)))
    counts = [
        TaskCount(len(each), sum(told["passed"] for _, told in each)) for each in found.values()
    ]
    values = {f"pass@{each}": mean_pass_at_k(counts, each).value for each in ks_of(k)}
    return {name: value for name, value in values.items() if value is not None}, found


def programs_of(programs: Any, number: int) -> Sequence[str]:
    """A task's programs; UsageError where they are not a list of texts."""
    if isinstance(programs, str) or not all(isinstance(each, str) for each in programs):
        raise UsageError(f"predictions[{number}]: a list of programs, as texts, is expected")
    return programs


def ks_of(k: Any) -> list[int]:
    """The k of pass@k."""
    return [k] if isinstance(k, int) else list(k)


def graded(jobs: list[tuple[Task, Sample]]) -> list[Result]:
    """All results; what our own trouble left without one is tried once more."""
    engine = waiting()
    results = in_order({each.index: each for each in engine.grade_many(chosen(jobs))})
    left = [n for n, each in enumerate(results) if each.verdict is Verdict.UNGRADED]
    again = in_order({e.index: e for e in engine.grade_many(chosen([jobs[n] for n in left]))})
    for number, result in zip(left, again, strict=True):
        if result.verdict is Verdict.UNGRADED:
            raise UngradedError(f"no verdict, our trouble: {result.reason}; ask again")
        results[number] = result
    return results


def chosen(jobs: list[tuple[Task, Sample]]) -> Any:
    """The jobs as the engine takes them, each with how far its tests and program must be apart."""
    for task, sample in jobs:
        is_one = bool(task.spec["entry_point"])
        yield task, sample, {"trust": "auto" if is_one else "shared"}


def task_for(tests: str, limits: Limits) -> Task:
    """The task of a reference's tests."""
    asked = free_names(tests)
    entry_point = asked[0] if len(asked) == 1 else ""
    return task_of("function", Spec(tests=tests, entry_point=entry_point), limits, "")


def sample_of(task: Task, program: str) -> Sample:
    """A prediction: a whole program as it stands."""
    from grader.benchmarks._samples import without_surrogates  # noqa: PLC0415  one use

    body, defect = without_surrogates(program)
    return Sample(task_id=task.id, index=0, body=body, whole=True, defect=defect)


def outcome(result: Result, task_id: int, place: int) -> Outcome:
    """What `evaluate` says of one prediction.

    Code that had to be taken out of a text first is not what was asked: there, it fails.
    """
    is_passed = result.verdict is Verdict.PASSED and not result.extraction
    if is_passed:
        said = "passed"
    elif result.verdict is Verdict.TIMEOUT:
        said = "timed out"
    else:
        said = f"failed: {result.reason or result.begins or 'not Python as it stands'}"
    return {"task_id": task_id, "passed": is_passed, "result": said, "completion_id": place}
