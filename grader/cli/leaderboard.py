"""`grader leaderboard build RUNS… -o SITE`: a static site that ranks runs as far as data allow."""

from argparse import Namespace
from typing import TYPE_CHECKING

from grader.cli.engine_options import add_strength
from grader.cli.exit_codes import Exit
from grader.cli.parser import Parser, path

if TYPE_CHECKING:
    from grader.leaderboard.records import LeaderboardFile

SUMMARY = "build a static site that ranks runs; every figure is computed again"
EXAMPLES = """
examples:
  grader leaderboard build runs/* -o site
  grader leaderboard build runs/* -o site --suite suite.toml --about about.toml

Exit status 3 where a run was refused: its files were changed, or its report does not follow from
its results.
"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("action", choices=("build",), help="build: write the site")
    parser.add_argument("run_directories", metavar="RUN", nargs="+", type=path, help="runs")
    parser.add_argument(
        "-o",
        "--out",
        metavar="SITE",
        type=path,
        default="site",
        help="the site's folder [default: %(default)s]",
    )
    parser.add_argument(
        "--title", metavar="TEXT", default="Leaderboard", help="title [default: %(default)s]"
    )
    parser.add_argument(
        "--suite",
        metavar="FILE",
        type=path,
        help="TOML: title, and [[part]] tables of benchmark, metrics, weight, ranked"
        " [default: no suite]",
    )
    parser.add_argument(
        "--about",
        metavar="FILE",
        type=path,
        help="TOML: [RUN-ID] tables of name, date, tags, usd, withdrawn [default: what runs say]",
    )
    add_strength(parser, is_list=True)
    parser.add_argument(
        "--no-pages",
        dest="pages",
        action="store_false",
        help="leave out the page of each run, which shows samples and outputs [default: make them]",
    )


def run(arguments: Namespace) -> int:
    """Build the site."""
    from grader.cli.output import tell  # noqa: PLC0415  heavy
    from grader.leaderboard import site, suite  # noqa: PLC0415
    from grader.leaderboard.entries import read_about  # noqa: PLC0415

    made = site.build(
        arguments.run_directories,
        title=arguments.title,
        about=read_about(arguments.about),
        suite_of=suite.read(arguments.suite) if arguments.suite else None,
        strength=arguments.strength,
    )
    site.write(made, arguments.out, runs=arguments.run_directories if arguments.pages else ())
    tell(f"wrote {arguments.out / site.NAMES[0]}")
    return refusals(made)


def refusals(made: "LeaderboardFile") -> Exit:
    """Name what is apart or not ranked; the status says whether a run was refused."""
    from grader.cli.output import tell  # noqa: PLC0415  heavy
    from grader.core.conditions import special  # noqa: PLC0415
    from grader.leaderboard.records import EntryStatus  # noqa: PLC0415
    from grader.reports.base import clean  # noqa: PLC0415

    status = Exit.GRADED
    for board in made.boards:
        if asked := special(board.conditions):
            words = clean(", ".join(f"{name} {value}" for name, value in asked.items()))
            names = clean(", ".join(entry.name for entry in board.entries), 80)
            tell(f"apart: {clean(board.benchmark, 60)} under other conditions ({words}): {names}")
    for entry in (each for board in made.boards for each in board.entries):
        if entry.status in {EntryStatus.REFUSED, EntryStatus.PARTIAL}:
            tell(
                f"{entry.status}: {clean(entry.name, 60)} ({clean(entry.run_id, 80)}): {entry.why}"
            )
        if entry.status is EntryStatus.REFUSED:
            status = Exit.BELOW
    return status
