"""mini-swe-agent: `environment_class: grader.harnesses.mini_swe_agent.GraderEnvironment`.

Commands run in a session of the shared engine: isolated, no network; files stay, processes do not.
With `image` it is a container, where the engine has those (`grader.harnesses.configure(
sandbox="docker")`). Contract: minisweagent/environments/local.py of 2.4.6.
"""

import platform
from collections.abc import Mapping
from importlib import import_module
from typing import Any, NoReturn

from pydantic import BaseModel, ConfigDict, Field

from grader.harnesses._commands import LIMITS, TooMuchOutputError, outcome_of
from grader.harnesses._engine import waiting

FINISHED = "COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT"
SHELL = """
if command -v bash >/dev/null; then exec bash -c "$1" 2>&1; else exec sh -c "$1" 2>&1; fi
"""


class EnvironmentConfig(BaseModel):
    """What a configuration file may say of it."""

    model_config = ConfigDict(extra="forbid")

    cwd: str = ""
    """Where commands run; default: the session's own folder."""
    env: dict[str, str] = {}
    timeout: int = Field(default=30, gt=0)
    """Seconds of each command."""
    image: str = ""
    """A container's image; default: the sandbox of this machine."""


class GraderEnvironment:
    """One session, begun at the first command."""

    def __init__(self, **kwargs: Any) -> None:
        """See EnvironmentConfig."""
        self.config = EnvironmentConfig(**kwargs)
        self._session = waiting().session(limits=LIMITS, image=self.config.image)
        self._begun = False

    def execute(
        self, action: Mapping[str, Any], cwd: str = "", *, timeout: int | None = None
    ) -> dict[str, Any]:
        """What a command printed, both streams in one, and its status.

        A command that takes too long or prints too much is the agent's to mend; our own trouble
        raises InfraError. Raises mini-swe-agent's `Submitted` where the command says so.
        """
        if not self._begun:
            self._session.__enter__()
            self._begun = True
        wait_s = timeout or self.config.timeout
        command = ["sh", "-c", SHELL, "sh", str(action.get("command", ""))]
        told = self._run(command, cwd or self.config.cwd, wait_s)
        first, _, rest = str(told["output"]).lstrip().partition("\n")
        if first.strip() == FINISHED and told["returncode"] == 0:
            submit(rest)
        return told

    def _run(self, command: list[str], cwd: str, wait_s: int) -> dict[str, Any]:
        limits = LIMITS.model_copy(update={"wall_s": float(wait_s)})
        result = self._session.run(command, cwd=cwd, env=self.config.env, limits=limits)
        shown = (result.stdout + result.stderr).decode(errors="replace")
        try:
            done = outcome_of(result, wait_s, LIMITS.output_kb)
        except (TimeoutError, TooMuchOutputError) as error:
            why = f"An error occurred while executing the command: {error}"
            extra = {"exception_type": type(error).__name__, "exception": str(error)}
            return {"output": shown, "returncode": -1, "exception_info": why, "extra": extra}
        return {"output": shown, "returncode": done.code, "exception_info": ""}

    def get_template_vars(self, **kwargs: Any) -> dict[str, Any]:
        """What prompts may name; nothing of this process's environment."""
        return {**self.config.model_dump(), **platform.uname()._asdict(), **kwargs}

    def serialize(self) -> dict[str, Any]:
        """How it is kept in a trajectory."""
        kind = f"{type(self).__module__}.{type(self).__name__}"
        config = self.config.model_dump(mode="json")
        return {"info": {"config": {"environment": config, "environment_type": kind}}}

    def cleanup(self) -> None:
        """Give the session back. Safe to call twice."""
        self._session.__exit__()
        self._begun = False


def submit(submission: str) -> NoReturn:
    """End the agent's run with what it submitted."""
    exceptions: Any = import_module("minisweagent.exceptions")
    extra = {"exit_status": "Submitted", "submission": submission}
    raise exceptions.Submitted({"role": "exit", "content": submission, "extra": extra})
