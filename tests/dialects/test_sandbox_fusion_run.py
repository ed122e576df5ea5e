"""`/run_code` as verl's client and PyPI's see it, and what the peer gets wrong."""

import base64
import time

import pytest

import grader
from grader.core.execution import StepEnd, StepResult
from grader.core.limits import Limits
from grader.dialects.sandbox_fusion import DIALECT
from grader.dialects.sandbox_fusion._shapes import run_answer
from grader.errors import BusyHostError, DeadlineError
from tests.dialects.conftest import TroubledBackend
from tests.languages.graded import needed

pytestmark = pytest.mark.anyio


def facts(**fields):
    return StepResult(name="run", **{"ended": StepEnd.EXIT, **fields})


ENDS = {
    "right": (facts(stdout=b"1\n"), "Success", "Finished", 0),
    "status": (facts(code=3), "Failed", "Finished", 3),
    "signal": (facts(ended=StepEnd.SIGNAL, code=11), "Failed", "Finished", -11),
    "time": (
        facts(ended=StepEnd.TIMEOUT, code=9, evidence="cpu limit"),
        "Failed",
        "TimeLimitExceeded",
        None,
    ),
    "memory": (facts(ended=StepEnd.MEMORY, code=9, evidence="oom_kill"), "Failed", "Finished", -9),
    "output": (
        facts(ended=StepEnd.OUTPUT, code=9, evidence="stdout cap"),
        "Failed",
        "Finished",
        -9,
    ),
}


@pytest.mark.parametrize("name", ENDS)
def test_run_answer_of_each_end(name):
    result, status, part, code = ENDS[name]
    answer = run_answer(result, Limits())
    run = answer["run_result"]
    assert (answer["status"], run["status"], run["return_code"]) == (status, part, code)
    assert answer["compile_result"] is None
    assert bool(answer["message"]) == (name in {"time", "memory", "output"})
    assert (answer["message"] in run["stderr"]) or not answer["message"]


def test_run_answer_of_output_that_is_no_text():
    assert run_answer(facts(stdout=b"\xff"), Limits())["run_result"]["stdout"].startswith(
        "[DecodeError] "
    )


async def run(ask, code, **fields):
    return await ask(DIALECT, "/run_code", {"code": code, "language": "python", **fields})


async def test_program_reads_and_prints(ask):
    status, told = await run(ask, "print(int(input())+1)", stdin="41\n")
    assert (status, told["status"], told["run_result"]["stdout"]) == (200, "Success", "42\n")


async def test_language_with_a_compiler_says_which_of_both_failed(ask):
    needed("cpp")
    text = "#include <iostream>\nint main() { int n; std::cin >> n; std::cout << n + 1; }"
    _, told = await run(ask, text, language="cpp", stdin="41")
    assert (told["status"], told["run_result"]["stdout"]) == ("Success", "42")
    _, told = await run(ask, "int main() { return x; }", language="cpp")
    assert (told["status"], told["run_result"]) == ("Failed", None)
    assert told["compile_result"]["return_code"] == 1


async def test_syntax_error_is_a_failure_of_the_run(ask):
    _, told = await run(ask, "def f(:\n  pass")
    run_part = told["run_result"]
    assert (told["status"], told["compile_result"], run_part["return_code"]) == ("Failed", None, 1)
    assert "SyntaxError" in run_part["stderr"]


async def test_memory_and_output_limits_are_failures_that_say_so(ask):
    _, told = await run(ask, "x = bytearray(900 << 20)", memory_limit_MB=100)
    assert told["status"] == "Failed"
    assert "memory" in told["message"].lower() or "MemoryError" in told["run_result"]["stderr"]
    _, told = await run(ask, "while True: print('x' * 65536)")
    assert told["status"] == "Failed"
    assert "output" in told["message"]


async def test_three_hundred_kilobytes_come_whole(ask):
    _, told = await run(ask, "print('x' * 299_999)")
    assert (told["status"], len(told["run_result"]["stdout"])) == ("Success", 300_000)


async def test_files_come_and_go(ask):
    files = {
        "data/a.txt": base64.b64encode(b"hi").decode(),
        "no/IGNORE_THIS_FILE": "!",
        "none": None,
    }
    code = "open('out.bin','wb').write(open('data/a.txt','rb').read() + b'\\xff')"
    _, told = await run(ask, code, files=files, fetch_files=["./out.bin", "absent", "data//a.txt"])
    assert told["status"] == "Success", told
    assert {name: base64.b64decode(data) for name, data in told["files"].items()} == {
        "./out.bin": b"hi\xff",
        "data//a.txt": b"hi",
    }


async def test_file_that_is_too_large_is_no_whole_one(ask):
    _, told = await run(ask, "open('x','wb').write(bytes(5 << 20))", fetch_files=["x"])
    assert told["status"] == "Failed"
    assert "x" in told["message"]


REFUSED = {
    "no code": {"language": "python"},
    "no language": {"code": "1"},
    "other language": {"code": "1", "language": "fortran"},
    "odd language": {"code": "1", "language": "../python"},
    "absolute": {"code": "1", "language": "python", "files": {"/etc/x": "aGk="}},
    "outside": {"code": "1", "language": "python", "files": {"a/../../x": "aGk="}},
    "fetched outside": {"code": "1", "language": "python", "fetch_files": ["../../etc/passwd"]},
    "fetched absolute": {"code": "1", "language": "python", "fetch_files": ["/etc/passwd"]},
    "no base64": {"code": "1", "language": "python", "files": {"x": "%%%"}},
    "negative time": {"code": "1", "language": "python", "run_timeout": -1},
    "no time": {"code": "1", "language": "python", "run_timeout": 0},
    "for ever": {"code": "1", "language": "python", "run_timeout": 1e9},
    "NaN": b'{"code": "1", "language": "python", "run_timeout": NaN}',
    "no number": {"code": "1", "language": "python", "compile_timeout": [1]},
    "all memory": {"code": "1", "language": "python", "memory_limit_MB": 10**9},
    "unknown field": {"code": "1", "language": "python", "timeout": 3},
    "many files": {"code": "1", "language": "python", "fetch_files": ["x"] * 257},
    "a list": [],
    "no JSON": b"{",
    "deep": b"[" * 100_000,
    "deep and lone": b'{"a": "\\ud800", "b": ' + b"[" * 100_000,
}


@pytest.mark.parametrize("name", REFUSED)
async def test_request_that_is_wrong_is_refused_before_any_sandbox(ask, name):
    engine = TroubledBackend(AssertionError())
    status, told = await ask(DIALECT, "/run_code", REFUSED[name], backend=engine)
    assert (status, engine.calls) == (422, 0)
    assert told["detail"][0]["msg"]


async def test_shell_is_a_language(ask):
    status, told = await ask(
        DIALECT,
        "/run_code",
        {"code": "read x; echo $x; exit 3", "language": "bash", "stdin": "hi\n"},
    )
    assert (status, told["status"], told["run_result"]["stdout"]) == (200, "Failed", "hi\n")
    assert told["run_result"]["return_code"] == 3


async def test_script_and_file_of_its_name_are_two(ask):
    body = {"code": "cat script.sh", "language": "bash", "files": {"script.sh": "aGk="}}
    assert (await ask(DIALECT, "/run_code", body))[1]["run_result"]["stdout"] == "hi"


async def test_tests_run_where_the_sandbox_shows_pytest(ask):
    async with grader.Engine(workers=1, packages=("pytest",)) as engine:
        for wanted, status, code in ((2, "Success", 0), (3, "Failed", 1)):
            body = {"code": f"def test_a():\n    assert 1 + 1 == {wanted}\n", "language": "pytest"}
            told = (await ask(DIALECT, "/run_code", body, backend=engine))[1]
            assert (told["status"], told["run_result"]["return_code"]) == (status, code)


async def test_language_that_the_sandbox_lacks_is_refused(ask):
    status, told = await ask(
        DIALECT, "/run_code", {"code": "def test_a(): pass", "language": "pytest"}
    )
    assert (status, "pytest" in told["detail"][0]["msg"]) == (422, True)


async def test_script_that_speaks_as_a_missing_shell_is_a_failed_script(ask):
    code = "echo 'bash: No such file or directory' >&2; exit 127"
    status, told = await ask(DIALECT, "/run_code", {"code": code, "language": "bash"})
    assert (status, told["status"]) == (200, "Failed")


@pytest.mark.parametrize(
    "error", [BusyHostError("busy"), DeadlineError("late")], ids=["busy", "late"]
)
async def test_our_trouble_is_a_504(ask, error):
    status, told = await ask(
        DIALECT, "/run_code", {"code": "1", "language": "python"}, backend=TroubledBackend(error)
    )
    assert (status, str(error) in told["detail"]) == (504, True)


async def test_lone_surrogate_in_code_is_no_fault_of_the_request(ask):
    body = b'{"code": "x = 1 # \\ud800\\nprint(x)", "language": "python"}'
    assert (await ask(DIALECT, "/run_code", body))[0] == 200


# ---- verl's own client -------------------------------------------------------------------------

FENCE = "```python\n{}\n```"
COUNTED = {
    "right": ("print(int(input()) + 1)", "1\n", "2\n", True),
    "wrong": ("print(int(input()) + 2)", "1\n", "2\n", False),
    "raises": ("raise ValueError", "", "", -2),
    "status": ("import sys\nsys.exit(3)", "", "", -2),
    "does not compile": ("def f(:", "", "", -2),
    "loops": ("while True: pass", "", "", -3),
    "sleeps": ("import time\ntime.sleep(60)", "", "", -3),
    "memory": ("x = bytearray(4 << 30)", "", "", -2),
    "floods": ("while True: print('x' * 65536)", "", "", -2),
    "much": ("print('x' * 299_999)", "", "x" * 299_999, True),
}


@pytest.mark.parametrize("name", COUNTED)
def test_verl_counts_each_end_as_it_is(address, verl_client, name):
    code, stdin, stdout, wanted = COUNTED[name]
    url = address + "/run_code"
    score, told = verl_client.compute_score(
        url,
        None,
        1024,
        FENCE.format(code),
        {"inputs": [stdin], "outputs": [stdout]},
        timeout=0.3 if wanted == -3 else 3,
    )
    assert score == float(wanted is True)
    statuses = {True: "success", False: "wrong_answer", -2: "runtime_error", -3: "timeout"}
    assert told[0]["status"] == statuses[wanted]


def test_verl_scores_many_cases_and_functions(address, verl_client):
    url = address + "/run_code"
    code = FENCE.format("def add(a, b):\n    return a + b")
    cases = {"inputs": ["1\n2", "3\n4", "0\n0"], "outputs": ["3", "7", "1"], "fn_name": "add"}
    assert verl_client.compute_score(url, None, 1024, code, cases, timeout=5)[0] == pytest.approx(
        2 / 3
    )
    asserts = {"assert_case": ["assert add(1, 2) == 3", "assert add(1, 2) == 4"]}
    assert verl_client.compute_score(url, None, 1024, code, asserts, timeout=5)[0] == 0.5


def test_verl_tries_our_trouble_again_and_nothing_else(serve, verl_client):
    busy = TroubledBackend(BusyHostError("busy"))
    url = serve(DIALECT, busy) + "/run_code"
    cases = {"inputs": [""], "outputs": [""]}
    began = time.monotonic()
    assert verl_client.compute_score(url, None, 1024, FENCE.format("1"), cases, timeout=1)[0] == 0.0
    assert busy.calls == 3
    assert time.monotonic() - began >= 3
    refused = serve(DIALECT, busy) + "/run_code"
    utils = verl_client.check_correctness.__globals__
    answer, said = utils["call_sandbox_api"](refused, "1", "", 1, 1, 1024, "verilog")
    assert (answer, busy.calls, "422" in said) == (None, 3, True)


# ---- the client of PyPI ------------------------------------------------------------------------


def test_client_of_pypi_runs_and_fetches(address, pypi_client):
    url = address
    asked = pypi_client.RunCodeRequest(
        code="open('a','w').write('x'); print(1)", language="python", fetch_files=["a"]
    )
    told = pypi_client.run_code(asked, endpoint=url, max_attempts=1)
    assert (told.status, told.run_result.stdout, told.files) == ("Success", "1\n", {"a": "eA=="})
    assert told.run_result.cpu_time >= 0


def test_client_of_pypi_runs_many_at_a_time(address, pypi_client):
    url = address
    asked = [pypi_client.RunCodeRequest(code=f"print({n})", language="python") for n in range(16)]
    told = pypi_client.run_concurrent(
        pypi_client.run_code, args=[[each, url, 1] for each in asked], concurrency=8
    )
    assert [each.run_result.stdout for each in told] == [f"{n}\n" for n in range(16)]


def test_client_of_pypi_tries_our_trouble_again(serve, pypi_client):
    busy = TroubledBackend(BusyHostError("busy"))
    asked = pypi_client.RunCodeRequest(code="1", language="python")
    with pytest.raises(Exception, match="504"):
        pypi_client.run_code(asked, endpoint=serve(DIALECT, busy), max_attempts=2)
    assert busy.calls == 2
