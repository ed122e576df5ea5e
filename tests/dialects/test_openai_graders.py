"""OpenAI's `graders/run`."""

import pytest

from grader.dialects.openai_graders import DIALECT
from grader.errors import BusyHostError
from tests.dialects.conftest import TroubledBackend

pytestmark = pytest.mark.anyio

PATH = "/v1/fine_tuning/alpha/graders/run"
SOURCE = "def grade(sample, item):\n    return 0.25 + (sample['output_text'] == item['label'])\n"


def asked(source=SOURCE, said="a", **grader):
    return {
        "grader": {"type": "python", "source": source, **grader},
        "model_sample": said,
        "item": {"label": "a"},
    }


async def test_reward_is_what_the_function_gives(ask):
    status, told = await ask(DIALECT, PATH, asked())
    assert (status, told["reward"]) == (200, 1.25)
    assert not any(told["metadata"]["errors"].values())
    assert (await ask(DIALECT, PATH, asked(said="b")))[1]["reward"] == 0.25


async def test_sample_that_is_json_is_read(ask):
    source = "def grade(sample, item): return sample['output_json']['x']"
    assert (await ask(DIALECT, PATH, asked(source, '{"x": 0.5}')))[1]["reward"] == 0.5


FAILURES = {
    "raises": "def grade(sample, item): raise KeyError('x')",
    "does not compile": "def grade(",
    "has no function": "x = 1",
    "gives no number": "def grade(sample, item): return 'much'",
    "gives NaN": "def grade(sample, item): return float('nan')",
    "leaves": "import os\ndef grade(sample, item): os._exit(0)",
    "prints a number": "def grade(sample, item):\n    print('1.0')\n    raise SystemExit",
}


@pytest.mark.parametrize("name", FAILURES)
async def test_grader_that_fails_says_so(ask, name):
    status, told = await ask(DIALECT, PATH, asked(FAILURES[name]))
    errors = told["metadata"]["errors"]
    assert (status, told["reward"], errors["python_grader_runtime_error"]) == (200, 0.0, True)
    assert errors["python_grader_runtime_error_details"]


CHECKS = {
    "eq": ("eq", "{{sample.output_text}}", "{{ item.label }}", 1.0),
    "ne": ("ne", "{{sample.output_text}}", "b", 1.0),
    "like": ("like", "xx{{sample.output_text}}", "a", 1.0),
    "ilike": ("ilike", "{{sample.output_text}}", "A", 1.0),
    "differs": ("eq", "{{sample.output_text}}", "A", 0.0),
}


@pytest.mark.parametrize("name", CHECKS)
async def test_texts_are_compared(ask, name):
    operation, given, reference, reward = CHECKS[name]
    grader = {
        "type": "string_check",
        "name": "n",
        "operation": operation,
        "input": given,
        "reference": reference,
    }
    told = (
        await ask(DIALECT, PATH, {"grader": grader, "model_sample": "a", "item": {"label": "a"}})
    )[1]
    assert (told["reward"], told["metadata"]["name"]) == (reward, "n")


async def test_variable_that_is_not_there_is_told(ask):
    grader = {
        "type": "string_check",
        "operation": "eq",
        "input": "{{item.x}}",
        "reference": "{{item.x}}",
    }
    told = (await ask(DIALECT, PATH, {"grader": grader, "model_sample": "a"}))[1]
    assert (told["reward"], told["metadata"]["errors"]["invalid_variable_error"]) == (0.0, True)


@pytest.mark.parametrize(
    "grader",
    [{}, {"type": "score_model"}, {"type": "python"}, {"type": "string_check", "operation": "gt"}],
)
async def test_grader_of_another_kind_is_refused(ask, grader):
    status, told = await ask(DIALECT, PATH, {"grader": grader, "model_sample": "a"})
    assert (status, told["error"]["type"]) == (400, "invalid_request_error")


async def test_our_trouble_is_a_503(ask):
    status, told = await ask(DIALECT, PATH, asked(), backend=TroubledBackend(BusyHostError("busy")))
    assert (status, "reward" in told) == (503, False)
