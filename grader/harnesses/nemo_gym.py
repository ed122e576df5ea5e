"""NeMo-Gym: `verify` for a resources server of your own, and such a server by import path.

`verifier_metadata` says what is right: `unit_tests` (`inputs`, `outputs`, `fn_name`) or fields of
`task_of_fields`. Our own trouble is marked in every way that NeMo-Gym knows (`_ng_failure_class`,
`failure_reason`, `mask_sample`); the reward beside them is 0 because the type wants a number.
NeMo-Gym needs Python 3.13: here the class is tried with stubs of its bases.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from grader.core.result import Result, Verdict
from grader.engine.build.fields import mapping_of, task_of_fields
from grader.harnesses._answers import text_of
from grader.harnesses._rewards import Job, results_soon

NAME = "GraderResourcesServer"
FAILURE = "judge_failed"


def __getattr__(name: str) -> Any:
    """The class, made when NeMo-Gym asks for it."""
    if name != NAME:
        raise AttributeError(f"module 'grader.harnesses.nemo_gym' has no attribute '{name}'")
    return server_type()


async def verify(body: Mapping[str, Any]) -> dict[str, Any]:
    """The request again, with `reward` and what is known of it."""
    [result] = await results_soon([job_of(body)])
    return {**body, **told(result)}


def job_of(body: Mapping[str, Any]) -> Job:
    """Task and text of a request; UsageError names the field at fault."""
    metadata = mapping_of(body.get("verifier_metadata") or {}, "verifier_metadata")
    fields = metadata.get("unit_tests", metadata)
    task = task_of_fields(mapping_of(fields, "verifier_metadata.unit_tests"), "verifier_metadata")
    response: Any = body.get("response") or {}
    return task, text_of(messages_in(response.get("output") or []))


def messages_in(output: list[Any]) -> list[Any]:
    """The messages of an answer; thoughts and calls of tools are none."""
    return [each for each in output if each.get("type", "message") == "message"]


def told(result: Result) -> dict[str, Any]:
    """What is added to the request."""
    said: dict[str, Any] = {
        "reward": float(result.verdict is Verdict.PASSED),
        "verdict": result.verdict.value,
        "result": [result.verdict is Verdict.PASSED],
        "metadata": {"reason": result.reason, "trust": result.trust.value},
    }
    if result.verdict is Verdict.UNGRADED:
        said |= {"_ng_failure_class": FAILURE, "failure_reason": result.reason, "mask_sample": True}
    return said


@cache
def server_type() -> Any:
    """The class on top of NeMo-Gym's own bases."""
    home: Any = import_module("nemo_gym.base_resources_server")
    config: Any = import_module("pydantic").ConfigDict(extra="allow")

    class GraderVerifyRequest(home.BaseVerifyRequest):
        """Whatever a data set's rows bring."""

        model_config = config

    class GraderVerifyResponse(home.BaseVerifyResponse):
        """The same with the verdict."""

        model_config = config

    class GraderResourcesServer(home.SimpleResourcesServer):
        """A resources server whose `/verify` grades here."""

        async def verify(self, body: GraderVerifyRequest) -> GraderVerifyResponse:
            found = await verify(body.model_dump(mode="json"))
            return GraderVerifyResponse.model_validate(found)

    return GraderResourcesServer
