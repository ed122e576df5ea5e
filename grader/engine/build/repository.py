"""A row of a SWE-bench-like dataset as a task."""

from collections.abc import Mapping
from typing import Any, Literal, cast

from grader.benchmarks._rows import JsonRow
from grader.benchmarks._swebench.task import task_of
from grader.core.limits import Limits
from grader.core.task import Task
from grader.engine.arguments import limits_of
from grader.engine.build._made import OWN, refuse
from grader.graders._repo_log import HarnessRule

PLACE = "row"


def repository_task(
    row: Mapping[str, Any],
    *,
    rule: Literal["v5", "v4"] = "v5",
    limits: Limits | Mapping[str, object] | None = None,
) -> Task:
    """A task of kind `repo`: a patch is applied in the row's image and its tests are run.

    row: as SWE-bench 5 publishes them (`instance_id`, `repo`, `base_commit`, `patch`, `test_patch`,
    `FAIL_TO_PASS`, `PASS_TO_PASS`, `eval_script` or `recipe`, …). rule: the version of the harness
    by which its log is read. It needs an engine with `sandbox="docker"`. UsageError names the
    field that is wrong.
    """
    if not isinstance(cast("object", row), Mapping):
        refuse(PLACE, f"a mapping is expected, found {type(row).__name__}")
    if rule not in [each.value for each in HarnessRule]:
        refuse("rule", f"'v5' or 'v4' is expected, found {rule!r:.40}")
    task = task_of(JsonRow(PLACE, 0, dict(row)), OWN, rule=HarnessRule(rule))
    return task.model_copy(update={"limits": limits_of(limits, task.limits)})
