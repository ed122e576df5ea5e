"""`grader audit RUN …`: what runs say about the tasks, and about where answers come from."""

from argparse import Namespace
from typing import TYPE_CHECKING

from grader.cli.engine_options import add_strength
from grader.cli.parser import Parser, count, path
from grader.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

    from grader.study.audit_dates import DateOptions

SUMMARY = "audit a benchmark by its runs: broken, useless and leaked tasks"
EXAMPLES = """
examples:
  grader audit runs/*
  grader audit leaderboard.csv --worst 50
  grader audit runs/* --cutoff 2024-06-01 --dates dates.csv
"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument(
        "paths",
        metavar="RUN",
        nargs="+",
        type=path,
        help="runs of one benchmark, or one .csv matrix: a head of task ids, a line per run",
    )
    parser.add_argument(
        "--data", metavar="PATH", type=path, help="the benchmark's data [default: as the runs say]"
    )
    parser.add_argument(
        "--canary",
        metavar="TEXT",
        action="append",
        default=[],
        help="look for TEXT in the answers; may be repeated [default: canaries in the tasks]",
    )
    parser.add_argument(
        "--cutoff",
        metavar="[RUN=]DATE",
        action="append",
        default=[],
        help="compare tasks before and after YYYY-MM-DD, of all runs or of one [default: none]",
    )
    parser.add_argument(
        "--dates",
        metavar="FILE",
        type=path,
        help=".csv of task_id,date,difficulty [default: the benchmark's data]",
    )
    add_strength(parser)
    parser.add_argument(
        "--worst", metavar="N", type=count, default=20, help="tasks to list [default: %(default)s]"
    )
    parser.add_argument(
        "--json", action="store_true", help="the audit as JSON on stdout [default: text]"
    )


def run(arguments: Namespace) -> int:
    """Show the audit; the exit status is 0 whatever it finds."""
    from grader.cli.output import show, width  # noqa: PLC0415  heavy
    from grader.reports._audit import render  # noqa: PLC0415
    from grader.study.audit import audit  # noqa: PLC0415

    made = audit(
        arguments.paths,
        data=arguments.data,
        canaries=arguments.canary,
        dating=dating_of(arguments),
        strength=arguments.strength,
    )
    if arguments.json:
        show(made.model_dump_json(indent=2) + "\n")
    else:
        show(render(made, width=width(), worst=arguments.worst))
    return 0


def dating_of(arguments: Namespace) -> "DateOptions | None":
    """Read the cut-offs; None where none is asked for."""
    from grader.study.audit_dates import DateOptions  # noqa: PLC0415  heavy

    if not arguments.cutoff:
        if arguments.dates:
            raise UsageError("--dates alone says nothing; add --cutoff YYYY-MM-DD")
        return None
    default: date | None = None
    by_run: dict[str, date] = {}
    for text in arguments.cutoff:
        name, _, day = text.rpartition("=")
        if name:
            by_run[name] = date_of(day)
        else:
            default = date_of(day)
    return DateOptions(default, by_run, arguments.dates)


def date_of(text: str) -> "date":
    """Read YYYY-MM-DD; UsageError for anything else."""
    from grader.study.audit_dates import day_of  # noqa: PLC0415  heavy

    found = day_of(text)
    if found is None or len(text) != len("YYYY-MM-DD"):
        raise UsageError(f"--cutoff '{text}' is no date; give YYYY-MM-DD")
    return found
