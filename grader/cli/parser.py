"""argparse with one-line errors and near misses, and the kinds of values that options take."""

import argparse
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from grader.core.workers import PIDS_MAX, PIDS_MIN, WORKERS_MAX
from grader.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

MEMORY_MIN_MB = 16
"""A Python interpreter alone needs about 10 MiB."""


class ArgumentContainer(Protocol):
    """What takes arguments: a parser or a group of one."""

    def add_argument(self, *names: str, **settings: Any) -> Any:
        """Add one; see argparse."""
        ...


class Parser(argparse.ArgumentParser):
    """Raises UsageError where argparse would print its usage and exit; takes no abbreviations."""

    def __init__(self, *, prog: str, description: str) -> None:
        """Set up a parser whose help keeps the text's own line breaks."""
        super().__init__(
            prog=prog,
            description=description,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    def parse(self, words: Sequence[str]) -> argparse.Namespace:
        """Parse `words`; an unknown option is answered with the nearest one."""
        arguments, unknown = self.parse_known_args(words)
        if unknown:
            name = unknown[0].split("=")[0]
            known = nearest(name, self.option_names) if name.startswith("-") else ""
            kind = "option" if name.startswith("-") else "argument"
            self.error(f"unknown {kind} '{name}'{known}")
        return arguments

    @property
    def option_names(self) -> tuple[str, ...]:
        """Every option string that this parser knows."""
        return tuple(self._option_string_actions)

    def error(self, message: str) -> NoReturn:
        """Raise UsageError instead of printing the usage."""
        raise UsageError(f"{message}; see '{self.prog} --help'")


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean '…'?`, or nothing where nothing is close."""
    from difflib import get_close_matches  # noqa: PLC0415  only for errors

    close = get_close_matches(name, list(known), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""


def count(text: str) -> int:
    """Read a whole number from 1 up."""
    if not text.isascii() or not text.isdigit() or not text.strip("0"):
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 1 up")
    if len(text) > 9:  # noqa: PLR2004  nothing here counts so far
        raise argparse.ArgumentTypeError(f"'{text[:20]}' is too large a number")
    return int(text)


def shard(text: str) -> tuple[int, int]:
    """Read I/N, a part and how many there are."""
    number, slash, total = text.partition("/")
    if not slash or not total:
        raise argparse.ArgumentTypeError(f"'{text}' is not a part as 3/16, the third of sixteen")
    found = count(number), count(total)
    if found[0] > found[1]:
        raise argparse.ArgumentTypeError(
            f"there is no part {text}; they are 1/{total} to {total}/{total}"
        )
    return found


def workers(text: str) -> int:
    """Read a number of workers; each holds a sandbox, so that a slip would fill the machine."""
    number = count(text)
    if number > WORKERS_MAX:
        raise argparse.ArgumentTypeError(f"{number} are too many; give {WORKERS_MAX} or fewer")
    return number


def memory(text: str) -> int:
    """Read MiB, enough for an interpreter."""
    number = count(text)
    if number < MEMORY_MIN_MB:
        raise argparse.ArgumentTypeError(
            f"{number} MiB is not enough for a Python interpreter; give {MEMORY_MIN_MB} or more"
        )
    return number


def processes(text: str) -> int:
    """Read how many processes and threads there may be: an interpreter alone needs some."""
    number = count(text)
    if not PIDS_MIN <= number <= PIDS_MAX:
        raise argparse.ArgumentTypeError(
            f"{number} is not a number of processes from {PIDS_MIN} to {PIDS_MAX}"
        )
    return number


def seconds(text: str) -> float:
    """Read a number of seconds above 0, at most a day."""
    number = _number(text)
    if not 0 < number <= 86_400:  # noqa: PLR2004  a day
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of seconds from 0 to 86400")
    return number


def deviation(text: str) -> float:
    """Read a standard error above 0, at most 1: that of knowing nothing."""
    number = _number(text)
    if not 0 < number <= 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a standard error from 0 to 1")
    return number


def points(text: str) -> float:
    """Read percentage points above 0 and below 100."""
    number = _number(text)
    if not 0 < number < 100:  # noqa: PLR2004  per cent
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of points between 0 and 100")
    return number


def fraction(text: str) -> float:
    """Read a number from 0 to 1."""
    number = _number(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a fraction from 0 to 1")
    return number


def counts(text: str) -> tuple[int, ...]:
    """Read whole numbers, separated by commas; doubles count once."""
    return tuple(dict.fromkeys(count(part.strip()) for part in text.split(",")))


def path(text: str) -> "Path":
    """Read a path that is not empty."""
    if not text:
        raise argparse.ArgumentTypeError("the path is empty")
    from pathlib import Path  # noqa: PLC0415  costs 4 ms, and no help needs it

    try:
        return Path(text).expanduser()
    except RuntimeError:  # `~` of nobody is a name like any other
        return Path(text)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
