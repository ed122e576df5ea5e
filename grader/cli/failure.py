"""What is said, and which status is returned, for everything that can end a command early."""

import errno
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from traceback import walk_tb
from typing import cast

from grader.cli.exit_codes import Exit
from grader.cli.output import tell
from grader.errors import FULL, GraderError, InfraError, UsageError
from grader.version import VERSION

STARTS = frozenset({"_execute_child", "_posix_spawn", "fork", "start"})
"""Functions of the standard library that start processes and threads."""
NO_START = (
    "this user may start no more processes or threads; raise the limit (ulimit -u, or that of the"
    " container) and run the same command again"
)
NAMED = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENAMETOOLONG, errno.ELOOP, errno.ENOTDIR}
    | {errno.EISDIR}
)
"""Errors of a named file that whoever named it can cure."""
SCARCE = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, errno.ESTALE})
"""Errors of a machine or of its limits."""
MESSAGE_CELLS = 2000


class CommandStopped(GraderError):  # noqa: N818  it says what happened to a command
    """A command that ended early and knows its exit status."""

    def __init__(self, message: str, status: Exit) -> None:
        super().__init__(message)
        self.status = status


def explain(error: BaseException, words: Sequence[str]) -> Exit:
    """Say on stderr what happened; one line, but for a bug of ours."""
    status = status_of(error)
    if status is Exit.BUG:
        tell(bug_report(error, words))
        return status
    cause = only(error)
    text = "interrupted" if isinstance(cause, KeyboardInterrupt) else _words(cause)
    if has_opened():
        text = opened_words(cause, text)
    tell(f"grader: {text}")
    return status


def status_of(error: BaseException) -> Exit:
    """Which exit status an error stands for."""
    cause = only(error)
    match cause:
        case CommandStopped():
            return cause.status
        case KeyboardInterrupt():
            return Exit.INTERRUPTED
        case UsageError():
            return Exit.USAGE
        case _ if is_disk_full(cause):
            return Exit.UNGRADED
        case _:
            return status_of_system(cause)


def status_of_system(error: BaseException) -> Exit:
    """Whose trouble it is that the system refused something; what it did not is a bug."""
    if isinstance(error, InfraError) or cannot_start(error):
        return Exit.UNUSABLE
    if not isinstance(error, OSError):
        return Exit.BUG
    if error.errno in SCARCE or (error.errno in NAMED and is_start(error)):
        return Exit.UNUSABLE
    named = error.errno in NAMED and error.filename is not None
    return Exit.USAGE if named or is_cwd_gone(error) else Exit.BUG


def only(error: BaseException) -> BaseException:
    """Give the error itself; of a group whose members are all explained, the first one."""
    inner = list(_leaves(error))
    interrupts = [leaf for leaf in inner if isinstance(leaf, KeyboardInterrupt)]
    if interrupts:
        return interrupts[0]
    known = len(inner) == 1 or all(isinstance(leaf, GraderError) for leaf in inner)
    return inner[0] if known else error


def is_disk_full(error: BaseException) -> bool:
    """Whether a full disk or quota is at the bottom of `error`."""
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, OSError) and link.errno in FULL:
            return True
        link = link.__cause__
    return False


def cannot_start(error: BaseException) -> bool:
    """Whether the kernel refused a new process or thread."""
    if isinstance(error, RuntimeError):
        return str(error) == "can't start new thread"
    return isinstance(error, BlockingIOError) and is_start(error)


def is_cwd_gone(error: BaseException) -> bool:
    """Whether somebody removed the folder that the command runs in."""
    if not isinstance(error, FileNotFoundError):
        return False
    try:
        Path.cwd()
    except FileNotFoundError:
        return True
    return False


def is_start(error: BaseException) -> bool:
    """Whether an error came up while a process or thread was started."""
    *_, last = walk_tb(error.__traceback__) if error.__traceback__ else [(None, 0)]
    return last[0] is not None and last[0].f_code.co_name in STARTS


def bug_report(error: BaseException, words: Sequence[str]) -> str:
    """Word what to paste into a report; the traceback goes to a file in the temporary folder."""
    import platform  # noqa: PLC0415  only for errors
    import traceback  # noqa: PLC0415

    name, is_closed = type(error).__name__, has_opened()
    facts = [
        f"grader    {VERSION}",
        f"command   {shlex.join(['grader', *words])}",
        f"python    {platform.python_version()} ({sys.implementation.name})",
        f"platform  {platform.platform()}",
        f"error     {name}: {opened_words(error) if is_closed else _words(error)}",
    ]
    trace = "".join(bare_trace(error) if is_closed else traceback.format_exception(error))
    kept = _keep("\n".join([*facts, "", trace]))
    where = f"traceback {kept}" if kept else trace
    head = "grader: a bug in grader, not in your samples. Please report it with these lines"
    return "\n".join([f"{head}{' and the file' if kept else ''}:", "", *facts, where])


def has_opened() -> bool:
    """Whether this process has opened a sealed benchmark, of which nothing may be told."""
    known = sys.modules.get("grader.vault.opened")
    return known is not None and known.is_any()


def opened_words(error: BaseException, text: str = "") -> str:
    """Messages that we wrote ourselves, without what was opened; of all others nothing."""
    from grader.vault.opened import WITHHELD, covered  # noqa: PLC0415  only where it is there

    return covered(text) if isinstance(error, GraderError | OSError) and text else WITHHELD


def bare_trace(error: BaseException) -> Iterator[str]:
    """Where errors came up, and their kinds; no message of theirs."""
    import traceback  # noqa: PLC0415  only for errors

    for each in _chain(error):
        yield "Traceback (most recent call last):\n"
        yield from traceback.format_tb(each.__traceback__)
        yield f"{type(each).__name__}\n\n"


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    while link is not None:
        yield from {id(each): each for each in (link, *_leaves(link))}.values()
        link = link.__cause__ or link.__context__


def _keep(text: str) -> str:
    """Write `text` to a new file in the temporary folder; its path, or nothing."""
    import tempfile  # noqa: PLC0415  only for errors

    try:
        with tempfile.NamedTemporaryFile(
            "w",
            prefix="grader-bug-",
            suffix=".txt",
            delete=False,
            encoding="utf-8",
            errors="backslashreplace",
        ) as file:
            file.write(text)
    except OSError:
        return ""
    return file.name


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if not isinstance(error, BaseExceptionGroup):
        yield error
        return
    group = cast("BaseExceptionGroup[BaseException]", error)
    for inner in group.exceptions:
        yield from _leaves(inner)


def _words(error: BaseException) -> str:
    """Give the error's message as one harmless line."""
    text = " ".join(str(error).split())
    match error:
        case _ if cannot_start(error):
            text = NO_START
        case _ if is_cwd_gone(error):
            text = "the working directory is gone; change into another one"
        case OSError() if error.errno in FULL:
            where = error.filename or "the output"
            text = f"no space left for {where}; free some and run the same command again"
        case OSError() if error.errno in {errno.EMFILE, errno.ENFILE}:
            text = "too many open files; raise the limit (ulimit -n) and run the same command again"
        case OSError() if error.errno in NAMED and error.filename is not None:
            name = os.fsdecode(error.filename) if not isinstance(error.filename, int) else ""
            text = f"cannot use {name}: {error.strerror}; check the path and its permissions"
        case _:
            pass
    if text.isprintable() and len(text) <= MESSAGE_CELLS:
        return text
    from grader.reports.base import clean  # noqa: PLC0415  heavy, and no argument error needs it

    return clean(text, MESSAGE_CELLS)
