"""The untrusted side of a step: from the fork to the last line. Standard library only.

Everything up to `execute` is ours and still holds the supervisor's rights; `confine` gives them
away for good. What the program does afterwards may break anything in this process, so the
completion record is written by functions that were bound before.
"""

import atexit
import gc
import importlib
import io
import json
import marshal
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from grader.sandboxes._slot import kernel, landlock, step
from grader.sandboxes._slot.common_limits import lower
from grader.sandboxes._slot.interview import candidate

if TYPE_CHECKING:
    from grader.sandboxes._slot.forker import ForkOrder

RECORD_DESCRIPTOR = 3
CHANNEL_DESCRIPTOR = 4
MESSAGE_CHARS = 4096
TRACEBACK_CHARS = 8192
FRAMES_SHOWN = 20
STACK_BYTES = 8 << 20
WRITERS = (io.TextIOWrapper, io.BufferedWriter)

TOLD = ("role", "module", "finish", "path", "classes", "argv", "env", "cwd", "pipes", "draws")
"""Of a request: what its program's process has a use for once its rights are gone."""
DONE = {"said": "done"}

_write, _exit, _dumps = os.write, os._exit, json.dumps
_interrupt, _interrupted = int(signal.SIGINT), signal.default_int_handler
_done = _dumps(DONE).encode()
_signal: Callable[[int, Any], Any] = importlib.import_module("_signal").signal
"""Without a detour by enumerations, which touches fifty pages."""


class TaskOrder(NamedTuple):
    """What a task's process is told."""

    request: dict[str, Any]
    nonce: bytes
    source: bytes | memoryview
    made: bytes | memoryview
    """The program's marshalled code, or empty."""


class TaskConfinement:
    """What the supervisor prepared once for every task."""

    __slots__ = (
        "filter", "has_cgroup", "own_ruleset", "process_table", "ruleset", "score", "user_id",
    )  # fmt: skip

    def __init__(self) -> None:
        """Start with nothing; the supervisor fills in what the tier has."""
        self.filter: Any = None
        self.ruleset = -1
        self.process_table = -1
        self.score: KillScore | None = None
        self.user_id: int | None = None
        self.has_cgroup = False
        self.own_ruleset: Callable[[], int] | None = None
        """Makes a rule set for the calling process alone, where a shared one cannot do."""


def confine(prepared: TaskConfinement, limits: dict[str, Any], *, processes: int) -> None:
    """Give away every right, in the order in which the rights are needed."""
    ruleset = prepared.own_ruleset() if prepared.own_ruleset else prepared.ruleset
    limit(limits, has_cgroup=prepared.has_cgroup, processes=processes)
    if prepared.user_id is not None:
        os.setgroups([])
        os.setresgid(prepared.user_id, prepared.user_id, prepared.user_id)
    become(prepared)
    if ruleset >= 0:
        landlock.restrict(ruleset)
    if prepared.own_ruleset:
        os.close(ruleset)
    if prepared.filter is not None:
        kernel.install_filter(prepared.filter)


def become(prepared: TaskConfinement) -> None:
    """Take the tasks' user, whose group this process has, and no capabilities."""
    if prepared.user_id is not None:
        os.setresuid(prepared.user_id, prepared.user_id, prepared.user_id)
    kernel.become_dumpable()
    kernel.drop_capabilities()


class KillScore:
    """When memory runs out, the kernel shall take a task and not its supervisor.

    A child starts with its parent's score, so this process takes the tasks' one for the moment of
    a fork: that costs it two writes, and a child many copied pages.
    """

    def __init__(self, process_table: int) -> None:
        """Find this process' own file; raises OSError."""
        self._file = os.open("self/oom_score_adj", os.O_RDWR | os.O_CLOEXEC, dir_fd=process_table)
        self._own = os.pread(self._file, 16, 0)

    def move(self, descriptor: int) -> None:
        """Keep the file at this number, where nothing else is open."""
        if descriptor != self._file:
            os.dup2(self._file, descriptor, inheritable=False)
            os.close(self._file)
            self._file = descriptor

    def raise_it(self) -> None:
        """Before a fork."""
        os.pwrite(self._file, b"1000", 0)

    def lower_it(self) -> None:
        """After a fork, in the parent."""
        os.pwrite(self._file, self._own, 0)


def limit(limits: dict[str, Any], *, has_cgroup: bool, processes: int) -> None:
    """Set a task's resource limits on this process; `processes`: its user's that are not its."""
    memory = limits["memory_mb"] << 20
    address_space = 4 * memory + (4 << 30) if has_cgroup else memory + (256 << 20)
    lower(resource.RLIMIT_AS, address_space)
    lower(resource.RLIMIT_CPU, int(1.25 * limits["cpu_s"]) + 3)
    lower(resource.RLIMIT_FSIZE, limits["disk_mb"] << 20)
    lower(resource.RLIMIT_NPROC, limits["pids"] + processes)


def fail(status_write: int, error: BaseException) -> NoReturn:
    """Say that setting up failed, and why."""
    os.write(status_write, f"!{type(error).__name__}: {error}".encode())
    os._exit(113)


def be_born(
    letter: "ForkOrder",
    confine: Callable[[], None],
    status: int,
    then: "Callable[[TaskOrder], NoReturn] | None" = None,
) -> NoReturn:
    """In a process that was forked for a task; nothing has come to it yet that could harm.

    What the program finds is at 0 and up already; `status`: where to say that setting up is done.
    `then`: what it does after that; None: `run`.
    """
    request, nonce, count = letter.said
    try:
        os.setpgid(0, 0)
        for descriptor in range(RECORD_DESCRIPTOR, count):
            os.set_inheritable(descriptor, False)  # noqa: FBT003  no keyword
        confine()
        os.write(status, step.SET_UP)
        kernel.close_from(count)
    except BaseException as error:  # noqa: BLE001  boundary: this is ours, not the task's
        fail(status, error)
    (then or run)(TaskOrder(request, nonce, letter.source, letter.code))


def run(order: TaskOrder) -> NoReturn:
    """Become what was ordered."""
    try:
        _signal(_interrupt, _interrupted)  # the supervisor ignores it
        if order.request.get("argv"):
            step.command(order.request)
        execute(order.request, order.source, order.made, order.nonce)
    finally:
        os._exit(1)


def execute(
    request: dict[str, Any], source: bytes | memoryview, made: bytes | memoryview, nonce: bytes
) -> NoReturn:
    """Run the program and end the process; the record says how far it came.

    `made` is the program's marshalled code, or empty.
    """
    report = reporter(nonce)
    try:
        code = _code(source, made, request["path"])
    except BaseException as error:  # noqa: BLE001  boundary: whatever compiling hostile text raises
        report(described("refused", error, request["path"], ""))
        _exit(1)
    module = _module(request)
    names = vars(module) if request["finish"] else None
    try:
        if request.get("role") == "candidate":
            candidate.converse(request, module, lambda: exec(code, module.__dict__))  # noqa: S102
        exec(code, module.__dict__)  # noqa: S102  running the program is the point
        if not request["finish"]:
            flush()
    except SystemExit as error:
        _leave(_status(error), names)
    except BaseException as error:  # noqa: BLE001  boundary: the program's own exceptions
        report(described("raised", error, request["path"], _text(source)))
        if request["finish"]:
            _show(error)
        _leave(1, names)
    else:
        if request["finish"]:
            _leave(0, names, lambda: report(DONE))
        report(DONE)
    _exit(0)


def _code(source: bytes | memoryview, made: bytes | memoryview, path: str) -> Any:
    if made:
        try:
            return marshal.loads(made)  # noqa: S302  it runs with the rights of its own source
        except (ValueError, EOFError, TypeError):  # a taken-over compiler sends what it likes
            pass
    text = str(source, "utf-8", "surrogatepass").removeprefix("\ufeff")
    return compile(text, path, "exec", dont_inherit=True)  # text has no coding but its own


def _text(source: bytes | memoryview) -> str:
    return str(source, "utf-8", "replace")


def _module(request: dict[str, Any]) -> ModuleType:
    module = ModuleType(request["module"])
    module.__file__ = request["path"]
    sys.modules[request["module"]] = module
    sys.argv = [request["path"]]
    return module


def reporter(nonce: bytes) -> Callable[[dict[str, Any]], None]:
    """What writes a completion record; bound to its means before the program can change them."""

    def report(
        record: dict[str, Any],
        write: Callable[[int, bytes], int] = _write,
        dumps: Callable[[Any], str] = _dumps,
    ) -> None:
        text = _done if record is DONE else dumps(record).encode("ascii", "replace")
        write(RECORD_DESCRIPTOR, nonce + text)

    return report


def described(said: str, error: BaseException, path: str, text: str) -> dict[str, Any]:
    """An exception in plain words; none of its own methods may bring us down.

    `path` and `text` are the program's: its own frames are shown as a traceback would show them,
    put together here because the standard library's way costs more than most programs do.
    """
    try:
        message = str(error)
    except BaseException:  # noqa: BLE001  boundary: a hostile __str__
        message = "<an exception that cannot be printed>"
    shown, line = "", 0
    try:
        places = _places(error, path)
        line = places[-1][0] if places else getattr(error, "lineno", 0) or 0
        shown = _as_traceback(places, path, text.splitlines())
    except BaseException:  # noqa: BLE001, S110  boundary: no memory or no stack left for it
        pass
    return {
        "said": said,
        "exception": type(error).__name__[:200],
        "message": message[:MESSAGE_CHARS],
        "line": line if isinstance(line, int) else 0,
        "traceback": shown[: TRACEBACK_CHARS // 2]
        + shown[TRACEBACK_CHARS // 2 :][-TRACEBACK_CHARS // 2 :],
    }


def _places(error: BaseException, path: str) -> list[tuple[int, str]]:
    """Line and function of each of the program's own frames, outermost first."""
    places: list[tuple[int, str]] = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename == path:
            places.append((trace.tb_lineno, code.co_name))
        trace = trace.tb_next
    return places


def _as_traceback(places: list[tuple[int, str]], path: str, lines: list[str]) -> str:
    """The text of frames; of a deep recursion its two ends."""
    if len(places) > 2 * FRAMES_SHOWN:
        places = places[:FRAMES_SHOWN] + places[-FRAMES_SHOWN:]
    shown: list[str] = []
    for line, name in places:
        shown.append(f'  File "{path}", line {line}, in {name}\n')
        if 0 < line <= len(lines):
            shown.append(f"    {lines[line - 1].strip()}\n")
    return "".join(shown)


def _status(error: SystemExit) -> int:
    """The exit status that the interpreter would use."""
    if error.code is None:
        return 0
    if isinstance(error.code, int):
        return error.code & 0xFF
    with suppress(BaseException):  # the program may have closed or replaced it
        sys.stderr.write(f"{error.code}\n")
    return 1


def _leave(
    status: int, names: dict[str, Any] | None, record: Callable[[], None] | None = None
) -> NoReturn:
    """End as a script with these globals would, or (None) at once."""
    try:
        if names is not None:
            threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001
            atexit._run_exitfuncs()  # pyright: ignore[reportPrivateUsage]  # noqa: SLF001
            flush()
            _forget(names)
        flush()
        if record:
            record()
    except BaseException:  # noqa: BLE001  boundary: exit hooks are the program's
        _exit(status or 1)
    _exit(status)


def _forget(names: dict[str, Any]) -> None:
    """Let go of the program's globals, private ones first, as the interpreter does at its end.

    What they hold may still have something to write: files that nobody closed, finalizers.
    """
    for name in [name for name in names if name.startswith("_") and not name.startswith("__")]:
        names[name] = None
    for name in [name for name in names if name != "__builtins__"]:
        names[name] = None
    for each in gc.get_objects():  # of a cycle's files the collector may close the inner ones first
        if issubclass(type(each), WRITERS):
            with suppress(OSError, ValueError):
                each.flush()
    gc.collect()


def _show(error: BaseException) -> None:
    trace = error.__traceback__
    error.__traceback__ = trace and trace.tb_next  # the first frame is of this file
    with suppress(BaseException):  # the hook is the program's
        sys.excepthook(type(error), error, error.__traceback__)


def flush() -> None:
    """Let go of what was printed."""
    last: Any = None
    for stream in (sys.stdout, sys.__stdout__, sys.stderr, sys.__stderr__):
        if stream is last:
            continue
        last = stream
        try:  # noqa: SIM105  `suppress` would touch more pages
            stream.flush()  # pyright: ignore[reportOptionalMemberAccess]  None is caught too
        except (OSError, ValueError, AttributeError):
            pass
