"""`grader images plan FAMILY`: what a run would pull, before anything is."""

from argparse import Namespace
from typing import TYPE_CHECKING

from grader.cli.exit_codes import Exit
from grader.core.workers import processors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.task import Image
    from grader.supply.plan import ImagePlan

OPTIONS = frozenset({"data", "task", "limit", "platform", "workers", "json"})
LEAST_WORKERS = 8
"""Registries answer slowly, and asking them costs this machine nothing."""


def run(arguments: Namespace, benchmark: str) -> int:
    """Ask, add up and tell."""
    from functools import partial  # noqa: PLC0415  heavy from here

    import anyio  # noqa: PLC0415

    from grader.cli.output import show  # noqa: PLC0415
    from grader.supply.plan import planned  # noqa: PLC0415

    workers = arguments.workers or max(processors(), LEAST_WORKERS)
    images = images_of(arguments, benchmark)
    found = anyio.run(
        partial(planned, images, arguments.engine, workers=workers, platform=arguments.platform)
    )
    if arguments.json:
        show(found.model_dump_json(indent=2) + "\n")
    else:
        show("\n".join(lines_of(found)) + "\n")
    return Exit.UNGRADED if found.unknown else Exit.GRADED


def images_of(arguments: Namespace, family: str) -> "dict[str, Image]":
    """The images by task: of a benchmark, or of rows of a family that has published names."""
    from grader import plugins  # noqa: PLC0415  heavy from here
    from grader.cli.image_actions.selection import selection  # noqa: PLC0415
    from grader.engine import dataset  # noqa: PLC0415
    from grader.image.names import FAMILIES  # noqa: PLC0415
    from grader.supply.images import with_images  # noqa: PLC0415
    from grader.supply.plan import images_in  # noqa: PLC0415

    is_folder = arguments.data is not None and arguments.data.is_dir()
    is_run_from_it = is_folder and family in plugins.names("benchmarks")
    if family not in FAMILIES or is_run_from_it:
        return {task.id: task.image for task in with_images(selection(arguments, family).tasks)}
    found = images_in(family, arguments.data)
    return dataset.select(found, tuple(arguments.task), limit=arguments.limit)


def lines_of(found: "ImagePlan") -> "Iterator[str]":
    """The plan in words."""
    from grader.reports.base import clean  # noqa: PLC0415  heavy

    yield f"images                {found.images:,}"
    yield f"  here                {found.here:,}  ({gigabytes(found.here_bytes)} on disk)"
    if found.made_here:
        yield f"  made here           {found.made_here:,}  (grader images build)"
    yield f"  to be pulled        {found.to_pull:,}"
    if found.to_pull:
        yield f"    different layers  {found.layers:,}"
        yield f"    to download       {gigabytes(found.pull_bytes)}, packed"
        yield f"    each image alone  {gigabytes(found.apart_bytes)}, packed"
        yield f"    largest layer     {gigabytes(found.largest_bytes)}"
    if found.unknown:
        yield f"  unknown             {found.unknown:,}"
        for why in found.whys[:5]:
            yield f"    {clean(why, 200)}"


def gigabytes(count: int) -> str:
    """Bytes in words."""
    return f"{count / 1e9:.2f} GB"
