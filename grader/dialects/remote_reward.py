"""Rewards over HTTP, as OpenRLHF (`--reward.remote_url`) and slime (`--rm-url`) ask for them.

One address, told apart by the fields. Both clients try again whatever is no 2xx: OpenRLHF five
times (openrlhf/utils/agent.py 3c3be62), slime ten times (slime/rollout/rm_hub 624b824), so that our
trouble is a 503, and a label that is wrong fails loudly after as many refusals.
"""

from collections.abc import Sequence
from typing import Any

from anyio import create_task_group
from pydantic import Field

from grader.core.result import Result, Verdict
from grader.dialects._asked_tasks import settled, task_from
from grader.dialects._fields import json_answer
from grader.dialects.base import Answer, Backend, Body, Dialect, Endpoint, Request, body_of
from grader.errors import GraderError, UsageError, single_errors

PATIENCE_S = {"openrlhf": 175.0, "slime": 115.0}
"""Their clients wait 180 and 120 s."""
MOST = 1024
Label = str | dict[str, Any]


class RewardBody(Body):
    """Either of the two."""

    query: list[str] | None = Field(default=None, max_length=MOST)
    """OpenRLHF: prompt and answer as they were decoded, with all special tokens. One of each, or
    none where it has more servers than samples."""
    prompts: list[str] | None = Field(default=None, max_length=MOST)
    labels: list[Label] | None = Field(default=None, max_length=MOST)
    prompt: str | list[dict[str, Any]] | None = None
    """slime: the answer is alone in `response`."""
    response: str | None = None
    label: Label | None = None


async def reward(request: Request, backend: Backend) -> Answer:
    """One number for slime, an object of numbers for OpenRLHF."""
    body = body_of(request, RewardBody)
    if body.query is not None:
        return await for_openrlhf(body.query, body.prompts, body.labels, backend)
    if body.response is None:
        raise UsageError("body: give query, prompts and labels, or prompt, response and label")
    if body.label is None:
        raise UsageError("label: it is missing; it says which task the response is for")
    task = await task_from(body.label, backend)
    result = await settled(task, body.response, backend, PATIENCE_S["slime"])
    return json_answer(number_of(result), verdict=result.verdict.value)


async def for_openrlhf(
    queries: Sequence[str],
    prompts: Sequence[str] | None,
    labels: Sequence[Label] | None,
    backend: Backend,
) -> Answer:
    """Grade each query; all or nothing, for a reward that is missing cannot be said."""
    if prompts is None or labels is None or not len(queries) == len(prompts) == len(labels):
        raise UsageError("body: query, prompts and labels must be lists of one length")
    rewards = [0.0] * len(queries)

    async def one(place: int) -> None:
        task = await task_from(labels[place], backend)
        said = response_of(queries[place], prompts[place])
        rewards[place] = number_of(await settled(task, said, backend, PATIENCE_S["openrlhf"]))

    async with single_errors(), create_task_group() as group:
        for place in range(len(queries)):
            group.start_soon(one, place)
    return json_answer(openrlhf_answer(rewards))


def openrlhf_answer(rewards: Sequence[float]) -> dict[str, Any]:
    """Scalars for one sample: a list there becomes a tensor of the wrong shape, or is dropped."""
    if len(rewards) == 1:
        return {
            "rewards": rewards[0],
            "scores": rewards[0],
            "extra_logs": {"passed": int(rewards[0])},
        }
    return {"rewards": list(rewards), "scores": list(rewards), "extra_logs": {}}


def response_of(query: str, prompt: str) -> str:
    """What follows the prompt; all of it where the prompt is not to be found.

    A tokenizer may put a token of its own before the prompt. What is left of a chat's tokens is
    taken away where code is taken out of the answer.
    """
    start = query.find(prompt) if prompt else -1
    return query[start + len(prompt) :] if start >= 0 else query


def number_of(result: Result) -> float:
    """1.0 for what passed, 0.0 for any other verdict."""
    return 1.0 if result.verdict is Verdict.PASSED else 0.0


def refused(status: int, sentence: str) -> Answer:
    """What is wrong, in words that the clients' logs show."""
    return json_answer({"error": sentence}, status)


def troubled(error: GraderError) -> Answer:
    """Both clients try that again; never a number."""
    return json_answer({"error": f"{error}; try again"}, 503)


DIALECT = Dialect(
    endpoints=(Endpoint("POST", "/reward", reward),), refuse=refused, trouble=troubled
)
