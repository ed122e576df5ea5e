"""`grader images build BENCHMARK`: make what is missing from recipes and Dockerfiles."""

from argparse import Namespace

from grader.cli.exit_codes import Exit

OPTIONS = frozenset({"data", "task", "limit", "repos", "platform"})


def run(arguments: Namespace, benchmark: str) -> int:
    """Make what is missing."""
    from grader.cli.image_actions.selection import (  # noqa: PLC0415  heavy from here
        containers_of,
        repositories_of,
        selection,
    )
    from grader.cli.output import show, tell  # noqa: PLC0415
    from grader.supply.images import make_all  # noqa: PLC0415

    tasks, context = selection(arguments, benchmark)
    place = repositories_of(arguments)
    found = make_all(tasks, place, containers_of(arguments), tell, context=context)
    rest = f", {found.without} tasks name no recipe" if found.without else ""
    show(f"{found.made} images made, {found.there} were there{rest}\n")
    return Exit.GRADED
