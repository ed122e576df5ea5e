"""`/submit`: accepted is what grader's own program task says, and never our own trouble."""

import time

import pytest

from grader.core.sample import Sample
from grader.dialects.sandbox_fusion import DIALECT
from grader.dialects.sandbox_fusion._submit_asked import extracted
from grader.engine.build.program import program_task
from grader.errors import BusyHostError
from grader.graders._outputs import OutputRule, difference
from tests.dialects.conftest import TroubledBackend

pytestmark = pytest.mark.anyio

CASES = [
    {"input": {"stdin": "ab\n"}, "output": {"stdout": "BA\n"}},
    {"input": {"stdin": "xyz\n"}, "output": {"stdout": "zyx"}},
]
RIGHT = "```python\nprint(input()[::-1])\n```"


def asked(completion=RIGHT, *, config=None, test=None, **fields):
    row = {"id": "7", "content": "Reverse.", "labels": {}, "test": CASES if test is None else test}
    settings = {
        "dataset_type": "CommonOJDataset",
        "language": "python",
        "run_timeout": 10,
        "provided_data": row,
    }
    return {
        "dataset": "my_oj",
        "id": "7",
        "completion": completion,
        "config": {**settings, **(config or {})},
        **fields,
    }


ANSWERS = {
    "fenced": (RIGHT, True, "fenced"),
    "not closed": ("```python\nprint(input()[::-1])", True, "incomplete_fenced"),
    "plain": ("print(input()[::-1])", True, "heuristic"),
    "words": (
        "Here:\n```py\nprint(1)\n```\nNo, better:\n```python\nprint(input()[::-1])\n```",
        True,
        "fenced",
    ),
    "wrong": ("```python\nprint(input())\n```", False, "fenced"),
    "half": ("```python\nprint('ba')\n```", False, "fenced"),
    "nothing": ("", False, "empty"),
    "raises": ("```python\nraise ValueError\n```", False, "fenced"),
    "leaves": ("```python\nimport os\nos._exit(0)\n```", False, "fenced"),
    "does not compile": ("```python\nprint(\n```", False, "fenced"),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_answer_is_accepted_where_every_case_is_right(ask, name):
    completion, accepted, how = ANSWERS[name]
    status, told = await ask(DIALECT, "/submit", asked(completion))
    assert (status, told["accepted"], told["extracted_type"], told["id"]) == (
        200,
        accepted,
        how,
        "7",
    )
    assert all(each["passed"] for each in told["tests"]) is accepted or not told["tests"]


async def test_each_case_that_ran_is_told(ask):
    _, told = await ask(DIALECT, "/submit", asked("```python\nprint('ba')  # told\n```"))
    assert [each["passed"] for each in told["tests"]] == [True, False]
    assert told["tests"][1]["exec_info"]["run_result"]["stdout"] == "ba\n"
    assert told["tests"][1]["test_info"]["input"] == {"stdin": "xyz\n"}
    assert told["extra"]["verdict"] == "failed"


async def test_equal_submissions_get_equal_answers(ask):
    first, second = [(await ask(DIALECT, "/submit", asked()))[1] for _ in range(2)]
    assert first["accepted"] is second["accepted"] is True
    assert len(first["tests"]) == len(second["tests"]) == 2


COMPARED = {
    "case": (b"Yes", b"YES", True), "space": (b" a \n\n", b"a", True), "near": (b"0.3333333", b"0.3333334", True),
    "far": (b"0.33", b"0.34", False), "lines": (b"a\nb", b"a b", False), "integers": (b"100001", b"100000", False),
    "large": (b"333333333333333312", b"333333333333333313", False), "integer as float": (b"2.0", b"2", True),
    "letters": ("É".encode(), "é".encode(), True), "no text": (b"\xff", b"\xfe", False), "two numbers": (b"1.0 2", b"1 2", False),
}  # fmt: skip


@pytest.mark.parametrize("name", COMPARED)
def test_comparison_is_the_peers_but_for_integers(name):
    got, expected, same = COMPARED[name]
    assert (difference(got, expected, OutputRule.COMMON_OJ) == "") is same


def test_code_is_taken_out_as_everywhere():
    task = program_task(cases=[("", "")])
    sample, how = extracted(task, "a\n```python\nx = 1\n```\nb")
    assert (sample.body.strip(), how, isinstance(sample, Sample)) == ("x = 1", "fenced", True)


def test_answer_of_many_blocks_takes_time_that_grows_with_its_length():
    task = program_task(cases=[("", "")])
    answer = "".join(f"```python\nx{n} = 1\n```\n" for n in range(3000)) + "y = 1\n" * 20_000
    began = time.process_time()
    assert extracted(task, answer)[1] == "fenced"
    assert time.process_time() - began < 10


async def test_benchmarks_are_data_sets(ask, backend):
    _, names = await ask(DIALECT, "/list_datasets", method="GET")
    assert {"humaneval", "folder"} <= set(names)
    solution = backend.task("folder", "parking-fee").spec["reference"]
    body = {
        "dataset": "folder",
        "id": "parking-fee",
        "completion": f"```python\n{solution}\n```",
        "config": {},
    }
    assert (await ask(DIALECT, "/submit", body))[1]["accepted"] is True
    assert (await ask(DIALECT, "/submit", {**body, "completion": "x = 1"}))[1]["accepted"] is False
    _, prompt = await ask(
        DIALECT, "/get_prompt_by_id", {"dataset": "folder", "id": "parking-fee", "config": {}}
    )
    assert "parking_fee" in prompt["prompt"]


async def test_prompts_of_what_a_request_brings(ask):
    body = asked()
    _, told = await ask(DIALECT, "/get_prompts", {"dataset": "my_oj", "config": body["config"]})
    assert told[0]["prompt"].startswith("Reverse.")
    _, told = await ask(DIALECT, "/list_ids", {"dataset": "my_oj", "config": body["config"]})
    assert told == ["7"]


REFUSED = {
    "unknown data set": (400, {"config": {"dataset_type": None, "provided_data": None}}),
    "unknown class": (400, {"config": {"dataset_type": "AutoEvalDataset"}}),
    "no language": (400, {"config": {"language": None}}),
    "other language": (422, {"config": {"language": "cpp"}}),
    "shell": (422, {"config": {"language": "bash"}}),
    "code of the request": (422, {"config": {"custom_extract_logic": "import os"}}),
    "no cases": (422, {"test": []}),
    "no JSON": (422, {"test": "["}),
    "other files": (422, {"test": [{"input": {"a.txt": "1"}, "output": {"stdout": ""}}]}),
    "no time": (422, {"config": {"run_timeout": 1e9}}),
    "path": (
        400,
        {"dataset": "../../etc", "config": {"dataset_type": None, "provided_data": None}},
    ),
    "unknown field": (422, {"solution": "x"}),
    "other id": (422, {"id": "8", "config": {"provided_data": [{"id": "6"}, {"id": "7"}]}}),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_request_that_is_wrong_is_refused(ask, name):
    wanted, fields = REFUSED[name]
    status, told = await ask(DIALECT, "/submit", asked(**fields))
    assert (status, "accepted" in told) == (wanted, False)


async def test_our_trouble_is_no_rejection(ask):
    status, told = await ask(
        DIALECT, "/submit", asked(), backend=TroubledBackend(BusyHostError("busy"))
    )
    assert (status, "accepted" in told) == (504, False)


def test_client_of_pypi_submits(address, pypi_client):
    url = address
    said = asked()
    config = pypi_client.TestConfig(**said["config"])
    for completion, accepted in ((RIGHT, True), ("```python\nprint(1)\n```", False)):
        request = pypi_client.SubmitRequest(
            dataset="my_oj", id="7", completion=completion, config=config
        )
        assert pypi_client.submit(request, endpoint=url, max_attempts=1).accepted is accepted
