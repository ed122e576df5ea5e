"""Everything that can go wrong and is not a sample's fault.

GraderError
├── UsageError        the caller's mistake: bad input, unknown name, impossible option (exit 2)
└── InfraError        our trouble: the sample stays UNGRADED and is tried again
    ├── SandboxError  a sandbox could not be built, or broke
    │   ├── BrokenByError   it broke after the sample's program had begun: again, then its doing
    │   ├── FilesRefusedError  a file had no place or room there; the sandbox goes on
    │   └── ProviderError  no sandbox can be had or trusted any more: the run ends, resumable
    ├── BusyHostError the machine gave a program no time to run
    ├── DeadlineError the caller's own deadline came first
    ├── TurnedAwayError  too much waits already, or the engine is about to end
    ├── TaskError     the dataset's own code or data is broken
    └── ImageError    a file system to run in is missing or does not match

A wrong, slow or hostile sample is never an exception: it is a `Verdict`.
"""

import errno
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import cast

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""Errors of the operating system that freeing space cures."""


class GraderError(Exception):
    """Root of the tree; `str()` is one line that names the thing and the next move."""


class UsageError(GraderError):
    """The caller asked for something that cannot be."""


class InfraError(GraderError):
    """Something of ours failed; no sample may be blamed for it."""


class SandboxError(InfraError):
    """A sandbox could not be opened, or its trusted side broke."""


class BrokenByError(SandboxError):
    """A sandbox broke while the sample's program ran in it.

    Once it may be our trouble. What happens again in every fresh sandbox is the sample's doing:
    it must not choose to be left ungraded.
    """


class FilesRefusedError(SandboxError):
    """A step's files had no room or no place among what lies there; nothing ran.

    A session goes on: what its own steps left is in the way.
    """


class SessionOverError(SandboxError):
    """A session's sandbox is gone, and its files with it: only another session helps."""


class ProviderError(SandboxError):
    """What makes sandboxes is gone for good, or cannot be trusted: no sample can be graded."""


class BusyHostError(InfraError):
    """The machine gave a program no time to run, however often it was tried."""


class DeadlineError(InfraError):
    """The deadline that the caller set came before there was an answer."""


class TurnedAwayError(InfraError):
    """Too much waits already, or what should do it is about to end: later it may be taken in."""

    def __init__(self, message: str, *, own_share: bool = False) -> None:
        """`own_share`: whether it is the caller's own share that is full, and not everybody's."""
        super().__init__(message)
        self.own_share = own_share


class TaskError(InfraError):
    """A task's own data or code is unusable."""


class ImageError(InfraError):
    """A file system to run in could not be had."""


class LanguageAbsentError(ImageError):
    """An answer is in a language that nobody asked for and this machine lacks.

    It is the answer's fault: it could leave the rate by its choice else.
    """


@contextmanager
def boundary(kind: type[InfraError], what: str) -> Generator[None]:
    """Attribute every stray operating-system or library error to `kind`, once.

    Errors that are already in the tree pass through untouched.
    """
    try:
        yield
    except GraderError:
        raise
    except (OSError, ValueError, RuntimeError, EOFError) as error:
        raise kind(f"{what}: {type(error).__name__}: {error}") from error


@asynccontextmanager
async def single_errors() -> AsyncGenerator[None]:
    """Raise the first of a task group's errors as it is."""
    try:
        yield
    except BaseExceptionGroup as several:
        raise first_of(several) from None


def first_of(several: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first error inside nested groups."""
    for error in several.exceptions:
        if isinstance(error, BaseExceptionGroup):
            return first_of(cast("BaseExceptionGroup[BaseException]", error))
        return error
    return several
