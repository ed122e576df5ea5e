"""A desk that its caller holds: opened once in each process that uses it."""

import os
import threading
from typing import Any, TypedDict
from weakref import WeakSet

from anyio import to_thread
from pydantic import ValidationError

from grader.core.container import ContainerOptions
from grader.core.workers import processors
from grader.engine.arguments import first_wrong
from grader.engine.options import EngineOptions
from grader.engine.service.desk import JobDesk, open_desk
from grader.engine.service.owner import OwnerThread
from grader.errors import UsageError


class EngineChoices(TypedDict, total=False):
    """Keyword arguments of an engine; all may be left out."""

    workers: int
    """Programs that run at one time; default: the processors that this process may use."""
    sessions: int
    """Sessions that may be open at one time, each with a sandbox of its own; default 4."""
    sandbox: str
    """Name of the sandbox; default `local`."""
    trust: str
    """How far tests and candidate must be apart: `auto` (default), `separated` or `shared`."""
    reading: str
    """Which reading of a repository's tests is the verdict: `strict` (default) or `parity`."""
    extract: str
    """How code is taken out of a model's answer: `auto` (default), `fence` or `none`."""
    packages: tuple[str, ...]
    """Distributions of this Python that programs may import, with all that they need."""
    fresh: str
    """`slot` (default) or `task`: new namespaces for every program."""
    retries: int
    """How often our own trouble is tried again; default 2."""
    cache: bool
    """Take verdicts of repository samples from earlier runs; default False."""
    containers: ContainerOptions
    """How containers are made, where the sandbox is one."""
    memory_budget_mb: int
    disk_budget_mb: int
    allow_weak: bool
    """Accept an isolation below the floor; default False."""


class HeldDesk:
    """Opens a desk at its first use in a process, and again at the first use in a forked child."""

    def __init__(self, choices: EngineChoices) -> None:
        """UsageError where a choice is not of its kind; nothing is opened yet."""
        values: dict[str, Any] = {"workers": processors(), **choices}
        try:
            self.options = EngineOptions.model_validate(values)
        except ValidationError as error:
            raise UsageError(first_wrong(error)) from error
        self.is_closed = False
        self._owner: OwnerThread[JobDesk] | None = None
        self._lock = threading.Lock()  # two threads of one process open one desk
        _held_desks.add(self)

    @property
    def is_open(self) -> bool:
        """Whether it can be used here without opening anything."""
        return self._owner is not None

    def owner(self) -> OwnerThread[JobDesk]:
        """The thread that the desk lives in; opens it where it is not open in this process.

        UsageError once it was closed, SandboxError where no sandbox can be had or trusted.
        """
        owner = self._owner
        if owner is not None and owner.process_id == os.getpid():
            return owner
        with self._lock:
            if self.is_closed:
                raise UsageError("this engine is closed; open another one")
            if self._owner is None or self._owner.process_id != os.getpid():
                self._owner = OwnerThread(lambda: open_desk(self.options))
            return self._owner

    async def owner_soon(self) -> OwnerThread[JobDesk]:
        """The same in an event loop, which goes on while it opens."""
        return self.owner() if self.is_open else await to_thread.run_sync(self.owner)

    def close(self) -> None:
        """End what this process opened; jobs that still run are cancelled. Safe to call twice."""
        with self._lock:
            self.is_closed = True
            owner, self._owner = self._owner, None
        if owner is not None:
            owner.close()

    def leave_to_parent(self) -> None:
        """In a forked child: what the parent opened is the parent's. It is never touched here.

        Not even let go of: what would be closed in its memory is the parent's too.
        """
        self._lock = threading.Lock()
        if self._owner is not None:
            _of_parents.append(self._owner)
            self._owner = None


_held_desks: "WeakSet[HeldDesk]" = WeakSet()
_of_parents: list[OwnerThread[JobDesk]] = []


def _after_fork() -> None:
    for desk in list(_held_desks):
        desk.leave_to_parent()


os.register_at_fork(after_in_child=_after_fork)
