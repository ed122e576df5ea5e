"""The interpreter's code in large pages of memory. Standard library only.

Code of a mapped file is found anew by each forked process, sixteen pages at a time: forty faults, a
tenth of all that a small program has. Two large pages hold the same code: a fork copies two entries
and nothing has to be found.
"""

import ctypes
import re
from collections.abc import Iterator

from grader.sandboxes._slot import kernel, mappings
from grader.sandboxes._slot.mappings import READ, RUN

LARGE_BYTES = 2 << 20
HUGE = re.compile(r"^AnonHugePages:\s+(\d+) kB", re.MULTILINE)


def settle() -> None:
    """Move what code of this process fills large pages; nothing where the kernel has none."""
    for start, end in _ranges():
        size = end - start
        area = kernel.reserve(size, LARGE_BYTES)
        ctypes.memmove(area, start, size)
        is_code = _is_large(area, size) and kernel.protect(area, area + size, READ | RUN)
        if not (is_code and kernel.move_over(area, start, size)):
            kernel.release(area, size)


def _ranges() -> Iterator[tuple[int, int]]:
    """Whole large pages of code."""
    for part in mappings.own():
        start = -(-part.start // LARGE_BYTES) * LARGE_BYTES
        end = part.end // LARGE_BYTES * LARGE_BYTES
        if part.rights == "r-xp" and start < end:
            yield start, end


def _is_large(start: int, size: int) -> bool:
    """Whether the kernel has given large pages and no others."""
    with open("/proc/self/smaps") as file:
        _, _, after = file.read().partition(f"{start:x}-")
    found = HUGE.search(after)
    return found is not None and int(found[1]) << 10 >= size
