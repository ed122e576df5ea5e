"""Version 4 of the official harness as an oracle, in a process of its own: two cannot share one.

Run as a script by that Python, it reads cases from stdin and writes their answers to stdout, a JSON
object a line. `scripts/install` puts swebench 4.1.0 into a folder of its own; else
GRADER_SWEBENCH4_PYTHON names a Python that has it. Its dependencies are not needed: none is reached.
"""

import contextlib
import importlib
import importlib.util
import io
import json
import os
import subprocess
import sys
import types
from pathlib import Path
from unittest.mock import MagicMock

VERSION = "4.1.0"
UNUSED = (
    "bs4 chardet datasets docker docker.errors docker.models docker.models.containers dotenv ghapi "
    "ghapi.core git modal requests rich tenacity tqdm tqdm.auto unidiff"
)
FOLDER = Path(sys.prefix) / "oracles" / "swebench4"
BARE = ("swebench", "swebench.harness")


def answers(cases: list[dict]) -> list[dict]:
    """What version 4 makes of each case; skips the caller's test where it is not at hand."""
    import pytest  # noqa: PLC0415  the other Python has none

    python = os.environ.get("GRADER_SWEBENCH4_PYTHON", "")
    if not python and not (FOLDER / "swebench").is_dir():
        pytest.skip(f"no swebench {VERSION} in {FOLDER}; scripts/install puts it there")
    found = {} if python else {"PYTHONPATH": str(FOLDER)}
    done = subprocess.run(
        [python or sys.executable, __file__],
        env=os.environ | found,
        input="".join(json.dumps(case) + "\n" for case in cases).encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return [json.loads(line) for line in done.stdout.decode().split("\n") if line]


def main() -> None:
    """Answer all cases."""
    for name in UNUSED.split():
        if name not in sys.modules:
            sys.modules[name] = MagicMock(__version__="0")
    root = Path(importlib.util.find_spec("swebench").submodule_search_locations[0])
    for package in BARE:
        made = types.ModuleType(package)
        made.__path__ = [str(root.joinpath(*package.split(".")[1:]))]
        sys.modules[package] = made
    out = sys.stdout
    for line in sys.stdin.buffer.read().decode().split("\n"):
        if line:
            with contextlib.redirect_stdout(io.StringIO()):
                answer = answered(json.loads(line))
            out.write(json.dumps(answer) + "\n")


def answered(case: dict) -> dict:
    """The statuses of a log, or the whole report of one; `raised` where version 4 raises."""
    parsers = importlib.import_module("swebench.harness.log_parsers").MAP_REPO_TO_PARSER
    spec = types.SimpleNamespace(**case["spec"])
    try:
        if "report" not in case:
            return {"statuses": list(parsers[spec.repo](case["log"], spec).items())}
        grading = importlib.import_module("swebench.harness.grading")
        path = Path(case["report"])
        prediction = {"instance_id": spec.instance_id, "model_patch": "x"}
        path.write_bytes(bytes.fromhex(case["log"]))
        report = grading.get_eval_report(spec, prediction, str(path), include_tests_status=True)
        return {"report": report[spec.instance_id]}
    except Exception as error:  # noqa: BLE001  whatever it raises
        return {"raised": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    main()
