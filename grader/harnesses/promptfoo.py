"""promptfoo: `get_assert` for an assertion of type `python`.

The assertion's `config` and the test's `vars` say what is right (see `task_of_fields`), config
first. Our own trouble raises UngradedError, which promptfoo shows as an error of the assertion.
"""

from collections.abc import Mapping
from typing import Any

from grader.core.result import Verdict
from grader.engine.build.fields import FIELDS, task_of_fields
from grader.harnesses._answers import text_of
from grader.harnesses._rewards import demanded, results_of
from grader.reports._one_line import why


def get_assert(output: object, context: Mapping[str, Any]) -> dict[str, Any]:
    """`pass`, `score` and `reason` of one output."""
    row: dict[str, Any] = {}
    for source in (context.get("vars"), context.get("config")):
        row |= {name: source[name] for name in FIELDS if name in source} if source else {}
    [result] = results_of([(task_of_fields(row, "vars and config"), text_of(output))])
    score = demanded(result)
    return {"pass": result.verdict is Verdict.PASSED, "score": score, "reason": why(result)}
