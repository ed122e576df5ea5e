"""`grader images audit BENCHMARK`: whether images give their tasks' solutions away."""

from argparse import Namespace
from typing import TYPE_CHECKING

from grader.cli.containers import disk_budget_mb
from grader.cli.exit_codes import Exit
from grader.core.workers import processors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.leak import ImageAudit

OPTIONS = frozenset(
    {
        *("data", "task", "limit", "platform", "no_pull"),
        *("layers", "disk_budget", "workers", "json"),
    }
)


def run(arguments: Namespace, benchmark: str) -> int:
    """Look into every task's image and say what was found."""
    from functools import partial  # noqa: PLC0415  heavy from here

    import anyio  # noqa: PLC0415

    from grader.cli.image_actions.selection import containers_of, selection  # noqa: PLC0415
    from grader.cli.output import show, show_records, tell  # noqa: PLC0415
    from grader.reports._leaks import lines_of, totals  # noqa: PLC0415
    from grader.run.options import Options  # noqa: PLC0415
    from grader.supply import leaks  # noqa: PLC0415

    tasks, _ = selection(arguments, benchmark)
    options = Options(
        benchmark=benchmark,
        samples="",
        workers=arguments.workers or processors(),
        containers=containers_of(arguments),
        disk_budget_mb=disk_budget_mb(arguments),
    )

    def heard(one: "ImageAudit") -> None:
        if arguments.json:
            tell(f"{one.task_id}: looked into")
        else:
            show("".join(f"{line}\n" for line in lines_of(one)))

    found = anyio.run(partial(leaks.audit, tasks, options, heard, layers=arguments.layers))
    if arguments.json:
        show_records(found)
    else:
        show(f"{totals(found)}\n")
    return status_of(found)


def status_of(found: "Sequence[ImageAudit]") -> Exit:
    """BELOW where a solution can or may be read, UNGRADED where nobody could look."""
    unknown = sum(bool(each.unknown) for each in found)
    if any(not each.is_clean for each in found if not each.unknown or each.leaks):
        return Exit.BELOW
    if unknown:
        return Exit.UNGRADED if unknown < len(found) else Exit.UNUSABLE
    return Exit.GRADED
