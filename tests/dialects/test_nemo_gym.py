"""NeMo-Gym's resources server: rewards of rows, and rows that nobody graded."""

import json

import pytest

from grader.core.result import Cause, Outcome, Result, TestResult, Verdict
from grader.dialects._rollout_metrics import aggregated
from grader.dialects.nemo_gym import DIALECT, codes_of
from grader.errors import BusyHostError, DeadlineError
from tests.dialects.conftest import TroubledBackend

pytestmark = pytest.mark.anyio

TESTS = {"inputs": ["1\n", "5\n"], "outputs": ["2\n", "6\n"], "fn_name": None}
RIGHT = "Think.\n```python\nprint(int(input()) + 1)\n```"
METHOD = {"inputs": ["1", "5"], "outputs": ["2", "6"], "fn_name": "inc"}


def row(said, metadata=None, **fields):
    message = {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_text", "text": said, "annotations": []}],
    }
    reasoning = {"type": "reasoning", "summary": [{"text": "```python\nx\n```"}]}
    return {
        "responses_create_params": {"input": [{"role": "user", "content": "inc"}]},
        "response": {"id": "r", "object": "response", "output": [reasoning, message]},
        "verifier_metadata": {"unit_tests": TESTS, "difficulty": "easy"}
        if metadata is None
        else metadata,
        "_ng_task_index": 3,
        **fields,
    }


REWARDS = {
    "right": (RIGHT, None, 1.0, [True, True]),
    "wrong": ("```python\nprint(int(input()) + 2)\n```", None, 0.0, [-2]),
    "raises": ("```python\nraise ValueError\n```", None, 0.0, [-4]),
    "leaves": ("```python\nimport os\nos._exit(0)\n```", None, 0.0, [-2]),
    "function": ("```python\ndef inc(n): return n + 1\n```", {"unit_tests": METHOD}, 1.0, [True]),
    "tests as text": (RIGHT, {"unit_tests": json.dumps(TESTS)}, 1.0, [True, True]),
    "asserts": (
        "def f(): return 1",
        {"tests": "assert f() == 1", "entry_point": "f", "difficulty": "x"},
        1.0,
        [True],
    ),
    "cheat": (
        "```python\nimport os\nos._exit(0)\n```",
        {"tests": "assert f() == 1", "entry_point": "f"},
        0.0,
        [-4],
    ),
}


@pytest.mark.parametrize("name", REWARDS)
async def test_row_comes_back_with_its_reward(ask, name):
    said, metadata, reward, codes = REWARDS[name]
    given = row(said, metadata)
    status, told = await ask(DIALECT, "/verify", given)
    assert (status, told["reward"], told["mask_sample"]) == (200, reward, False)
    assert told["result"][-1:] == codes[-1:]
    assert {key: told[key] for key in given} == given
    assert "_ng_failure_class" not in told


async def test_answer_without_text_is_the_models_failure(ask):
    engine = TroubledBackend(AssertionError())
    status, told = await ask(DIALECT, "/verify", row("  "), backend=engine)
    assert (status, told["reward"], engine.calls) == (200, 0.0, 0)


@pytest.mark.parametrize(
    "error", [BusyHostError("busy"), DeadlineError("late")], ids=["busy", "late"]
)
async def test_our_trouble_is_a_row_that_is_tried_again_and_counted_nowhere(ask, error):
    given = row(RIGHT)
    status, told = await ask(DIALECT, "/verify", given, backend=TroubledBackend(error))
    assert (status, told["_ng_failure_class"], told["mask_sample"]) == (200, "judge_failed", True)
    assert str(error) in told["failure_reason"]
    assert {key: told[key] for key in given} == given
    assert aggregated([told])["agent_metrics"] == {"ungraded_rollouts": 1}


class Ungrading:
    """An engine that could not grade."""

    def __init__(self, cause):
        self.cause = cause

    async def grade(self, task, _solution, **_):
        return Result(
            task_id=task.id, index=0, verdict=Verdict.UNGRADED, cause=self.cause, reason="r"
        )


async def test_sample_that_stayed_ungraded_is_such_a_row_too(ask):
    told = (await ask(DIALECT, "/verify", row(RIGHT), backend=Ungrading(Cause.SANDBOX)))[1]
    assert (told["_ng_failure_class"], told["failure_reason"]) == ("judge_failed", "grader: r")
    assert (await ask(DIALECT, "/verify", row(RIGHT), backend=Ungrading(Cause.TASK)))[0] == 422


def test_codes_are_livecodebenchs():
    tests = (
        TestResult(name="1", outcome=Outcome.PASSED),
        TestResult(name="2", outcome=Outcome.ERROR),
    )
    skipped = (TestResult(name="3", outcome=Outcome.SKIPPED),)
    result = Result(task_id="t", index=0, verdict=Verdict.TIMEOUT, tests=tests + skipped)
    assert codes_of(result) == [True, -3]


REFUSED = {
    "no JSON": b"{",
    "a list": [],
    "NaN": b'{"response": {"output": []}, "x": NaN}',
    "deep": b'{"x": ' + b"[" * 100_000,
    "no response": {"verifier_metadata": {"unit_tests": TESTS}},
    "no metadata": row(RIGHT, [1]),
    "nothing to verify": row(RIGHT, {"difficulty": "x"}),
    "tests of another kind": row(RIGHT, {"unit_tests": [1]}),
    "pairs of other lengths": row(RIGHT, {"unit_tests": {"inputs": ["1"], "outputs": []}}),
    "path": row(RIGHT, {"benchmark": "../../etc", "id": "x"}),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_row_that_is_wrong_is_refused(ask, name):
    status, told = await ask(
        DIALECT, "/verify", REFUSED[name], backend=TroubledBackend(AssertionError())
    )
    assert (status, "reward" in told) == (422, False)


async def test_other_routes(ask):
    assert await ask(DIALECT, "/seed_session", {"anything": 1}) == (200, {})
    assert await ask(DIALECT, "/reverify_mode", method="GET") == (200, "stateless")


async def test_metrics_are_named_as_there_and_leave_out_what_nobody_graded(ask):
    rows = [
        {"_ng_task_index": n % 2, "_ng_rollout_index": n, "reward": float(n > 1), "x": "text"}
        for n in range(4)
    ]
    masked = {"_ng_task_index": 0, "reward": 0.0, "_ng_failure_class": "judge_failed"}
    _, told = await ask(DIALECT, "/aggregate_metrics", {"verify_responses": [*rows, masked]})
    assert told["agent_metrics"]["mean/reward"] == told["key_metrics"]["mean/reward"] == 0.5
    assert told["agent_metrics"]["std/reward"] == pytest.approx(0.57735, abs=1e-5)
    assert [
        (each["_ng_task_index"], each["num_rollouts"]) for each in told["group_level_metrics"]
    ] == [(0, 2), (1, 2)]
    assert (await ask(DIALECT, "/aggregate_metrics", {"verify_responses": []}))[1][
        "agent_metrics"
    ] == {}
    assert (await ask(DIALECT, "/aggregate_metrics", {"verify_responses": [1]}))[0] == 422
    assert (
        await ask(
            DIALECT, "/aggregate_metrics", b'{"verify_responses": [{"a": 1' + b"0" * 400 + b"}]}"
        )
    )[0] == 200
