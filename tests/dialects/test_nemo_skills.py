"""NeMo-Skills' execution server."""

import pytest

from grader.dialects.nemo_skills import DIALECT, shortened
from grader.errors import DeadlineError
from tests.dialects.conftest import TroubledBackend

pytestmark = pytest.mark.anyio


async def execute(ask, code, *, language="python", **fields):
    body = {
        "generated_code": code,
        "std_input": "",
        "timeout": 10.0,
        "language": language,
        "max_output_characters": 1000,
        "traceback_verbosity": "Plain",
        **fields,
    }
    return await ask(DIALECT, "/execute", body)


ENDS = {
    "prints": ("print(input())", {"std_input": "hi\n"}, "completed", "hi\n"),
    "raises": ("print(1)\nraise ValueError('x')", {}, "completed", "1\n"),
    "sleeps": (
        "import time\nprint(1, flush=True)\ntime.sleep(60)",
        {"timeout": 0.5},
        "timeout",
        "",
    ),
    "python3": ("print(2)", {"language": "python3"}, "completed", "2\n"),
    "shell": ("echo hi", {"language": "shell"}, "completed", "hi\n"),
    "shell fails": ("echo hi; exit 1", {"language": "shell"}, "error", "hi\n"),
    "killed": ("import os\nos.kill(os.getpid(), 11)", {}, "completed", ""),
    "memory": ("x = bytearray(4 << 30)", {}, None, ""),
    "long": ("print('x' * 2000)", {}, "completed", "x" * 1000 + "<output cut>"),
}


@pytest.mark.parametrize("name", ENDS)
async def test_status_of_each_end(ask, name):
    code, fields, wanted, stdout = ENDS[name]
    status, told = await execute(ask, code, **fields)
    assert status == 200
    assert told["stdout"] == stdout
    assert wanted in {None, told["process_status"]}
    assert set(told) == {"process_status", "stdout", "stderr"}


async def test_traceback_is_told_in_stderr(ask):
    assert "ValueError: x" in (await execute(ask, "raise ValueError('x')"))[1]["stderr"]


def test_output_is_cut_with_its_mark():
    assert (shortened("abc", 3), shortened("abcd", 3)) == ("abc", "abc<output cut>")


@pytest.mark.parametrize("language", ["ipython", "pypy3", "lean4", "cobol"])
async def test_language_without_a_runtime_is_refused_and_never_an_error_of_the_code(ask, language):
    status, told = await execute(ask, "1", language=language)
    assert (status, "process_status" in told, "error" in told) == (400, False, True)


@pytest.mark.parametrize(
    "fields",
    [
        {"timeout": -1},
        {"timeout": 1e9},
        {"timeout": None},
        {"std_input": 3},
        {"max_output_characters": -1},
    ],
)
async def test_request_that_is_wrong_is_refused(ask, fields):
    assert (await execute(ask, "1", **fields))[0] == 400


async def test_health_and_sessions(ask):
    assert (await ask(DIALECT, "/health", method="GET"))[1]["status"] == "healthy"
    assert (await ask(DIALECT, "/sessions", method="GET"))[1]["sessions"] == {}
    assert (await ask(DIALECT, "/sessions/abc", method="DELETE"))[0] == 404


def test_our_trouble_is_a_502_which_the_client_takes_for_no_answer(serve, address):
    requests = pytest.importorskip("requests", reason="pip install 'grader[clients]'")

    def sent(url):
        """As `Sandbox._send_request`: 502 alone is no answer."""
        body = {
            "generated_code": "print(1)",
            "timeout": 20.0,
            "language": "python",
            "std_input": "",
        }
        output = requests.post(f"{url}/execute", json=body, timeout=25.0)
        if output.status_code == 502:
            raise TimeoutError
        return output.json()

    with pytest.raises(TimeoutError):
        sent(serve(DIALECT, TroubledBackend(DeadlineError("late"))))
    assert sent(address)["stdout"] == "1\n"
