"""What `/submit` and the routes beside it take, and the task that they mean."""

from collections.abc import Sequence
from typing import Any, cast

from anyio import to_thread
from pydantic import Field, ValidationError

from grader import plugins
from grader.benchmarks._extract import fenced
from grader.benchmarks._fences import blocks_of
from grader.core.limits import Limits
from grader.core.sample import Sample
from grader.core.task import Task
from grader.dialects._fields import MOST_CASES, Seconds, limits_for
from grader.dialects._languages import PYTHON, language_of
from grader.dialects.base import Backend, Body
from grader.engine.build.fields import json_of
from grader.engine.build.program import program_task
from grader.errors import UsageError
from grader.graders._outputs import OutputRule

COMMON = "CommonOJDataset"
LONG_CHARS = 65_536
RUN_S = 20.0
"""What the peer gives a program where nothing is said (sandbox/utils/testing.py)."""


class SubmitConfig(Body):
    """`TestConfig`."""

    dataset_type: str | None = None
    language: str | None = None
    locale: str | None = None
    is_fewshot: bool | None = None
    compile_timeout: Seconds | None = None
    run_timeout: Seconds | None = None
    custom_extract_logic: str | None = None
    provided_data: list[dict[str, Any]] | dict[str, Any] | None = None
    extra: dict[str, Any] = {}


class DatasetBody(Body):
    """A question about a data set."""

    dataset: str
    config: SubmitConfig = SubmitConfig()
    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=1_000_000, ge=0)


class PromptBody(Body):
    """A question about one problem."""

    dataset: str
    id: int | str
    config: SubmitConfig = SubmitConfig()


class SubmitBody(PromptBody):
    """`SubmitRequest`."""

    completion: str


class StreamCase(Body):
    """`GeneralStdioTest`: no other files than the standard streams, which the peer leaves out."""

    input: dict[str, str]
    output: dict[str, str]


class NoDatasetError(UsageError):
    """The peer's 400: nobody knows this data set."""


async def task_asked(body: PromptBody, backend: Backend) -> Task:
    """The task; UsageError says what is wrong with the request."""
    if body.config.custom_extract_logic is not None:
        raise UsageError("config.custom_extract_logic: code of requests runs in no server here")
    language = body.config.language
    if language is not None and language_of(language) is not PYTHON:
        raise UsageError(f"config.language: {language!r:.40} is not graded here; python is")
    if body.config.provided_data is None and body.dataset in plugins.names("benchmarks"):
        return await to_thread.run_sync(backend.task, body.dataset, str(body.id))
    if language is None:
        raise NoDatasetError(f"config.language field must exist for {COMMON}, got None")
    cases = cases_of(row_of(body))
    limits = limits_for(body.config.run_timeout or RUN_S)
    if len(cases) > MOST_CASES:
        raise UsageError(f"provided_data.test: {len(cases)} cases; at most {MOST_CASES}")
    return await to_thread.run_sync(common_task, cases, limits)


def row_of(body: PromptBody) -> dict[str, Any]:
    """The problem that the request brings itself."""
    rows = rows_of(body.dataset, body.config)
    for row in rows:
        if len(rows) == 1 or str(row.get("id")) == str(body.id):
            return row
    raise UsageError(f"provided_data: it has no problem {body.id!r:.60}")


def rows_of(dataset: str, config: SubmitConfig) -> list[dict[str, Any]]:
    """Problems that a request brings itself; NoDatasetError where it brings none."""
    if config.dataset_type not in {None, COMMON}:
        raise NoDatasetError(f"eval class {config.dataset_type} not found; there is {COMMON}")
    given = config.provided_data
    if config.dataset_type is None or given is None:
        raise NoDatasetError(f"no eval class found for dataset {dataset[:100]}")
    return given if isinstance(given, list) else [given]


def cases_of(row: dict[str, Any]) -> list[StreamCase]:
    """A problem's cases; the field may hold them as JSON text."""
    listed: object = row.get("test")
    if isinstance(listed, str):
        listed = json_of("provided_data.test", listed)
    if not isinstance(listed, list) or not listed:
        raise UsageError("provided_data.test: a list of cases is expected, and one at least")
    try:
        cases = [StreamCase.model_validate(each) for each in cast("list[object]", listed)]
    except ValidationError as error:
        raise UsageError(f"provided_data.test: {error.errors()[0]['msg']}") from error
    for case in cases:
        if set(case.input) != {"stdin"} or set(case.output) != {"stdout"}:
            raise UsageError("provided_data.test: only 'stdin' and 'stdout' are compared here")
    return cases


def common_task(cases: Sequence[StreamCase], limits: Limits) -> Task:
    """The cases under the peer's comparison, but for two integers."""
    pairs = [(case.input["stdin"], case.output["stdout"]) for case in cases]
    task = program_task(cases=pairs, limits=limits)
    return task.model_copy(update={"spec": {**task.spec, "rule": OutputRule.COMMON_OJ.value}})


async def extracted_soon(task: Task, completion: str) -> tuple[Sample, str]:
    """As `extracted`, while others go on where the answer is long."""
    if len(completion) < LONG_CHARS:
        return extracted(task, completion)
    return await to_thread.run_sync(extracted, task, completion)


def extracted(task: Task, completion: str) -> tuple[Sample, str]:
    """The code that an answer holds, and how it was found, in the peer's words."""
    found = fenced(task, Sample(task_id=task.id, index=0, body=completion))
    for block in reversed(blocks_of(completion)):
        if block.text.strip() and found.body.endswith(block.text):
            return found, "fenced" if block.closed else "incomplete_fenced"
    return found, "heuristic" if completion.strip() else "empty"
