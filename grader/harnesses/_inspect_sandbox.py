"""Inspect's sandbox environments that live in sessions of the shared engine.

Imported by Inspect alone (`inspect_registry`). Contract: inspect_ai/util/_sandbox/environment.py.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from grader.errors import InfraError, UsageError
from grader.harnesses._commands import CommandOutcome, CommandSession, TooMuchOutputError
from grader.harnesses._engine import sessions, shared

util: Any = import_module("inspect_ai.util")
_base: Any = util.SandboxEnvironment

USER = "grader"
"""Who runs everything in the local sandbox."""
NO_EXEC = 126


class GraderSandboxEnvironment(_base):
    """A session: files stay over calls, processes do not; no network; one user."""

    def __init__(self, box: CommandSession) -> None:
        _base.__init__(self)
        self.box = box

    @classmethod
    def default_concurrency(cls) -> int | None:
        """As many samples at one time as there are sessions."""
        return sessions()

    @classmethod
    async def sample_init(
        cls, task_name: str, config: object, metadata: Mapping[str, str]
    ) -> dict[str, Any]:
        """`config`: an image's name, where the engine has images; else nothing."""
        del task_name, metadata
        if config is not None and not isinstance(config, str):
            raise UsageError("sandbox: grader takes no configuration but an image's name")
        try:
            return {"default": cls(await CommandSession(shared(), image=config or "").begin())}
        except InfraError as error:
            raise util.SandboxUnavailableError(str(error)) from error

    @classmethod
    async def sample_cleanup(
        cls,
        task_name: str,
        config: object,
        environments: dict[str, Any],
        interrupted: bool,  # noqa: FBT001
    ) -> None:
        del task_name, config, interrupted
        for each in environments.values():
            await each.box.end()

    async def exec(
        self,
        cmd: list[str],
        input: str | bytes | None = None,  # noqa: A002  Inspect's name
        cwd: str | None = None,
        env: dict[str, str] | None = None,
        user: str | None = None,
        timeout: int | None = None,  # noqa: ASYNC109  Inspect's name
        timeout_retry: bool = True,  # noqa: FBT001, FBT002  Inspect's
        concurrency: bool = True,  # noqa: FBT001, FBT002  Inspect's
    ) -> Any:
        del timeout_retry, concurrency
        if user not in (None, USER):
            raise util.SandboxUserUnsupportedError(
                f"the sandbox runs everything as one user, not as {user!r}"
            )
        limit = util.SandboxEnvironmentLimits.MAX_EXEC_OUTPUT_SIZE
        done = await self._asked(
            cmd, stdin=as_bytes(input), cwd=cwd or "", env=env, timeout_s=timeout,
            output_kb=max(limit >> 10, 1),
        )  # fmt: skip
        out, err = (each.decode(errors="replace") for each in (done.stdout, done.stderr))
        if done.code == NO_EXEC and "permission denied" in err.lower():
            raise PermissionError(err.strip())
        return util.ExecResult(done.code == 0, done.code, out, err)

    async def _asked(self, cmd: list[str], **choices: Any) -> CommandOutcome:
        try:
            return await self.box.run(cmd, **choices)
        except TooMuchOutputError as error:
            raise util.OutputLimitExceededError(
                util.SandboxEnvironmentLimits.MAX_EXEC_OUTPUT_SIZE_STR,
                error.shown.decode(errors="replace"),
            ) from error
        except InfraError as error:
            raise util.SandboxUnavailableError(str(error)) from error

    async def write_file(self, file: str, contents: str | bytes) -> None:
        try:
            await self.box.write(file, as_bytes(contents))
        except InfraError as error:
            raise util.SandboxUnavailableError(str(error)) from error

    async def read_file(self, file: str, text: bool = True) -> str | bytes:  # noqa: FBT001, FBT002
        limits = util.SandboxEnvironmentLimits
        try:
            data = await self.box.read(file, limits.MAX_READ_FILE_SIZE)
        except TooMuchOutputError as error:
            raise util.OutputLimitExceededError(limits.MAX_READ_FILE_SIZE_STR, None) from error
        except InfraError as error:
            raise util.SandboxUnavailableError(str(error)) from error
        return data.decode() if text else data


def as_bytes(data: str | bytes | None) -> bytes:
    """What is sent; nothing is empty input."""
    return data.encode() if isinstance(data, str) else data or b""
