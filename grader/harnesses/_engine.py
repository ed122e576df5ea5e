"""The one engine of a host program's process: opened at its first use, warm until the end.

Trainers call from threads, event loops and forked workers; each process opens its own.
"""

import os
import threading

from grader.core.workers import processors
from grader.engine.service.blocking import BlockingEngine
from grader.engine.service.engine import Engine
from grader.engine.service.held import EngineChoices
from grader.errors import UsageError

WORKERS = "GRADER_WORKERS"
"""Programs at one time in each process that asks; default: the processors it may use."""

SESSIONS = 16
"""Open at one time in each process, each with a sandbox of its own, made when it is needed."""

_lock = threading.Lock()
_shared: Engine | None = None


def shared() -> Engine:
    """The engine for callers with an event loop; not yet open before its first use."""
    global _shared  # noqa: PLW0603  one for each process
    with _lock:
        if _shared is None:
            _shared = Engine(workers=workers(), sessions=SESSIONS)
        return _shared


def waiting() -> BlockingEngine:
    """The very same engine for callers that wait."""
    return shared().blocking()


def sessions() -> int:
    """How many sessions the shared engine may have open."""
    return shared().sessions


def configure(choices: EngineChoices) -> None:
    """Close what is open here; the next use opens an engine of these choices."""
    global _shared
    made = Engine(**{"workers": workers(), "sessions": SESSIONS, **choices})
    with _lock:
        before, _shared = _shared, made
    if before is not None:
        before.blocking().close()


def workers() -> int:
    """How many programs may run at one time; UsageError where the variable says no number."""
    said = os.environ.get(WORKERS, "")
    if not said:
        return processors()
    if not said.isascii() or not said.isdigit() or not int(said[:9]):
        raise UsageError(f"{WORKERS}={said!r:.40}: a whole number from 1 up is expected")
    return int(said)


def _after_fork() -> None:
    global _lock  # noqa: PLW0603  another thread of the parent may have held it
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_after_fork)
