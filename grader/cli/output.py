"""Where words go: results to stdout, all else to stderr; a reader that left is no trouble."""

import os
import sys
from collections.abc import Iterable
from io import TextIOWrapper
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from grader.core.record import Record

PIPED_WIDTH = 300
_options: list[tuple[str, ...]] = []
"""Those of the command that speaks, once one was chosen."""


def speak_for(options: tuple[str, ...]) -> None:
    """From now on messages advise these options alone."""
    _options[:] = [options]


def advised(text: str) -> str:
    """`text` in the words of the command that speaks."""
    if not _options or "--" not in text:
        return text
    from grader.cli.advice import own  # noqa: PLC0415  only for such texts
    from grader.cli.commands import parser_of  # noqa: PLC0415

    return own(text, _options[0], parser_of("evaluate").option_names)


def show(text: str) -> None:
    """Write a result to stdout."""
    write(sys.stdout, text)


def show_each(texts: Iterable[str]) -> None:
    """Write many results to stdout as they come; stops early where nobody reads them."""
    try:
        sys.stdout.writelines(texts)
    except BrokenPipeError:
        abandon(sys.stdout)
    show("")


def show_records(records: "Iterable[Record]") -> None:
    """Write records to stdout as one JSON list, a line for each."""
    show("[" + ",\n".join(each.model_dump_json() for each in records) + "]\n")


def tell(text: str) -> None:
    """Write one message to stderr; where that has no room or is gone, nobody can be told so."""
    try:
        write(sys.stderr, advised(text) + "\n")
    except OSError:
        abandon(sys.stderr)


def is_terminal(stream: TextIO) -> bool:
    """Whether a person watches `stream` and its terminal can move the cursor."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def has_color(stream: TextIO) -> bool:
    """Whether `stream` may have colours (https://no-color.org)."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR")


def has_color_for_results() -> bool:
    """Whether stdout may have colours."""
    return has_color(sys.stdout)


def line_width() -> int:
    """Columns for a line that may be cut: the terminal's, or plenty where nobody watches."""
    import shutil  # noqa: PLC0415  not needed for help

    return shutil.get_terminal_size().columns if is_terminal(sys.stdout) else PIPED_WIDTH


def width() -> int:
    """Columns for a report, 60 to 100."""
    import shutil  # noqa: PLC0415  not needed for help

    return min(max(shutil.get_terminal_size((80, 24)).columns, 60), 100)


def open_missing() -> None:
    """Put the null device where standard input, output or errors came closed.

    The next file that is opened would take such a number, and what is meant for people or read
    from them would go there.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            device = os.open(os.devnull, os.O_RDWR)
            if device != number:
                os.dup2(device, number)
                os.close(device)
            setattr(sys, name, os.fdopen(number, "r" if number == 0 else "w"))


def use_replacements() -> None:
    """Let no character that the locale lacks raise."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def write(stream: TextIO | None, text: str) -> None:
    """Write and flush; a stream that is closed or that nobody reads takes the words with it."""
    if stream is None:
        return
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        abandon(stream)


def abandon(stream: TextIO) -> None:
    """Point a stream that nobody reads elsewhere, so that closing it does not raise again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
