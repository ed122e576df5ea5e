"""Piston's protocol: its times, sizes, versions and statuses."""

import platform

import pytest

from grader.core.execution import StepEnd, StepResult
from grader.dialects._semver import satisfies
from grader.dialects.piston import DIALECT, stage
from grader.engine.toolchains.here import missing
from grader.errors import BusyHostError
from grader.languages import base
from tests.dialects.conftest import TroubledBackend
from tests.languages.graded import needed

pytestmark = pytest.mark.anyio


def facts(ended, code=0, **fields):
    return StepResult(name="run", ended=ended, code=code, **fields)


STAGES = {
    "right": (facts(StepEnd.EXIT), 0, None, None),
    "status": (facts(StepEnd.EXIT, 3), 3, None, "RE"),
    "signal": (facts(StepEnd.SIGNAL, 11), None, "SIGSEGV", "SG"),
    "time": (facts(StepEnd.TIMEOUT, 9, evidence="cpu limit"), None, "SIGKILL", "TO"),
    "memory": (facts(StepEnd.MEMORY, 9, evidence="oom_kill"), None, "SIGKILL", "SG"),
    "stdout": (facts(StepEnd.OUTPUT, 9, evidence="stdout cap"), None, "SIGKILL", "OL"),
    "stderr": (facts(StepEnd.OUTPUT, 9, evidence="stderr cap"), None, "SIGKILL", "EL"),
}


@pytest.mark.parametrize("name", STAGES)
def test_stage_of_each_end(name):
    result, code, signal, status = STAGES[name]
    told = stage(result)
    assert (told["code"], told["signal"], told["status"]) == (code, signal, status)
    assert bool(told["message"]) == (name != "right")


def test_stage_counts_milliseconds_and_bytes():
    told = stage(
        facts(StepEnd.EXIT, wall_s=0.0404, cpu_s=0.0121, peak_mb=8.5, stdout=b"a", stderr=b"b")
    )
    assert (told["wall_time"], told["cpu_time"], told["memory"], told["output"]) == (
        40,
        12,
        8912896,
        "ab",
    )


SELECTORS = {
    "*": True, "": True, "3": True, "3.x": True, "3.11": True, "3.11.x": True, "3.11.7": True, "v3.11.7": True,
    "=3.11.7": True, "^3.10": True, "^3.11.0": True, "~3.11.1": True, ">=3.8": True, ">=3.8 <4": True,
    "3.9 || 3.11": True, "latest": True, "3.12": False, "2": False, "3.11.6": False, "3.1": False,
    "~3.10": False, "^3.12": False, "<3.11": False, ">3.11": False, ">=3.8 <3.11": False, "x.y": False,
    "3.11.7; rm": False, "9" * 200: False,
}  # fmt: skip


@pytest.mark.parametrize("selector", SELECTORS)
def test_selector_names_a_version(selector):
    assert satisfies("3.11.7", selector) is SELECTORS[selector]


async def execute(ask, *files, **fields):
    listed = [{"content": each} if isinstance(each, str) else each for each in files]
    return await ask(
        DIALECT,
        "/api/v2/execute",
        {"language": "python", "version": "*", "files": listed, **fields},
    )


async def test_program_reads_its_line_and_prints(ask):
    status, told = await execute(ask, "print(input())", stdin="hi")
    assert (status, told["language"], told["version"]) == (200, "python", platform.python_version())
    assert (told["run"]["stdout"], told["run"]["code"], "compile" in told) == ("hi\n", 0, False)


async def test_first_text_is_run_with_the_other_files_and_arguments(ask):
    files = [
        {"name": "data.bin", "content": "ff00", "encoding": "hex"},
        {
            "name": "main.py",
            "content": "import sys, helper\nprint(helper.x, sys.argv, open('data.bin','rb').read())",
        },
        {"name": "helper.py", "content": "x = 1"},
    ]
    _, told = await execute(ask, *files, args=["a b", "-c"])
    assert told["run"]["stdout"] == "1 ['main.py', 'a b', '-c'] b'\\xff\\x00'\n"


async def test_loop_and_flood_are_stopped(ask):
    _, told = await execute(ask, "while True: pass", run_timeout=500)
    assert (told["run"]["status"], told["run"]["signal"], told["run"]["code"]) == (
        "TO",
        "SIGKILL",
        None,
    )
    _, told = await execute(ask, "while True: print('x' * 65536)")
    assert told["run"]["status"] == "OL"


async def test_shell_is_a_language(ask):
    _, told = await execute(ask, "echo $1; exit 4", language="sh", args=["x"])
    assert (told["language"], told["run"]["stdout"], told["run"]["code"]) == ("bash", "x\n", 4)


async def test_compiled_language_is_built_and_gets_its_arguments(ask):
    needed("cpp")
    text = "#include <cstdio>\nint main(int n, char **given) { puts(given[n - 1]); return 5; }"
    _, told = await execute(ask, text, language="c++", args=["a", "b c"])
    assert (told["language"], told["run"]["stdout"], told["run"]["code"]) == ("c++", "b c\n", 5)


async def test_program_that_does_not_compile_ends_at_the_stage_of_that_name(ask):
    needed("cpp")
    _, told = await execute(ask, "int main() { return x; }", language="cpp")
    assert (told["compile"]["code"], "run" in told) == (1, False)
    assert "was not declared" in told["compile"]["stderr"]


async def test_name_that_begins_with_a_dash_is_a_file(ask):
    file = {"name": "-c", "content": "echo mine"}
    _, told = await execute(ask, file, language="bash", args=["echo other"])
    assert told["run"]["stdout"] == "mine\n"


async def test_runtimes_and_packages_are_those_of_the_sandbox(ask):
    _, told = await ask(DIALECT, "/api/v2/runtimes", method="GET")
    here = {
        each.title.lower() for each in map(base.load, base.names()) if not missing(each.toolchain)
    }
    assert {each["language"] for each in told} - {"python", "bash"} == here - {"python", "bash"}
    assert {"python", "bash"} <= {each["language"] for each in told}
    assert all(each["version"][0].isdigit() for each in told)
    _, listed = await ask(DIALECT, "/api/v2/packages", method="GET")
    assert all(each["installed"] for each in listed)
    for method in ("POST", "DELETE"):
        assert (await ask(DIALECT, "/api/v2/packages", {}, method=method))[0] == 405


REFUSED = {
    "no language": {"language": None},
    "other language": {"language": "fortran"},
    "other version": {"version": "9"},
    "no version": {"version": 3},
    "no files": {"files": []},
    "no text": {"files": [{"content": "ff", "encoding": "hex"}]},
    "no content": {"files": [{"name": "x"}]},
    "too long": {"run_timeout": 1e9},
    "negative": {"run_timeout": -5},
    "no number": {"run_timeout": "soon"},
    "all memory": {"run_memory_limit": 10**15},
    "outside": {"files": [{"content": "1"}, {"name": "../x", "content": "1"}]},
    "absolute": {"files": [{"name": "/tmp/x", "content": "1"}]},
    "no hex": {"files": [{"content": "1"}, {"content": "zz", "encoding": "hex"}]},
}


@pytest.mark.parametrize("name", REFUSED)
async def test_request_that_is_wrong_is_a_400_with_a_message(ask, name):
    status, told = await execute(ask, "print(1)", **REFUSED[name])
    assert (status, list(told)) == (400, ["message"])


async def test_words_of_refusals_are_pistons(ask):
    assert (await execute(ask, "1", version="9"))[1]["message"] == "python-9 runtime is unknown"
    assert (await execute(ask, "1", run_timeout=1e9))[1]["message"].startswith(
        "run_timeout cannot exceed the configured limit"
    )


async def test_our_trouble_is_a_500(ask):
    body = {"language": "python", "version": "*", "files": [{"content": "1"}]}
    assert (
        await ask(DIALECT, "/api/v2/execute", body, backend=TroubledBackend(BusyHostError("busy")))
    )[0] == 500
