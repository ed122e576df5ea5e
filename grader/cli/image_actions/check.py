"""`grader images check BENCHMARK`: whether every task's image is here or can be had."""

from argparse import Namespace
from typing import TYPE_CHECKING

from grader.cli.exit_codes import Exit
from grader.core.workers import processors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.supply import ImageSupply
    from grader.supply.availability import SupplyOptions
    from grader.supply.images import Context

OPTIONS = frozenset({"data", "task", "limit", "repos", "no_pull", "workers", "json"})


def run(arguments: Namespace, benchmark: str) -> int:
    """Ask, without pulling anything."""
    from functools import partial  # noqa: PLC0415  heavy from here

    import anyio  # noqa: PLC0415

    from grader.cli.image_actions.count import ImageCounter  # noqa: PLC0415
    from grader.cli.image_actions.selection import selection  # noqa: PLC0415
    from grader.supply import availability as supply  # noqa: PLC0415
    from grader.supply.images import count_of  # noqa: PLC0415

    tasks, context = selection(arguments, benchmark)
    with ImageCounter("looking for", count_of(tasks)) as counting:
        found = anyio.run(
            partial(supply.check, tasks, wish_of(arguments, context), counting.looked)
        )
    return present(found, as_json=arguments.json)


def wish_of(arguments: Namespace, context: "Context | None") -> "SupplyOptions":
    """What is looked for, and how."""
    from grader.cli.image_actions.selection import (  # noqa: PLC0415  heavy from here
        containers_of,
        repositories_of,
    )
    from grader.supply.availability import SupplyOptions  # noqa: PLC0415

    return SupplyOptions(
        containers_of(arguments),
        arguments.workers or processors(),
        repositories_of(arguments),
        context,
    )


def present(found: "Sequence[ImageSupply]", *, as_json: bool) -> Exit:
    """Show it all, and say with which status to end."""
    from grader.cli.output import show, show_records  # noqa: PLC0415  heavy from here
    from grader.reports._supply import table, totals  # noqa: PLC0415

    if as_json:
        show_records(found)
    else:
        show("\n".join([*table(found), totals(found)]) + "\n")
    return status_of(found)


def status_of(found: "Sequence[ImageSupply]") -> Exit:
    """BELOW where an image cannot be had, UNGRADED where that could not be found out."""
    from grader.core.supply import ImageStanding  # noqa: PLC0415  heavy

    standings = {each.standing for each in found}
    if ImageStanding.MISSING in standings:
        return Exit.BELOW
    return Exit.UNGRADED if ImageStanding.UNKNOWN in standings else Exit.GRADED
