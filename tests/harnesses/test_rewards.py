"""Reward functions: right is 1, wrong is 0, and our own trouble is what each trainer can be told."""

import asyncio
import importlib.util
import inspect
import json
import os
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from grader import harnesses
from grader.errors import InfraError, UsageError
from grader.harnesses import _engine, open_r1, openrlhf, slime, trl, verifiers, verl

RIGHT, WRONG = "def add(a, b):\n    return a + b\n", "def add(a, b):\n    return a - b\n"
TESTS = "assert add(1, 2) == 3"
ROW = {"tests": TESTS, "entry_point": "add"}
LABEL = json.dumps(ROW)
FENCED = f"<think>hm</think>\nHere:\n```python\n{RIGHT}```\nDone."
OURS = "# null: infra\n"


def chat(*texts: object) -> list[dict[str, object]]:
    roles = ("user", "assistant")
    return [{"role": roles[n % 2], "content": text} for n, text in enumerate(texts, 1)]


COMPLETIONS = [
    RIGHT,
    WRONG,
    FENCED,
    chat(FENCED),
    chat(WRONG, "try again", FENCED),
    chat([{"type": "text", "text": RIGHT}, {"type": "image_url", "image_url": {}}]),
    chat(None),
    "import os\nos._exit(0)",
    "",
]
REWARDS = [1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0]


def as_trl_calls(function: Any, completions: list[Any], **more: Any) -> Any:
    """grpo_trainer.py: keywords only, every column as long as the batch, and its own besides."""
    many = len(completions)
    return function(
        prompts=[chat("add")] * many,
        completions=completions,
        completion_ids=[[1]] * many,
        **{name: [value] * many for name, value in ROW.items()},
        difficulty=["easy"] * many,
        trainer_state=object(),
        environments=None,
        **more,
    )


def test_trl_reward_tells_right_from_wrong_in_every_form():
    assert as_trl_calls(trl.passed, COMPLETIONS) == REWARDS


def test_trl_async_reward_is_a_coroutine_function_that_gives_the_same():
    assert inspect.iscoroutinefunction(trl.passed_async)
    assert asyncio.run(as_trl_calls(trl.passed_async, COMPLETIONS[:3])) == REWARDS[:3]


def test_trl_is_told_of_our_trouble_by_none_and_in_its_log(troubled):
    noted: dict[str, Any] = {}
    extra = {"log_extra": noted.__setitem__, "log_metric": noted.__setitem__}
    assert as_trl_calls(trl.passed, [OURS, "# null: done"], **extra) == [None, 1.0]
    assert noted == {"verdict": ["ungraded", "passed"], "grader/ungraded": 0.5}


def test_trl_column_of_another_length_and_row_without_task_are_refused():
    with pytest.raises(UsageError, match="column tests: one value for each of 2"):
        trl.passed([], [RIGHT, RIGHT], None, tests=[TESTS], entry_point=["add", "add"])
    with pytest.raises(UsageError, match="row 0 of the batch: row: tests and entry_point"):
        trl.passed([], [RIGHT], None, answer=["3"])


@pytest.mark.parametrize("truth", [ROW, LABEL], ids=["mapping", "JSON"])
def test_verl_score_has_the_same_keys_whatever_comes(truth):
    right = verl.compute_score("code", FENCED, truth, {"index": 3}, reward_router_address="x")
    wrong = verl.compute_score("code", WRONG, truth)
    assert right == {"score": 1.0, "acc": 1.0, "ungraded": 0, "verdict": "passed"}
    assert wrong == {"score": 0.0, "acc": 0.0, "ungraded": 0, "verdict": "failed"}


def test_verl_score_reads_what_its_own_data_have():
    cases = json.dumps({"inputs": ["1 2\n"], "outputs": ["3\n"]})
    program = "print(sum(map(int, input().split())))"
    assert verl.compute_score("codecontests", program, cases)["score"] == 1.0
    row = {"inputs": ["1\n2"], "outputs": ["3"], "fn_name": "add"}
    score = asyncio.run(verl.compute_score_async("taco", RIGHT, json.dumps(row)))
    assert score["score"] == 1.0
    assert verl.compute_score("x", RIGHT, "", extra_info=ROW)["score"] == 1.0


def test_verl_raising_function_whose_answer_is_empty_fails():
    """Through a script's exit status and streams it would pass (verl's pull request 7853)."""
    row = {"inputs": ["1\n2"], "outputs": ['""'], "fn_name": "add"}
    score = verl.compute_score("taco", "def add(a, b):\n    raise ValueError\n", json.dumps(row))
    assert score["score"] == 0.0


def test_verl_is_told_of_our_trouble_by_a_flag(troubled):
    score = verl.compute_score("code", OURS, LABEL)
    assert (score["score"], score["ungraded"], score["verdict"]) == (0.0, 1, "ungraded")


@pytest.mark.parametrize(
    ("module", "name"),
    [(verl, "compute_score"), (openrlhf, "reward_func")],
    ids=["verl", "OpenRLHF"],
)
def test_trainers_that_load_a_file_find_the_function_in_it(module, name):
    """verl's `get_custom_reward_fn` and OpenRLHF's agent: by the file's path, under another name."""
    spec = importlib.util.spec_from_file_location("custom_module", module.__file__)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    given = inspect.signature(getattr(loaded, name))
    assert given == inspect.signature(getattr(module, name))


@pytest.fixture
def torch(monkeypatch):
    """`torch.tensor` is all that is asked of it."""
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(tensor=tuple))


def test_openrlhf_reward_reads_what_follows_the_prompt(torch):
    prompt = "<|im_start|>user\nadd two\n```python\ndef add(a, b):\n    return 0\n```<|im_end|>\n"
    queries = [f"<bos>{prompt}{text}<|im_end|>" for text in (FENCED, WRONG)]
    found = openrlhf.reward_func(queries, [prompt] * 2, [LABEL] * 2)
    assert found["rewards"] == found["scores"] == (1.0, 0.0)


def test_openrlhf_is_told_of_our_trouble_by_an_exception(torch, troubled):
    with pytest.raises(InfraError, match="no verdict, our trouble"):
        openrlhf.reward_func([OURS], [""], [LABEL])


def sample_of(text: str, label: object = LABEL, **more: object) -> SimpleNamespace:
    return SimpleNamespace(prompt="add", response=text, label=label, **more)


def test_slime_reward_takes_a_sample_or_a_group():
    one = asyncio.run(slime.custom_rm(SimpleNamespace(), sample_of(RIGHT), evaluation=False))
    group = [sample_of(RIGHT), sample_of(WRONG), sample_of(FENCED, None, metadata=ROW)]
    assert one == 1.0
    assert asyncio.run(slime.custom_rm(SimpleNamespace(), group)) == [1.0, 0.0, 1.0]


def test_slime_is_told_of_our_trouble_by_an_exception(troubled):
    with pytest.raises(InfraError):
        asyncio.run(slime.custom_rm(None, [sample_of("# null: done"), sample_of(OURS)]))


def test_verifiers_reward_reads_the_task_s_data():
    data = SimpleNamespace(**ROW, prompt="add", idx=0)
    rewards = [
        asyncio.run(verifiers.passed(task=task, trace=SimpleNamespace(last_reply=text)))
        for task, text in ((data, FENCED), (SimpleNamespace(data=data), WRONG))
    ]
    assert rewards == [1.0, 0.0]


def test_open_r1_reward_is_honest_where_scripts_are_not():
    cases = [{"input": "1 2", "output": "3", "type": "stdin_stdout"}]
    info = {"language": "python", "test_cases": cases}
    right, forged = "print(sum(map(int, input().split())))", "print(1.0)\nimport os; os._exit(0)"
    rewards = open_r1.binary_code_reward(
        [chat(f"```python\n{each}\n```") for each in (right, forged)],
        verification_info=[info, json.dumps(info)],
        prompts=[],
    )
    assert rewards == [1.0, 0.0]


def test_open_r1_provider_takes_the_last_number_that_a_script_prints():
    scripts = ["print('x')\nprint(0.5)", "print(float('nan'))", "while True: pass", "1/0", ""]
    harnesses.configure(workers=2)
    provider = open_r1.GraderProvider()
    provider_limits = open_r1.SCRIPT_LIMITS.model_copy(update={"cpu_s": 0.3})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(open_r1, "SCRIPT_LIMITS", provider_limits)
        assert provider.execute_scripts(scripts, ["python"] * 5) == [0.5, 0.0, 0.0, 0.0, 0.0]
    with pytest.raises(UsageError, match="only python"):
        provider.execute_scripts(["x"], ["javascript"])


def test_open_r1_provider_is_told_of_our_trouble_by_none(troubled):
    assert open_r1.GraderProvider().execute_scripts([OURS], ["python"]) == [None]


def test_rewards_import_no_trainer_and_open_nothing():
    probe = (
        "import sys, grader.harnesses as h\n"
        "from grader.harnesses import trl, verl, openrlhf, slime, verifiers, open_r1, _engine\n"
        "names = {'torch', 'transformers', 'datasets', 'inspect_ai', 'evaluate'}\n"
        "print(sorted(names & set(sys.modules)), _engine._shared)"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout == "[] None\n"


def test_engine_is_one_for_threads_loops_and_calls_and_a_forked_child_has_its_own():
    first = _engine.shared()
    assert as_trl_calls(trl.passed, [RIGHT]) == [1.0]
    assert _engine.shared() is first
    owner = first._held.owner()
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            rewards = as_trl_calls(trl.passed, [RIGHT, WRONG])
            other = _engine.shared()._held.owner()
            os.write(writer, json.dumps([rewards, other is owner]).encode())
            _engine.waiting().close()
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        assert json.load(answer) == [[1.0, 0.0], False]
    os.waitpid(child, 0)
    assert as_trl_calls(trl.passed, [WRONG]) == [0.0]
    assert first._held.owner() is owner


@pytest.mark.parametrize("said", ["0", "many", "-1", "²"])
def test_number_of_workers_in_the_environment_is_checked(monkeypatch, said):
    monkeypatch.setenv("GRADER_WORKERS", said)
    with pytest.raises(UsageError, match="GRADER_WORKERS"):
        _engine.workers()


def test_process_that_forgets_the_engine_ends_and_leaves_nothing(tmp_path):
    script = (
        "from grader.harnesses.verl import compute_score\n"
        f"print(compute_score('x', {RIGHT!r}, {LABEL!r})['score'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        timeout=50,
        env={**os.environ, "GRADER_WORKERS": "1"},
    )
    assert done.stdout == "1.0\n", done.stderr
