"""One container for one plan: made for it, lent to its steps in turn, removed after it."""

import os
import posixpath
import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from anyio import to_thread

from grader.core.container import ContainerOptions
from grader.core.execution import FileChange, StepEnd, StepResult
from grader.core.limits import Limits
from grader.core.plan import ChangeLook, Command, ContainerWish, Plan, PlannedFile, Step
from grader.core.witness import WitnessedFile, WitnessReport, WitnessWish
from grader.errors import SandboxError, single_errors
from grader.image.resolve import ResolvedImage
from grader.sandboxes.docker import (
    archive,
    changes,
    execution,
    hardening,
    labels,
    lifeline,
    witness,
)
from grader.sandboxes.docker.api import EngineApi
from grader.sandboxes.docker.evidence import EngineEvidence, HostEvidence, locate
from grader.sandboxes.docker.network import SetupBridge
from grader.sandboxes.docker.output import CommandOutput

REMOVE_S = 60.0
LEAST_FREE_MB = 64
"""Below that an engine's disk counts as full."""
KILL_ALL = ["/bin/sh", "-c", "kill -9 -1"]
KILL_ROUNDS, KILL_PAUSE_S = 40, 0.003
INPUT = "/.grader-input"

KILLED = 128 + 9
"""Status of a command that was ended by SIGKILL, as all are that die with their container."""
SETTLING_S = 1.5


class RepositorySandbox:
    """A running container and the plan that it is for."""

    def __init__(
        self,
        api: EngineApi,
        plan: Plan,
        image: ResolvedImage,
        *,
        options: ContainerOptions,
        network: SetupBridge,
    ) -> None:
        """Use `open_repository`."""
        self.api = api
        self.plan = plan
        self.image = image
        self.options = options
        self.network = network
        self.id = ""
        self.line = lifeline.ContainerLifeline(None)
        self.evidence: HostEvidence | EngineEvidence = EngineEvidence(api, "")
        self.connected_to = ""
        """The network that the container is on; empty: none."""
        self.phases: dict[str, float] = {}
        """Seconds by phase: pull, create, start, teardown; each step has its own wall clock."""
        self.sent: set[str] = set()
        """Files that were put in place for steps: no step has changed those into being."""
        self.processors = options.cpus or float(os.cpu_count() or 1)
        self.disk_mb = hardening.disk_mb(plan)

    @property
    def image_digest(self) -> str:
        """What ran, by content."""
        return self.image.digest

    async def start(self, run_id: str) -> None:
        """Make the container and start it."""
        wants_network = any(self._wants_network(step, step.limits) for step in self.plan.steps)
        network = await self.network.name() if wants_network else "none"
        body = hardening.repository(
            self.plan, self.image.id, options=self.options, network=network,
            labels=labels.labels(run_id),
        )  # fmt: skip
        name = f"grader-{run_id}-{secrets.token_hex(6)}"
        began = time.monotonic()
        made = await self.api.call(
            "make a container", lambda client: client.create_container_from_config(body, name)
        )
        self.id = made["Id"]
        self.connected_to = network if wants_network else ""
        created = time.monotonic()
        self.line = await self.api.call(
            "attach to a container", lambda _: lifeline.attach(self.api.host, self.id)
        )
        try:
            state = await self.api.call("start a container", self._start)
        except SandboxError:
            self.network.distrust(self.connected_to)
            raise
        self.evidence = locate(self.api, self.id, state["Pid"])
        self.phases |= {"create": created - began, "start": time.monotonic() - created}

    def _start(self, client: Any) -> dict[str, Any]:
        client.start(self.id)
        return client.inspect_container(self.id)["State"]

    async def run(self, step: Step, limits: Limits) -> StepResult:
        """See `sandboxes.base.Sandbox.run`. Nothing that a step started outlives it."""
        action = step.action
        if not isinstance(action, Command):
            raise SandboxError(
                f"step '{step.name}' is a {action.kind}; image '{self.plan.image.name}' takes"
                " commands only"
            )
        await self._switch_network(connect=self._wants_network(step, limits))
        await self._put(step)
        process = execution.RunningCommand(
            self._request(action, has_input=bool(step.stdin)),
            CommandOutput(limits.output_kb << 10, overflow=action.overflow),
        )
        wish = step.container or ContainerWish()
        async with witness.watched(self.evidence, wish.witness) as watching:
            result = await self._carried_out(step.name, process, limits)
            seen = await to_thread.run_sync(watching.stop) if watching else None
        cap = limits.output_kb << 10
        found = [(path, await self._get(path, cap)) for path in step.collect]
        found += [(path, await self._tree(path, cap)) for path in wish.trees]
        told: dict[str, Any] = {
            "collected": tuple((path, data) for path, data in found if data is not None),
            "changed": await self._changed(step.look) if step.look else (),
        }
        if wish.witness:
            told["witnessed"] = seen or await self._unseen(wish.witness, cap)
        return result.model_copy(update=told)

    async def _unseen(self, wish: WitnessWish, cap: int) -> WitnessReport:
        """The files of which nobody could see who wrote them."""
        found = [(name, await self._get(f"{wish.folder}/{name}", cap)) for name in wish.files]
        return WitnessReport(files=tuple(WitnessedFile(name=n, data=data) for n, data in found))

    async def _changed(self, look: ChangeLook) -> tuple[FileChange, ...]:
        """What steps have changed in the container so far, told by the engine."""
        look = look.model_copy(update={"apart": (*look.apart, *self.sent)})
        found = await self.api.call(
            "ask what changed", lambda client: changes.changes(client, self.id, look)
        )
        told: list[FileChange] = []
        for change in found:
            if changes.is_read(change, look):
                data = await self._get(change.path, changes.READ_BYTES)
                data = b"\0" if data is None else data  # what nobody can read is no plain text
                told.append(change.model_copy(update={"text": data.decode(errors="replace")}))
            else:
                told.append(change)
        return tuple(told)

    async def _carried_out(
        self, name: str, process: execution.RunningCommand, limits: Limits
    ) -> StepResult:
        before = await self.evidence.usage()
        clock = execution.CommandClocks(
            self.evidence, before, limits=limits, processors=self.processors
        )
        ended, spent = await self._followed(process, clock)
        await self._see_that_it_lives()
        code = 0 if ended else await execution.exit_status(self.api, process)
        usage = await self.evidence.usage()
        if usage.oom_kills > before.oom_kills:
            ended = ended if ended and ended[0] is StepEnd.OUTPUT else (StepEnd.MEMORY, "oom_kill")
        if code == KILLED and not ended:
            await self._see_that_it_is_not_ending()
        if code or ended:
            await self._see_that_there_is_room()
        if code < 0:
            raise SandboxError("the container engine lost the command's status")
        return execution.facts(
            name, process, spent=spent, ended=ended or (StepEnd.EXIT, ""), code=code,
            peak_mb=usage.peak_mb,
        )  # fmt: skip

    async def _followed(
        self, process: execution.RunningCommand, clock: execution.CommandClocks
    ) -> tuple[tuple[StepEnd, str] | None, execution.CommandUsage]:
        """See a command through to the end of its output, and end all that it started."""
        ended, spent = None, execution.CommandUsage(0.0, 0.0, 0.0)
        async with single_errors(), anyio.create_task_group() as group:
            group.start_soon(execution.carry, self.api, process)
            group.start_soon(execution.heed_disk, self.api, process, self.disk_mb)
            ended = await execution.watch(self.api, process, clock)
            spent, _ = await clock.look()
            await self._end_all()
            with anyio.move_on_after(execution.LAST_WORDS_S):
                await process.done.wait()
            group.cancel_scope.cancel()
        return ended, spent

    def _request(self, action: Command, *, has_input: bool) -> execution.CommandRequest:
        folder = self.image.folder
        words = hardening.wrapped(
            action.argv, cwd=posixpath.join(folder, action.cwd) if action.cwd else folder,
            merged=action.merged,
            stdin=INPUT if has_input else "",
        )  # fmt: skip
        env = dict(self.options.environment) | dict(action.env)
        return execution.CommandRequest(self.id, words, env, action.user or self.image.user)

    def _wants_network(self, step: Step, limits: Limits | None) -> bool:
        return self.options.network or (limits or step.limits or self.plan.limits).network

    async def _switch_network(self, *, connect: bool) -> None:
        if connect == bool(self.connected_to):
            return
        if connect:
            raise SandboxError("a step that wants the network must not follow one that has none")
        await self.network.disconnect(self.id, self.connected_to)
        self.connected_to = ""

    async def _put(self, step: Step) -> None:
        archives = step.container.archives if step.container else ()
        files = list(step.files)
        if step.stdin:
            files.append(PlannedFile(path=INPUT, data=step.stdin, mode=0o444))
        self.sent |= {posixpath.join(self.image.folder, file.path) for file in files}
        if files:
            archives = (*archives, archive.pack(files, folder=self.image.folder))
        for data in archives:
            await self.api.call(
                "send files", lambda client, data=data: client.put_archive(self.id, "/", data)
            )

    async def _tree(self, path: str, cap: int) -> bytes | None:
        """A file or a folder as a tar file; None where there is none."""
        return await self.api.call("fetch files", lambda it: self._fetch(it, path, cap, whole=True))

    async def _get(self, path: str, cap: int) -> bytes | None:
        """A plain file's contents; None where there is none."""
        place = posixpath.normpath(posixpath.join(self.image.folder, path))
        return await self.api.call("fetch a file", lambda client: self._fetch(client, place, cap))

    def _fetch(self, client: Any, place: str, cap: int, *, whole: bool = False) -> bytes | None:
        from docker.errors import NotFound  # noqa: PLC0415  heavy

        # docker-py's own get_archive leaves a stream open that is not read to its end.
        answer = client._get(  # noqa: SLF001
            client._url("/containers/{0}/archive", self.id),  # noqa: SLF001
            params={"path": place}, stream=True,
        )  # fmt: skip
        try:
            client._raise_for_status(answer)  # noqa: SLF001
            take = archive.bounded if whole else archive.first_file
            return take(answer.iter_content(archive.SLACK), cap)
        except NotFound:
            client.inspect_container(self.id)  # it must be the file that is missing
            return None
        finally:
            answer.close()

    async def _end_all(self) -> None:
        """Kill all processes but the first one, from outside."""
        for _ in range(KILL_ROUNDS):
            if self.evidence.kill():
                return
            if isinstance(self.evidence, EngineEvidence):
                break
            await anyio.sleep(KILL_PAUSE_S)
        else:
            await self._end_frozen()
            if self.evidence.kill():
                return
        killer = execution.RunningCommand(
            execution.CommandRequest(self.id, KILL_ALL, {}, "0"),
            CommandOutput(1 << 10, overflow="cut"),
        )
        with anyio.move_on_after(execution.LAST_WORDS_S):
            await execution.carry(self.api, killer)

    async def _end_frozen(self) -> None:
        """Processes that fork faster than they are killed cannot while nothing runs."""
        await self.api.call("freeze a container", lambda client: client.pause(self.id))
        self.evidence.kill()
        await self.api.call("thaw a container", lambda client: client.unpause(self.id))
        await anyio.sleep(KILL_PAUSE_S)

    async def _see_that_it_lives(self) -> None:
        """SandboxError where the container ended under a step: no sample can do that."""
        said = await self.api.call(
            "look at a container", lambda client: client.inspect_container(self.id)
        )
        if not said["State"]["Running"]:
            raise SandboxError("the container was ended from outside")

    async def _see_that_it_is_not_ending(self) -> None:
        """SandboxError where a command died with its container.

        An engine knows of a command's end before its container's; a kernel knows both.
        """
        if self.evidence.is_ending() is False:
            return
        await anyio.sleep(SETTLING_S)
        await self._see_that_it_lives()

    async def _see_that_there_is_room(self) -> None:
        """SandboxError where the engine's disk is full: a failure then says nothing."""
        if isinstance(self.evidence, EngineEvidence):
            return
        said = await self.api.call("ask for the data root", lambda client: client.info())
        try:
            status = os.statvfs(said["DockerRootDir"])
        except OSError:
            return
        if status.f_bavail * status.f_frsize < LEAST_FREE_MB << 20:
            raise SandboxError(
                f"no space left in the container engine's {said['DockerRootDir']};"
                " free some, then --resume"
            )

    async def remove(self) -> None:
        """End and remove the container; safe to call twice."""
        container_id, self.id = self.id, ""
        if not container_id:
            return
        began = time.monotonic()
        try:
            await self.api.call(
                "remove a container", lambda client: remove(client, container_id), bound_s=REMOVE_S
            )
        finally:
            self.line.close()
            self.phases["teardown"] = time.monotonic() - began


def remove(client: Any, container_id: str) -> None:
    """Remove a container by force; one that is gone or going is removed already."""
    from docker.errors import APIError, NotFound  # noqa: PLC0415  heavy

    try:
        client.remove_container(container_id, force=True, v=True)
    except NotFound:
        return
    except APIError as error:
        if error.status_code != 409:  # noqa: PLR2004  HTTP: removal is in progress
            raise


@asynccontextmanager
async def open_repository(
    api: EngineApi,
    plan: Plan,
    image: ResolvedImage,
    *,
    options: ContainerOptions,
    network: SetupBridge,
    run_id: str,
) -> AsyncGenerator[RepositorySandbox]:
    """A container for `plan`, gone at the end whatever happens."""
    made = RepositorySandbox(api, plan, image, options=options, network=network)
    try:
        await made.start(run_id)
        yield made
    finally:
        with anyio.CancelScope(shield=True):
            await made.remove()
