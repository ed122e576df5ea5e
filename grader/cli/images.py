"""`grader images BENCHMARK`: make the images of repository tasks from their recipes."""

from argparse import Namespace

from grader.cli.exit_codes import Exit
from grader.cli.parser import Parser, count, path

SUMMARY = "make the images that repository tasks run in, from their recipes"


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("benchmark", metavar="BENCHMARK", help="its name; see: grader list")
    parser.add_argument(
        "--repos",
        metavar="DIR",
        type=path,
        default="repos",
        help="folder of bare repositories, owner__name.git or owner__name.git.tar "
        "[default: %(default)s]",
    )
    parser.add_argument(
        "--data", metavar="PATH", type=path, help="the benchmark's data [default: as for evaluate]"
    )
    parser.add_argument(
        "--task",
        metavar="GLOB",
        action="append",
        default=[],
        help="only tasks whose id matches; may be repeated [default: all]",
    )
    parser.add_argument(
        "--limit", metavar="N", type=count, help="only the first N of these tasks [default: all]"
    )


def run(arguments: Namespace) -> int:
    """Make what is missing."""
    from grader.cli.output import show, tell  # noqa: PLC0415  heavy from here
    from grader.core.container import Containers  # noqa: PLC0415
    from grader.run import dataset  # noqa: PLC0415
    from grader.run.images import context_of, make_all  # noqa: PLC0415

    data = dataset.load(arguments.benchmark, arguments.data)
    tasks = dataset.select(data.tasks, tuple(arguments.task), limit=arguments.limit)
    found = make_all(tasks, arguments.repos, Containers(), tell, context=context_of(data))
    rest = f", {found.without} tasks name no recipe" if found.without else ""
    show(f"{found.made} images made, {found.there} were there{rest}\n")
    return Exit.GRADED
