"""`grader images pull BENCHMARK`: pull all that is missing; one bad image stops no other."""

from argparse import Namespace

OPTIONS = frozenset({"data", "task", "limit", "platform", "workers", "json"})


def run(arguments: Namespace, benchmark: str) -> int:
    """Pull, tell how far it is, and say what could not be had."""
    from functools import partial  # noqa: PLC0415  heavy from here

    import anyio  # noqa: PLC0415

    from grader.cli.image_actions.check import present, wish_of  # noqa: PLC0415
    from grader.cli.image_actions.count import ImageCounter  # noqa: PLC0415
    from grader.cli.image_actions.selection import selection  # noqa: PLC0415
    from grader.supply import availability as supply  # noqa: PLC0415
    from grader.supply.images import count_of  # noqa: PLC0415

    tasks, context = selection(arguments, benchmark)
    with ImageCounter("pulling", count_of(tasks)) as counting:
        found = anyio.run(
            partial(
                supply.pull,
                tasks,
                wish_of(arguments, context),
                counting.looked,
                downloading=counting.downloading,
            )
        )
    return present(found, as_json=arguments.json)
