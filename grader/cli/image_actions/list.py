"""`grader images list [BENCHMARK]`: the images that grader itself made or pulled."""

from argparse import Namespace
from typing import TYPE_CHECKING

from grader.cli.exit_codes import Exit

if TYPE_CHECKING:
    from grader.image.budget import HeldImage

OPTIONS = frozenset({"data", "task", "limit", "json"})


def run(arguments: Namespace, benchmark: str) -> int:
    """Name the images that grader brought and that are still there."""
    import time  # noqa: PLC0415  heavy from here

    from grader.cli.image_actions.selection import containers_of, names  # noqa: PLC0415
    from grader.cli.output import show, show_records  # noqa: PLC0415
    from grader.image.budget import total_bytes  # noqa: PLC0415
    from grader.supply.images import held  # noqa: PLC0415

    found = held(containers_of(arguments), names(arguments, benchmark))
    if arguments.json:
        show_records(found)
        return Exit.GRADED
    now = time.time()
    show("".join(f"{line_of(each, now)}\n" for each in found))
    show(f"{len(found)} images of grader's own, {total_bytes(found) / 1e9:.2f} GB together\n")
    return Exit.GRADED


def line_of(held: "HeldImage", now: float) -> str:
    """Id, size, last use and name."""
    from grader.image.budget import total_bytes  # noqa: PLC0415  heavy

    size_gb, age_days = total_bytes([held]) / 1e9, max(now - held.used_at, 0) / 86_400
    short = held.id.removeprefix("sha256:")[:12]
    return f"{short}  {size_gb:7.2f} GB  used {age_days:6.1f} days ago  {held.reference}"
