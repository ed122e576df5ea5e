"""Open slots on this machine, at the best tier it allows, and lend them out."""

import os
import secrets
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

from grader.core.execution import Isolation, StepResult
from grader.core.limits import Limits
from grader.core.plan import (
    PREPARED,
    CommandInterview,
    Interview,
    Plan,
    Program,
    ShownToolchain,
    Step,
)
from grader.errors import SandboxError, SessionOverError, UsageError
from grader.image.environment import ShownEnvironment, built, own
from grader.sandboxes._admission import MemoryAdmission
from grader.sandboxes._slot import cgroup, host, landlock, scratch
from grader.sandboxes._slot.command_pair import command_interview
from grader.sandboxes._slot.pair import interview
from grader.sandboxes._slot.slot import Slot, WallsRefused
from grader.sandboxes._slot.standing_command import standing_interview
from grader.sandboxes.base import Freshness, Provider, ProviderSettings, Sandbox
from grader.sandboxes.local import names, reaper
from grader.sandboxes.local.lender import SlotLender
from grader.sandboxes.local.names import UID_BASE, UID_SLOTS, UID_SPAN
from grader.sandboxes.local.standing import StandingSlots

STARTS = 3
"""So often a slot is started before it counts as one that cannot be."""
RESERVED_MB = 128
"""What the engine and its idle slots need of the memory around them."""
NO_STEP = Step(name="", action=Program(source=""))
USES = count(1)
"""Numbers of plans' uses of slots."""
SET_IDS = 1 << 6 | 1 << 7
"""CAP_SETGID and CAP_SETUID, as `/proc/self/status` has them."""
WANTED_WALLS = (
    "user-ns", "pid-ns", "mount-ns", "net-ns", "ipc-ns", "seccomp", "landlock", "other-uid",
    "cgroup",
)  # fmt: skip


class LocalSandbox:
    """One plan's use of a slot."""

    def __init__(
        self, provider: "LocalProvider", pool: "SlotsSeenAlike", slot: Slot, *, fresh: bool,
        trusted: bool = False,
    ) -> None:  # fmt: skip
        """Borrow `slot`; a checker's slot is borrowed for an interview only, or `trusted`."""
        self.provider = provider
        self.pool = pool
        self.lender = pool.checkers if trusted else pool.programs
        self.slot = slot
        self.fresh = fresh
        self.use = next(USES)

    async def run(self, step: Step, limits: Limits) -> StepResult:
        """See `sandboxes.base.Sandbox.run`."""
        try:
            if isinstance(step.action, CommandInterview):
                return await self._command_interview(step, step.action, limits)
            if isinstance(step.action, Interview):
                return await self._interview(step, step.action, limits)
            use = self.use if step.files else 0
            return await self.slot.run(step, limits, fresh=self.fresh, use=use)
        except anyio.get_cancelled_exc_class():
            self.lender.abandon(self.slot)
            raise

    async def _interview(self, step: Step, action: Interview, limits: Limits) -> StepResult:
        async with self._checker() as checker:
            return await interview(
                self.slot, checker, step, action, limits,
                fresh=self.fresh, apart=self.provider.settings.apart,
            )  # fmt: skip

    async def _command_interview(
        self, step: Step, action: CommandInterview, limits: Limits
    ) -> StepResult:
        if action.standing and not self.fresh and not self.provider.settings.apart:
            async with self.pool.standing.lent(action.standing) as standing:
                result = await standing_interview(self.slot, standing, step, action, limits)
            if result is not None:
                return result
        async with self._checker() as checker:
            return await command_interview(
                self.slot, checker, step, action, limits,
                fresh=self.fresh, use=self.use if step.files else 0,
            )  # fmt: skip

    @asynccontextmanager
    async def _checker(self) -> AsyncGenerator[Slot]:
        """A slot of ours for one interview."""
        pool = self.pool
        checker = await pool.checkers.take()
        try:
            yield checker
        except anyio.get_cancelled_exc_class():
            first = pool.programs.abandon(self.slot)  # so that its end is taken for no answer
            pool.checkers.abandon(checker, first)
            raise
        finally:
            pool.checkers.give_back(checker)


class LocalSession:
    """A slot that keeps its files from step to step; lent to one user until the end."""

    def __init__(self, provider: "LocalProvider", slot: Slot, disk_mb: int) -> None:
        """`disk_mb`: of every step, whatever its limits say: other sizes are other mounts."""
        self.provider = provider
        self.slot = slot
        self.disk_mb = disk_mb

    async def run(self, step: Step, limits: Limits) -> StepResult:
        """See `sandboxes.base.Sandbox.run`; once it raised there is no session any more."""
        await self.provider.in_sessions.stopped(self.slot)
        if self.slot.broken:
            raise SessionOverError(f"the session is over: {self.slot.broken}; open another one")
        within = limits.model_copy(update={"disk_mb": self.disk_mb})
        total_mb = self.provider.memory.total_mb
        async with self.provider.memory.claimed(min(limits.memory_mb, total_mb)):
            try:
                return await self.slot.run(step, within, fresh=False, keep=True)
            except anyio.get_cancelled_exc_class():
                self.provider.in_sessions.abandon(self.slot)
                raise

    async def wipe(self) -> None:
        """Leave nothing for the next user; a slot that cannot be wiped stays broken."""
        with anyio.CancelScope(shield=True):
            await self.provider.in_sessions.stopped(self.slot)
        if self.slot.broken:
            return
        if self.provider.settings.fresh is Freshness.TASK:
            self.slot.broken = "lent for a session"
            return
        with anyio.CancelScope(shield=True), suppress(SandboxError):
            await self.slot.run(NO_STEP, Limits(), fresh=False)


class SlotsSeenAlike:
    """Slots that see the same of this machine, for candidates and for what is ours."""

    def __init__(self, many: int, make: Callable[..., Awaitable[Slot]]) -> None:
        """`make` opens one more; with `checks=True` one in which no candidate ever runs."""
        self.programs = SlotLender(many, make)
        self.checkers = SlotLender(many, partial(make, checks=True))
        self.standing = StandingSlots(partial(make, checks=True))


class LocalProvider:
    """A pool of slots; a slot that broke, or is old, is replaced before its next use."""

    name = "local"
    is_at_hand = True
    """A sandbox is lent at once; nothing is pulled or made for it."""

    def __init__(self, settings: ProviderSettings, tier: str) -> None:
        """Use `open_local`."""
        self.settings = settings
        self.tier = tier
        self.isolation = Isolation(tier=tier)
        self.fell = ""
        """Why no better tier could be had; empty where this is the best one."""
        self.environment = host.ENVIRONMENT
        self.python = (sys.version_info.major, sys.version_info.minor)
        self.pool = SlotsSeenAlike(settings.workers, self.new_slot)
        self.prepared: dict[str, str] = {}
        """Folders of what was made for toolchains, by their name: set by the engine."""
        self._others: dict[tuple[ShownToolchain | None, str], SlotsSeenAlike] = {}
        """Slots that show a toolchain, the environment of a name, or both."""
        self.in_sessions = SlotLender(settings.sessions, self.new_slot)
        self.memory = MemoryAdmission(max(1, cgroup.surrounding_mb() - RESERVED_MB))
        """What plans that run at one time may claim together."""
        self._made = 0
        self._packages = host.packages(settings.packages)

    def sandbox(self, plan: Plan) -> AbstractAsyncContextManager[Sandbox]:
        """Lend a slot, when there is memory for it; it goes back when it is clean and young."""
        wanted_mb = max((step.limits or plan.limits).memory_mb for step in plan.steps or (NO_STEP,))
        return self._within(wanted_mb, plan)

    def alone(self, plan: Plan) -> AbstractAsyncContextManager[Sandbox]:
        """As `sandbox`, while nothing else runs here."""
        return self._within(self.memory.total_mb, plan)

    @asynccontextmanager
    async def _within(self, wanted_mb: int, plan: Plan) -> AsyncGenerator[Sandbox]:
        wanted_mb = min(wanted_mb, self.memory.total_mb)
        await self.memory.claim(wanted_mb)
        free = partial(self.memory.give_back, wanted_mb)
        pool = self._pool(plan)
        lender = pool.checkers if plan.trusted else pool.programs
        try:
            slot = await lender.take()
        except BaseException:
            free()
            raise
        try:
            fresh = self.settings.fresh is Freshness.TASK
            yield LocalSandbox(self, pool, slot, fresh=fresh, trusted=plan.trusted)
        finally:
            lender.give_back(slot, free)

    def _pool(self, plan: Plan) -> SlotsSeenAlike:
        """The slots that show what the plan's steps have to see."""
        named = "" if self.settings.own_python else plan.image.environment
        if not plan.toolchain and not named:
            return self.pool
        seen = plan.toolchain, named
        if seen not in self._others:
            make = partial(self.new_slot, toolchain=plan.toolchain, environment=named)
            self._others[seen] = SlotsSeenAlike(self.settings.workers, make)
        return self._others[seen]

    async def warm(self) -> None:
        """Have a slot for checkers; those for programs come with the first of these."""
        self.pool.checkers.give_back(await self.pool.checkers.take())

    @asynccontextmanager
    async def session(self, limits: Limits) -> AsyncGenerator[Sandbox]:
        """A slot that keeps its files until the end; waits while too many are out."""
        slot = await self.in_sessions.take()
        session = LocalSession(self, slot, limits.disk_mb)
        try:
            yield session
        finally:
            await session.wipe()
            self.in_sessions.give_back(slot)

    async def new_slot(
        self, *, checks: bool = False, toolchain: ShownToolchain | None = None,
        environment: str = "",
    ) -> Slot:  # fmt: skip
        """Start one more supervisor; `checks`: for checkers and never for anything else."""
        self._made += 1
        reason = ""
        for _ in range(STARTS):
            config = configuration(self.settings, self.tier, self._made, checks=checks)
            config["packages"] = self._packages
            if shown := self._environment(environment):
                config |= with_environment(shown, config)
            if toolchain:
                config |= showing(toolchain, config, self.prepared)
            try:
                slot = await Slot.start(config, python=host.python())
            except WallsRefused:
                raise
            except SandboxError as error:
                reason = str(error)
                continue
            lost = set(self.isolation.walls) - set(slot.walls)
            if not lost:
                return slot
            reason = f"a sandbox slot came up without {', '.join(sorted(lost))}"
            await slot.close()
        raise SandboxError(f"{reason} ({STARTS} times)")

    def _environment(self, name: str) -> ShownEnvironment | None:
        """What slots show besides the machine's own; SandboxError where it is gone."""
        try:
            if self.settings.own_python:
                return own(self.settings.own_python)
            if name and self.settings.environments:
                return built(name, self.settings.environments)
        except UsageError as error:
            raise SandboxError(str(error)) from error
        return None

    def content_of_environment(self, name: str) -> str:
        """What identifies the packages that programs see of an environment; '' without one."""
        shown = self._environment(name)
        return f"{shown.facts.python} {shown.facts.digest}" if shown else ""

    async def close(self) -> None:
        """End every idle slot; slots on loan are ended by their borrowers' contexts."""
        for each in self._lenders():
            await each.close()
        for pool in (self.pool, *self._others.values()):
            await pool.standing.close()

    def kill(self) -> None:
        """The synchronous last resort."""
        for each in self._lenders():
            each.kill()
        for pool in (self.pool, *self._others.values()):
            pool.standing.kill()

    def _lenders(self) -> list[SlotLender]:
        pools = (self.pool, *self._others.values())
        lenders = [each for pool in pools for each in (pool.programs, pool.checkers)]
        return [*lenders, self.in_sessions]


@asynccontextmanager
async def open_local(settings: ProviderSettings) -> AsyncGenerator[Provider]:
    """Find the best tier by running it, start one slot per worker, and end them all at last."""
    await anyio.to_thread.run_sync(partial(reaper.reap, everywhere=False))
    provider = await _best(settings)
    try:
        yield provider
    finally:
        with anyio.CancelScope(shield=True):
            await provider.close()
        provider.kill()


async def _best(settings: ProviderSettings) -> LocalProvider:
    """The first tier whose first slot starts. Raises SandboxError with every tier's reason."""
    reasons: list[str] = []
    if sys.platform != "linux":
        raise SandboxError("the local sandbox needs Linux; run grader there")
    for tier in ("userns", "bare"):
        provider = LocalProvider(settings, tier)
        try:
            slot = await _first_slot(provider)
        except WallsRefused as error:
            reasons.append(f"{tier}: {error}")
            continue
        provider.isolation = isolation(tier, slot.walls)
        provider.fell = "; ".join(reasons)
        provider.pool.programs.keep(slot)
        if _above_floor(slot.walls) or settings.allow_weak:
            return provider
        reasons.append(f"{tier}: without {', '.join(provider.isolation.missing)}")
        await provider.close()
    raise SandboxError(
        f"this machine cannot isolate a program ({'; '.join(reasons)}); allow user namespaces, "
        "or accept weak walls with --allow-weak"
    )


async def _first_slot(provider: LocalProvider) -> Slot:
    """A slot of a tier; Refused where the kernel has said twice that it gives no such thing.

    Anything else that goes wrong is no reason for weaker walls: it is a SandboxError.
    """
    try:
        return await provider.new_slot()
    except WallsRefused:
        return await provider.new_slot()


def isolation(tier: str, walls: tuple[str, ...]) -> Isolation:
    """Walls that stand and walls that are wanted but missing."""
    missing = tuple(
        wall for wall in WANTED_WALLS if not any(up.split("-v")[0].startswith(wall) for up in walls)
    )
    return Isolation(tier=tier, walls=walls, missing=missing)


def _above_floor(walls: tuple[str, ...]) -> bool:
    """Namespaces, or Landlock and seccomp with something that keeps signals in."""
    if "pid-ns" in walls:
        return True
    level = max((int(up.split("-")[1]) for up in walls if up.startswith("landlock-")), default=0)
    return (
        "seccomp" in walls and ("other-uid" in walls or level >= landlock.SCOPE_ABI) and level > 0
    )


def configuration(
    settings: ProviderSettings, tier: str, number: int, *, checks: bool = False
) -> dict[str, Any]:
    """What the slot's outer process needs to know."""
    user_id = uid_base() if os.geteuid() == 0 else None
    if user_id is not None and tier == "bare":
        _readable_by_all(host.python())
    label = names.label(settings.run_id, number, user_id)
    folder = f"{names.FOLDERS}/{names.PREFIX}{label}" if tier == "bare" else ""
    job = f"{folder}/job" if folder else "/work"
    environment = dict(host.ENVIRONMENT)
    if folder:
        environment |= {"HOME": f"{folder}/tmp", "TMPDIR": f"{folder}/tmp"}
    return {
        "label": label,
        "tier": tier,
        "cgroup": True,
        "folder": folder,
        "uid_base": user_id,
        "visible": host.visible(),
        "links": host.links(),
        "hidden": host.hidden(),
        "site_folder": host.site_folder(),
        "sys_path": [*host.sys_path(job), *([folder + scratch.SITE] if folder else [])],
        "python": host.python(),
        "preload": host.preload(settings.preload, checks=checks),
        "heavy": list(settings.heavy),
        "checks": checks,
        "environment": environment,
        "disk_mb": Limits().disk_mb,
        "processes": _own_processes(),
    }


def showing(
    toolchain: ShownToolchain, config: dict[str, Any], prepared: dict[str, str]
) -> dict[str, Any]:
    """What changes in a slot's configuration for a toolchain; it runs commands and no Python."""
    made = prepared.get(toolchain.name)
    more = [path for path in toolchain.roots if os.path.isdir(path)]
    if config["tier"] == "bare":
        more += [f"/etc/{name}" for name in toolchain.etc if os.path.exists(f"/etc/{name}")]
    shown = [*config["visible"], *(each for each in more if each not in config["visible"])]
    packages = [(f"{PREPARED}/{toolchain.name}", made)] if made else []
    return {
        "visible": shown, "packages": packages, "etc": list(toolchain.etc),
        "preload": [], "heavy": [], "checks": False,
    }  # fmt: skip


def with_environment(shown: ShownEnvironment, config: dict[str, Any]) -> dict[str, Any]:
    """What changes in a slot's configuration for an environment: its packages and no others."""
    site = config["folder"] + scratch.SITE if config["folder"] else config["site_folder"]
    variables = {name: value.format(site=site) for name, value in shown.variables}
    return {
        "packages": [(config["site_folder"], str(shown.site))],
        "heavy": list(shown.preload),
        "environment": config["environment"] | variables,
    }


def uid_base() -> int | None:
    """The first of a slot's own host user ids.

    None where this root is one in name: it may not become others (`--cap-drop=ALL`), or its
    namespace knows none of them (`unshare -r`). Then a slot is an ordinary user's.
    """
    base = UID_BASE + UID_SPAN * secrets.randbelow(UID_SLOTS)
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        maps = [Path(f"/proc/self/{kind}_map").read_text("ascii") for kind in ("uid", "gid")]
    except OSError:
        return base
    held = int(status.partition("\nCapEff:")[2].split(maxsplit=1)[0] or "0", 16)
    knows = all(_covers(text, base) for text in maps)
    return base if held & SET_IDS == SET_IDS and knows else None


def _covers(text: str, base: int) -> bool:
    """Whether a namespace's map has the ids of a slot."""
    rows = [tuple(map(int, line.split())) for line in text.splitlines()]
    return any(first <= base and base + UID_SPAN <= first + count for first, _, count in rows)


def _readable_by_all(path: str) -> None:
    """Without namespaces the task's other user must reach the interpreter by itself."""
    for parent in Path(path).parents:
        if not parent.stat().st_mode & 0o001:
            raise WallsRefused(f"other users may not enter {parent}, where this Python lives")


def _own_processes() -> int:
    """Processes and threads of this user now: RLIMIT_NPROC counts them all without a namespace."""
    count, own = 0, os.getuid()
    for name in os.listdir("/proc"):
        if name.isdigit():
            with suppress(OSError):
                if os.stat(f"/proc/{name}").st_uid == own:
                    count += len(os.listdir(f"/proc/{name}/task"))
    return count
