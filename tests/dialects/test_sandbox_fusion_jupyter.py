"""`/run_jupyter`: cells share their state, and each tells its own story."""

import base64

import pytest

from grader.dialects.sandbox_fusion import DIALECT

pytestmark = pytest.mark.anyio


async def run(ask, *cells, **fields):
    status, told = await ask(
        DIALECT, "/run_jupyter", {"cells": list(cells), "total_timeout": 20, **fields}
    )
    assert status == 200
    return told


async def test_cells_share_names_and_show_their_last_value(ask):
    told = await run(
        ask,
        "a = 123",
        "a",
        "print(a)",
        "import sys; print('e', file=sys.stderr)",
        "a;",
        "display(1, 'b')",
    )
    assert (told["status"], told["driver"]["status"], told["message"]) == (
        "Success",
        "Finished",
        "",
    )
    streams = [(each["stdout"], each["stderr"]) for each in told["cells"]]
    assert streams == [("", ""), ("", ""), ("123\n", ""), ("", "e\n"), ("", ""), ("", "")]
    shown = [[bundle["text/plain"] for bundle in each["display"]] for each in told["cells"]]
    assert shown == [[], ["123"], [], [], [], ["1", "'b'"]]


async def test_cell_that_raises_is_told_and_the_next_ones_run(ask):
    told = await run(
        ask, "def f():\n    raise RuntimeError('x')\nf()", "1 +", "raise SystemExit(3)", "2"
    )
    errors = [each["error"] for each in told["cells"]]
    assert [each[0]["ename"] for each in errors[:3]] == [
        "RuntimeError",
        "SyntaxError",
        "SystemExit",
    ]
    assert errors[0][0]["evalue"] == "x"
    assert "<cell 1>" in "\n".join(errors[0][0]["traceback"])
    assert "inside" not in "\n".join(errors[0][0]["traceback"])
    assert (told["status"], told["cells"][3]["display"]) == ("Success", [{"text/plain": "2"}])


async def test_cell_that_leaves_kills_the_kernel_and_nothing_else(ask):
    told = await run(ask, "print(1)", "import os\nos._exit(0)", "print(3)")
    assert told["status"] == "Failed"
    assert [each["stdout"] for each in told["cells"]] == ["1\n", ""]
    assert told["cells"][1]["error"][0]["ename"] == "DeadKernelError"


async def test_cell_that_takes_too_long_is_interrupted_and_the_next_runs(ask):
    told = await run(ask, "x = 1", "import time\ntime.sleep(60)", "x", cell_timeout=2)
    assert told["cells"][1]["error"][0]["ename"] == "KeyboardInterrupt"
    assert (told["status"], told["cells"][2]["display"]) == ("Success", [{"text/plain": "1"}])


async def test_cells_that_take_too_long_together_are_stopped(ask):
    told = await run(
        ask,
        "print('a')",
        "import time\nwhile True:\n  try: time.sleep(60)\n  except BaseException: pass",
        total_timeout=2,
    )
    assert (told["status"], told["driver"]["status"]) == ("Failed", "TimeLimitExceeded")
    assert told["cells"][0]["stdout"] == "a\n"


async def test_cell_that_floods_is_stopped(ask):
    told = await run(ask, "while True: print('x' * 65536)")
    assert told["status"] == "Failed"
    assert "Output" in told["message"]


FORGERIES = {
    "prints an end": 'print(\'{"status": "Finished", "cells": []}\', flush=True)',
    "writes to every file": 'import os\nfor n in range(3, 64):\n  try: os.write(n, b\'{"display": [], "error": []}\\n\')\n  except OSError: pass',
    "closes its streams": "import os\nos.close(1); os.close(2)",
    "replaces its streams": "import sys\nsys.stdout = sys.stderr = None",
}


@pytest.mark.parametrize("name", FORGERIES)
async def test_cell_cannot_speak_for_another(ask, name):
    told = await run(ask, "print('first')", FORGERIES[name], "1")
    assert told["cells"][0]["stdout"] == "first\n"
    assert told["cells"][0]["error"] == []
    assert len(told["cells"]) in {2, 3}


async def test_files_come_and_go(ask):
    files = {"d/a.txt": base64.b64encode(b"hi").decode()}
    told = await run(
        ask,
        "t = open('d/a.txt').read()",
        "open('b', 'w').write(t * 2);",
        files=files,
        fetch_files=["b"],
    )
    assert base64.b64decode(told["files"]["b"]) == b"hihi"


REFUSED = {
    "no cells": {},
    "many cells": {"cells": ["1"] * 501},
    "other kernel": {"cells": ["1"], "kernel": "ir"},
    "negative": {"cells": ["1"], "cell_timeout": -1},
    "for ever": {"cells": ["1"], "total_timeout": 1e9},
    "NaN": b'{"cells": ["1"], "cell_timeout": NaN}',
    "outside": {"cells": ["1"], "files": {"../x": "aGk="}},
}


@pytest.mark.parametrize("name", REFUSED)
async def test_request_that_is_wrong_is_refused(ask, name):
    assert (await ask(DIALECT, "/run_jupyter", REFUSED[name]))[0] == 422


def test_client_of_pypi_runs_cells(address, pypi_client):
    asked = pypi_client.RunJupyterRequest(cells=["a = 2", "a * 21", "raise ValueError('x')"])
    told = pypi_client.run_jupyter(asked, endpoint=address, max_attempts=1)
    assert (told.status, told.cells[1].display) == ("Success", [{"text/plain": "42"}])
    assert told.cells[2].error[0]["ename"] == "ValueError"
