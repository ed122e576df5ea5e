"""`grader images build NAME`: an environment, or a benchmark's images from their recipes."""

from argparse import Namespace

from grader.cli.exit_codes import Exit

OPTIONS = frozenset({"data", "task", "limit", "repos", "platform"})


def run(arguments: Namespace, benchmark: str) -> int:
    """Make what is missing, or the environment of that name."""
    from grader import plugins  # noqa: PLC0415  heavy

    if benchmark in plugins.names("environments"):
        return build_environment(benchmark)
    return build_images(arguments, benchmark)


def build_environment(name: str) -> int:
    """Make an environment; one that is damaged is made anew."""
    from grader.benchmarks._data import cache_directory  # noqa: PLC0415  heavy from here
    from grader.cli.output import show, tell  # noqa: PLC0415
    from grader.supply import environments  # noqa: PLC0415

    place = cache_directory()
    made = environments.build(name, place, tell)
    if made.was_there and (found := environments.damage(name, place)):
        tell(f"{name}: damaged ({found[0]}): made anew")
        environments.remove(name, place)
        made = environments.build(name, place, tell)
    show(f"{name}: {'was there' if made.was_there else 'made'}, in {made.folder}\n")
    return Exit.GRADED


def build_images(arguments: Namespace, benchmark: str) -> int:
    """Make images of tasks."""
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
