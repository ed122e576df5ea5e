"""Sessions over HTTP: each is its maker's, and ends when it is left alone longer than its lease."""

import asyncio
import secrets
from contextlib import suppress

from grader.dialects.base import LastingSandbox
from grader.errors import InfraError, SessionOverError, TurnedAwayError, UsageError
from grader.server.fair import FairBackend
from grader.server.options import LeaseBounds

ID_BYTES = 18
OPENING_S = 20.0
"""A session that cannot be lent within it is refused: the client may try again."""


class UnknownSessionError(FileNotFoundError):
    """There is no such session, or it is somebody else's."""


class HeldSession:
    """One open session."""

    def __init__(self, client: str, sandbox: LastingSandbox, lease_s: float) -> None:
        """It was lent."""
        self.client = client
        self.sandbox = sandbox
        self.lease_s = lease_s
        self.steps = 0
        """That run or wait now."""
        self.timer: asyncio.TimerHandle | None = None


class SessionKeeper:
    """All open sessions."""

    def __init__(self, most: int, bounds: LeaseBounds) -> None:
        """`most`: sessions that the engines lend at one time."""
        self._most = most
        self._bounds = bounds
        self._held: dict[str, HeldSession] = {}
        self._opening: list[str] = []
        self._ending: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._held)

    async def open(
        self,
        client: str,
        backend: FairBackend,
        *,
        lease_s: float | None,
        limits: dict[str, object] | None,
        image: str,
    ) -> tuple[str, float]:
        """A new session's id and its lease; TurnedAwayError where all are taken."""
        lease_s = lease_s or self._bounds.lease_s
        if lease_s > self._bounds.lease_max_s:
            raise UsageError(f"lease_s: at most {self._bounds.lease_max_s:g}")
        self._refuse_if_full(client)
        sandbox = backend.session(limits=limits, image=image)
        self._opening.append(client)
        try:
            async with asyncio.timeout(OPENING_S):
                await sandbox.__aenter__()
        except TimeoutError:
            raise TurnedAwayError("no sandbox is free for a session; try again later") from None
        finally:
            self._opening.remove(client)
        name = secrets.token_urlsafe(ID_BYTES)
        held = self._held[name] = HeldSession(client, sandbox, lease_s)
        self._renew(name, held)
        return name, lease_s

    def _refuse_if_full(self, client: str) -> None:
        owners = [*(each.client for each in self._held.values()), *self._opening]
        share = max(1, self._most * 3 // 4)
        if len(owners) >= self._most:
            raise TurnedAwayError(f"all {self._most} sessions are taken; try again later")
        if owners.count(client) >= share:
            raise TurnedAwayError(f"{share} of the sessions are yours already", own_share=True)

    def using(self, client: str, name: str) -> "SessionUse":
        """A session while it is used; UnknownSessionError where the client has no such one."""
        return SessionUse(self, name, self._find(client, name))

    def _find(self, client: str, name: str) -> HeldSession:
        held = self._held.get(name)
        if held is None or held.client != client:
            raise UnknownSessionError("there is no such session: it ended, or never was yours")
        return held

    async def end(self, client: str, name: str) -> None:
        """End a session; what runs in it is waited for."""
        self._find(client, name)
        await self._end(name)

    async def end_all(self) -> None:
        """End all."""
        for name in list(self._held):
            await self._end(name)
        if self._ending:
            await asyncio.wait(self._ending)

    def begin(self, held: HeldSession) -> None:
        """Use `using`."""
        held.steps += 1
        if held.timer is not None:
            held.timer.cancel()

    def finish(self, name: str, held: HeldSession) -> None:
        """Use `using`."""
        held.steps -= 1
        if not held.steps and name in self._held:
            self._renew(name, held)

    def _renew(self, name: str, held: HeldSession) -> None:
        loop = asyncio.get_running_loop()
        held.timer = loop.call_later(held.lease_s, self.reap, name)

    def reap(self, name: str) -> None:
        """End one that nobody uses any more, or can."""
        task = asyncio.ensure_future(self._end(name))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _end(self, name: str) -> None:
        held = self._held.pop(name, None)
        if held is None:
            return
        if held.timer is not None:
            held.timer.cancel()
        with suppress(InfraError, UsageError):
            await held.sandbox.__aexit__(None, None, None)


class SessionUse:
    """A session that is not reaped as long as the context lasts."""

    def __init__(self, keeper: SessionKeeper, name: str, held: HeldSession) -> None:
        """Use `SessionKeeper.using`."""
        self._keeper = keeper
        self._name = name
        self._held = held

    def __enter__(self) -> HeldSession:
        self._keeper.begin(self._held)
        return self._held

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self._keeper.finish(self._name, self._held)
        if isinstance(error, SessionOverError):
            self._keeper.reap(self._name)
            raise UnknownSessionError(str(error)) from error
