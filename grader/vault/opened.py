"""What this process has opened: nothing that it says, not even when it breaks, may show it.

Results are withheld where they are made (`engine/withheld`); this is for what nobody foresaw, such
as the message of an exception that ends the program.
"""

import resource
from collections.abc import Iterable, Iterator
from typing import Any, cast

from grader.core.sealed_task import SealedTask

WITHHELD = "withheld: the benchmark is sealed"
SHORTEST = 6
"""Characters of a line that tells anything; shorter ones stand everywhere."""
_lines: set[str] = set()


def note(tasks: Iterable[SealedTask]) -> None:
    """Remember what must not be told; no memory of this process is written to a disk any more."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for task in tasks:
        public = {line.strip() for line in str(task.spec.get("prompt", "")).splitlines()}
        found = {line.strip() for text in texts_of(task.spec) for line in text.splitlines()}
        _lines.update(line for line in found - public if len(line) >= SHORTEST)


def is_any() -> bool:
    """Whether this process has opened a sealed benchmark."""
    return bool(_lines)


def covered(text: str) -> str:
    """`text`, or that it is withheld where it shows a line of what was opened."""
    return WITHHELD if any(line in text for line in _lines) else text


def texts_of(value: Any) -> Iterator[str]:
    """All texts in a value of JSON."""
    match value:
        case str():
            yield value
        case dict():
            for inner in cast("dict[str, Any]", value).values():
                yield from texts_of(inner)
        case list() | tuple():
            for inner in cast("list[Any]", value):
                yield from texts_of(inner)
        case _:
            return
