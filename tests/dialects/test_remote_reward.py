"""Rewards over HTTP: which task a label names, and what each client reads out of the answer."""

import asyncio
import json

import pytest

from grader.core.result import Cause, Verdict
from grader.dialects.remote_reward import DIALECT, openrlhf_answer, response_of
from grader.errors import BusyHostError, DeadlineError
from tests.dialects.conftest import TroubledBackend

pytestmark = pytest.mark.anyio

ADD = {"tests": "assert add(1, 2) == 3", "entry_point": "add"}
RIGHT = "Sure!\n```python\ndef add(a, b):\n    return a + b\n```"
WRONG = "```python\ndef add(a, b):\n    return a - b\n```"
CHEAT = "```python\nimport os\nos._exit(0)\n```"
PAIRS = {"inputs": ["1\n", "5\n"], "outputs": ["2\n", "6\n"]}
PROGRAM = "print(int(input()) + 1)"
METHOD = "class Solution:\n    def inc(self, n):\n        return n + 1\n"


async def slime(ask, response, label):
    return await ask(DIALECT, "/reward", {"prompt": "p", "response": response, "label": label})


LABELS = {
    "object": (ADD, RIGHT, 1.0),
    "text": (json.dumps(ADD), RIGHT, 1.0),
    "wrong": (ADD, WRONG, 0.0),
    "leaves early": (ADD, CHEAT, 0.0),
    "nothing": (ADD, "", 0.0),
    "program": (PAIRS, PROGRAM, 1.0),
    "wrong program": (PAIRS, "print(2)", 0.0),
    "lines": (
        {"inputs": [["1", "2"]], "outputs": [["2", "1"]]},
        "a=input();b=input();print(b);print(a)",
        1.0,
    ),
    "method": ({"inputs": ["1", "5"], "outputs": ["2", "6"], "fn_name": "inc"}, METHOD, 1.0),
    "lists of arguments": (
        {"inputs": [[1], [5]], "outputs": [2, 6], "fn_name": "inc"},
        METHOD,
        1.0,
    ),
    "wrong method": ({"inputs": [[1]], "outputs": [3], "fn_name": "inc"}, METHOD, 0.0),
    "cases": ({"cases": [["1\n", "2\n"]], "limits": {"cpu_s": 2}}, PROGRAM, 1.0),
    "loops": ({"cases": [["1\n", "2\n"]], "limits": {"cpu_s": 0.2}}, "while True: pass", 0.0),
    "benchmark": ({"benchmark": "folder", "id": "no-such"}, RIGHT, 422),
    "path": ({"benchmark": "../../etc", "id": "x"}, RIGHT, 422),
    "hub": ({"benchmark": "openai/openai_humaneval", "id": "x"}, RIGHT, 422),
    "text that names nothing": ("42", RIGHT, 422),
    "unknown field": ({**ADD, "test": "x"}, RIGHT, 422),
    "tests of nothing": ({"tests": "x = 1", "entry_point": "add"}, RIGHT, 422),
    "pairs of other lengths": ({"inputs": ["1"], "outputs": []}, RIGHT, 422),
    "no JSON": ({"inputs": ["1"], "outputs": ["{"], "fn_name": "inc"}, METHOD, 422),
    "no time": ({**ADD, "limits": {"cpu_s": 1e9}}, RIGHT, 422),
    "many cases": ({"inputs": ["1"] * 2001, "outputs": ["2"] * 2001}, PROGRAM, 422),
}


@pytest.mark.parametrize("name", LABELS)
async def test_label_names_the_task(ask, name):
    label, response, wanted = LABELS[name]
    status, told = await slime(ask, response, label)
    if wanted == 422:
        assert (status, "error" in told) == (422, True)
    else:
        assert (status, told) == (200, wanted)


async def test_benchmark_is_named_by_text_or_fields(ask, backend):
    solution = backend.task("folder", "parking-fee").spec["reference"]
    for label in ("folder:parking-fee", {"benchmark": "folder", "task_id": "parking-fee"}):
        assert await slime(ask, solution, label) == (200, 1.0)
        assert await slime(ask, "x = 1", label) == (200, 0.0)


CHATS = {
    "chatml": ("<|im_start|>user\nadd<|im_end|>\n<|im_start|>assistant\n", "<|im_end|>"),
    "llama": (
        "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nadd<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
        "<|eot_id|>",
    ),
    "plain": ("Write add.\n", "</s>"),
}


@pytest.mark.parametrize("chat", CHATS)
@pytest.mark.parametrize(("said", "wanted"), [(RIGHT, 1.0), (WRONG, 0.0), (CHEAT, 0.0)])
async def test_openrlhf_reads_scalars_of_a_query_with_special_tokens(ask, chat, said, wanted):
    prompt, end = CHATS[chat]
    body = {"query": [f"<s>{prompt}{said}{end}"], "prompts": [prompt], "labels": [json.dumps(ADD)]}
    status, told = await ask(DIALECT, "/reward", body)
    assert (status, told) == (
        200,
        {"rewards": wanted, "scores": wanted, "extra_logs": {"passed": int(wanted)}},
    )


async def test_openrlhf_asks_for_several_or_none(ask):
    body = {"query": [RIGHT, WRONG], "prompts": ["", ""], "labels": [ADD, ADD]}
    assert (await ask(DIALECT, "/reward", body))[1]["rewards"] == [1.0, 0.0]
    assert (await ask(DIALECT, "/reward", {"query": [], "prompts": [], "labels": []}))[0] == 200
    assert (await ask(DIALECT, "/reward", {"query": ["a"], "prompts": [], "labels": []}))[0] == 422


def test_openrlhf_answer_is_numbers_alone():
    assert all(isinstance(value, float) for value in list(openrlhf_answer([0.0]).values())[:2])


def test_response_is_what_follows_the_prompt():
    assert response_of("<bos>ask: answer", "ask:") == " answer"
    assert response_of("normalized answer", "other") == "normalized answer"
    assert response_of("answer", "") == "answer"


@pytest.mark.parametrize(
    "error", [BusyHostError("busy"), DeadlineError("late")], ids=["busy", "late"]
)
async def test_our_trouble_is_503_and_never_a_number(ask, error):
    body = {"prompt": "p", "response": RIGHT, "label": ADD}
    status, told = await ask(DIALECT, "/reward", body, backend=TroubledBackend(error))
    assert (status, list(told)) == (503, ["error"])


class Ungrading:
    """An engine that could not grade."""

    def __init__(self, backend, cause):
        self._backend, self._cause = backend, cause

    async def grade(self, task, solution, **choices):
        result = await self._backend.grade(task, solution)
        return result.model_copy(
            update={"verdict": Verdict.UNGRADED, "cause": Cause(self._cause), "reason": "r"}
        )


@pytest.mark.parametrize(("cause", "status"), [("host", 503), ("deadline", 503), ("task", 422)])
async def test_sample_that_stayed_ungraded_has_no_reward(ask, backend, cause, status):
    body = {"query": [RIGHT], "prompts": [""], "labels": [ADD]}
    assert (await ask(DIALECT, "/reward", body, backend=Ungrading(backend, cause)))[0] == status


# ---- the clients' own way of trying again ------------------------------------------------------


class Flaky:
    """An engine that is busy a few times."""

    def __init__(self, backend, times):
        self._backend, self.left = backend, times

    async def grade(self, *given, **choices):
        self.left -= 1
        if self.left >= 0:
            raise BusyHostError("busy")
        return await self._backend.grade(*given, **choices)


async def posted(aiohttp, url, payload, tries):
    """As `remote_rm` of slime and `_post_request` of OpenRLHF: whatever is no 2xx is tried again."""
    async with aiohttp.ClientSession() as session:
        for attempt in range(tries):
            try:
                async with session.post(url, json=payload) as response:
                    response.raise_for_status()
                    return await response.json()
            except Exception:
                if attempt + 1 == tries:
                    raise
                await asyncio.sleep(0)
    return None


async def test_slime_gets_its_number_after_our_trouble(serve, backend):
    aiohttp = pytest.importorskip("aiohttp", reason="pip install 'grader[clients]'")
    url = serve(DIALECT, Flaky(backend, 2)) + "/reward"
    told = await posted(
        aiohttp, url, {"prompt": "p", "response": RIGHT, "label": json.dumps(ADD)}, 10
    )
    assert told == 1.0
    assert isinstance(told, float)


async def test_openrlhf_gets_its_object_after_our_trouble(serve, backend):
    aiohttp = pytest.importorskip("aiohttp", reason="pip install 'grader[clients]'")
    url = serve(DIALECT, Flaky(backend, 2)) + "/reward"
    body = {"query": [RIGHT], "prompts": [""], "labels": [json.dumps(ADD)]}
    told = (await asyncio.gather(posted(aiohttp, url, body, 5)))[0]
    assert told.get("scores") == 1.0
