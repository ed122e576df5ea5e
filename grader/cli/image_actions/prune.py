"""`grader images prune [BENCHMARK]`: remove images that grader itself made or pulled."""

from argparse import Namespace
from typing import TYPE_CHECKING

from grader.cli.exit_codes import Exit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.sandboxes.docker.shelf import PruneOutcome

OPTIONS = frozenset({"data", "task", "limit", "disk_budget", "dry_run", "json"})


def run(arguments: Namespace, benchmark: str) -> int:
    """Remove them, or tell what would go."""
    from grader.cli.image_actions.selection import containers_of, names  # noqa: PLC0415  heavy from here
    from grader.cli.output import show  # noqa: PLC0415
    from grader.supply.images import prune  # noqa: PLC0415

    found = prune(
        containers_of(arguments),
        names(arguments, benchmark),
        budget_bytes=int(arguments.disk_budget * 1e9),
        dry=arguments.dry_run,
    )
    if arguments.json:
        show(as_json(found, dry=arguments.dry_run))
    else:
        show("".join(f"{line}\n" for line in lines_of(found, dry=arguments.dry_run)))
    return Exit.GRADED


def as_json(found: "PruneOutcome", *, dry: bool) -> str:
    """All that went and all that stays, as one object."""
    import json  # noqa: PLC0415  not needed for help

    stay = [{"reference": each.held.reference, "why": each.why} for each in found.stay]
    gone = [each.model_dump() for each in found.gone]
    whole = {"dry_run": dry, "gone": gone, "stay": stay, "freed_bytes": found.freed_bytes}
    return json.dumps(whole, indent=2) + "\n"


def lines_of(found: "PruneOutcome", *, dry: bool) -> "Iterator[str]":
    """A line for each image, and what it all frees."""
    from grader.image.budget import total_bytes  # noqa: PLC0415  heavy
    from grader.reports._words import counted  # noqa: PLC0415

    done = "would go" if dry else "removed"
    for each in found.gone:
        yield f"{done:<10}{total_bytes([each]) / 1e9:7.2f} GB  {each.reference}"
    for each in found.stay:
        size_gb = total_bytes([each.held]) / 1e9
        yield f"{'stays':<10}{size_gb:7.2f} GB  {each.held.reference}: {each.why}"
    freed = f"{found.freed_bytes / 1e9:.2f} GB {'would be freed' if dry else 'freed'}"
    stay = f"; {len(found.stay)} stay" if found.stay else ""
    yield f"{counted(len(found.gone), 'image')} {done}, {freed}{stay}"
