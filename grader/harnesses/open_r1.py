"""open-r1: an honest `binary_code_reward`, and a provider for its scripts that judge themselves.

`binary_code_reward` grades by `verification_info` (`{"language": "python", "test_cases":
[{"input": …, "output": …, "fn_name": …}]}`), the tests in another process than the answer.
`GraderProvider` runs open-r1's own scripts, whose last printed line is their reward: whatever runs
inside can print one, so it isolates but it cannot be honest.
"""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, cast

from grader.core.execution import StepEnd
from grader.core.limits import Limits
from grader.engine.build.fields import mapping_of, task_of_fields
from grader.engine.service.blocking import BlockingEngine
from grader.engine.service.many import reward_of
from grader.errors import InfraError, UsageError
from grader.harnesses._answers import text_of
from grader.harnesses._engine import waiting, workers
from grader.harnesses._rewards import Job, log, results_of

SCRIPT_LIMITS = Limits(cpu_s=30, wall_s=60)
"""open-r1's own: 30 s for each script."""
PYTHON = "python"


def binary_code_reward(
    completions: Sequence[object], *, verification_info: Sequence[object], **_: Any
) -> list[float | None]:
    """1.0 for each completion that passes all its cases, 0.0 for others, None for our trouble."""
    pairs = zip(completions, verification_info, strict=True)
    return [reward_of(each) for each in results_of([job_of(*pair) for pair in pairs])]


def job_of(completion: object, info: object) -> Job:
    """Task and text of one completion; UsageError for languages that are not there."""
    fields = mapping_of(info, "verification_info")
    refuse_language(fields.get("language", PYTHON))
    found = fields.get("test_cases")
    cases = cast("list[object]", found) if isinstance(found, list) else []
    if not cases or not all(isinstance(each, dict) for each in cases):
        raise UsageError("verification_info: 'test_cases', a list of objects, is expected")
    rows = cast("list[dict[str, Any]]", cases)
    given = {
        "inputs": [row.get("input") for row in rows],
        "outputs": [row.get("output") for row in rows],
        "fn_name": next((row["fn_name"] for row in rows if row.get("fn_name")), None),
    }
    return task_of_fields(given, "verification_info"), text_of(completion)


class GraderProvider:
    """A `CodeExecutionProvider`: hand it to open-r1 in place of `get_provider(…)`."""

    def execute_scripts(self, scripts: list[str], languages: list[str]) -> list[float | None]:
        """The number that each script printed last; 0.0 where none, None for our trouble."""
        for language in languages:
            refuse_language(language)
        engine = waiting()
        with ThreadPoolExecutor(workers()) as threads:
            return list(threads.map(partial(executed, engine), scripts))


def executed(engine: BlockingEngine, script: str) -> float | None:
    """One script's number."""
    try:
        result = engine.run(script, limits=SCRIPT_LIMITS)
    except InfraError as error:
        log.warning("a script could not be run, our trouble: %s", error)
        return None
    is_over = result.ended is StepEnd.EXIT
    return number_of(result.stdout.decode(errors="replace")) if is_over else 0.0


def number_of(printed: str) -> float:
    """The last line as a finite number, else 0."""
    lines = printed.strip().splitlines()
    try:
        value = float(lines[-1]) if lines else 0.0
    except ValueError:
        return 0.0
    return value if math.isfinite(value) else 0.0


def refuse_language(language: object) -> None:
    """UsageError for all but Python."""
    if str(language).lower() != PYTHON:
        raise UsageError(f"language {language!r:.40}: only {PYTHON} can be graded here")
