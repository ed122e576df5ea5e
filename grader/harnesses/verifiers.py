"""verifiers (v1): `passed`, for `@vf.reward` or plugged in by `rewards.NAME.fn`.

The task's data say what is right by fields of the names that `task_of_fields` knows. Our own
trouble raises verifiers' `SandboxError`, which it records as such and never as a reward.
"""

import sys
from typing import Any

from grader.core.result import Verdict
from grader.engine.build.fields import FIELDS, task_of_fields
from grader.harnesses._answers import text_of
from grader.harnesses._rewards import UngradedError, results_soon


async def passed(task: Any, trace: Any) -> float:
    """1.0 where the reply that ended the trace passes, else 0.0.

    task: a task's data, or the task itself.
    """
    data = getattr(task, "data", task)
    fields = {name: getattr(data, name, None) for name in FIELDS}
    job = (task_of_fields(fields, "the task's data"), text_of(trace.last_reply))
    [result] = await results_soon([job])
    if result.verdict is Verdict.UNGRADED:
        raise error_of()(f"no verdict, our trouble: {result.reason}")
    return float(result.verdict is Verdict.PASSED)


def error_of() -> type[Exception]:
    """What the host that called knows as a sandbox's trouble."""
    host: Any = sys.modules.get("verifiers.v1.errors")
    return host.SandboxError if host is not None else UngradedError
