"""Harbor: `--verifier-import-path grader.harnesses.harbor:GraderVerifier`.

The task's `tests/grader.json` says what is right (see `task_of_fields`) and, by `solution`, where
the agent leaves its program (`--verifier-kwarg solution=…`; else `/app/solution.py`). The program
is taken out of the agent's environment and graded here, where nothing of the agent's can be. A
missing program is an empty one; our own trouble raises. Contract: harbor/verifier/base.py of 0.26.
"""

import json
import tempfile
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import anyio

from grader.engine.build.fields import mapping_of, task_of_fields
from grader.engine.service.asked import Solution
from grader.errors import UsageError
from grader.harnesses._engine import shared
from grader.harnesses._rewards import demanded

NAME = "GraderVerifier"
SPECIFICATION = "grader.json"
SOLUTION = "/app/solution.py"
MOST_BYTES = 16 << 20
"""Of a program; what is longer is cut."""


def __getattr__(name: str) -> Any:
    """The class, made when Harbor asks for it."""
    if name != NAME:
        raise AttributeError(f"module 'grader.harnesses.harbor' has no attribute '{name}'")
    return verifier_type()


@cache
def verifier_type() -> Any:
    """The class on top of Harbor's own base."""
    base: Any = import_module("harbor.verifier.base").BaseVerifier
    result: Any = import_module("harbor.models.verifier.result").VerifierResult

    class GraderVerifier(base):
        """Grades the file that the agent left."""

        def __init__(self, *, solution: str = "", **known: Any) -> None:
            base.__init__(self, **known)
            self.solution = solution

        async def verify(self) -> Any:
            """1 or 0 under the name `reward`."""
            fields = specification(Path(self.task.paths.tests_dir))
            place = self.solution or str(fields.get("solution") or SOLUTION)
            text = await left_by_agent(self.environment, place)
            return result(rewards={"reward": await reward(fields, text)})

    return GraderVerifier


def specification(folder: Path) -> Mapping[str, object]:
    """What the task's author says; UsageError where it cannot be read."""
    path = folder / SPECIFICATION
    try:
        return mapping_of(json.loads(path.read_text(encoding="utf-8")), str(path))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: {error}; it says what is right") from error


async def left_by_agent(environment: Any, place: str) -> str:
    """The agent's file; empty where there is none. What else goes wrong is Harbor's to tell."""
    found = await environment.exec(command=f"test -f '{quoted(place)}'")
    if found.return_code:
        return ""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "solution")
        await environment.download_file(place, copy)
        async with await anyio.open_file(copy, "rb") as file:
            data = await file.read(MOST_BYTES)
    return data.decode(errors="replace")


def quoted(place: str) -> str:
    """A path within a shell's single quotes."""
    return place.replace("'", "'\\''")


async def reward(fields: Mapping[str, object], text: str) -> float:
    """1 or 0; UngradedError for our own trouble."""
    task = task_of_fields(fields, SPECIFICATION)
    solution: Solution = {"solution": text}
    return demanded(await shared().grade(task, solution))
