"""`grader merge RUNS… --out RUN`: put the parts of an evaluation together."""

from argparse import Namespace

from grader.cli.exit_codes import Exit
from grader.cli.parser import Parser, fraction, path

SUMMARY = "put the parts of an evaluation (--shard) together"
EXAMPLES = """
examples:
  grader evaluate humaneval samples.jsonl --shard 1/2 --out part-1    # on one machine
  grader evaluate humaneval samples.jsonl --shard 2/2 --out part-2    # on another one
  grader merge part-1 part-2 --out runs/whole
"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("runs", metavar="RUN", nargs="+", type=path, help="the parts' directories")
    parser.add_argument(
        "--out", metavar="DIR", type=path, required=True, help="the whole run's new directory"
    )
    parser.add_argument(
        "--unfinished",
        action="store_true",
        help="take parts that are not finished, or not there, too; the run is not finished then, "
        "and 'grader evaluate … --resume --out DIR' goes on with it [default: refuse]",
    )
    parser.add_argument(
        "--fail-under",
        metavar="X",
        type=fraction,
        help="exit with status 3 where pass@k of the smallest k is below X, a fraction from 0 to 1 "
        "[default: no threshold]",
    )
    parser.add_argument(
        "--json", action="store_true", help="the report as JSON on stdout [default: text]"
    )


def run(arguments: Namespace) -> int:
    """Merge; the exit status is that of the evaluation."""
    from grader.cli.grading import RunPresentation, present, status_of  # noqa: PLC0415  heavy
    from grader.study.merge import merge  # noqa: PLC0415

    made = merge(arguments.runs, arguments.out, unfinished=arguments.unfinished)
    presentation = RunPresentation(json=arguments.json, fail_under=arguments.fail_under)
    present(made, arguments.out, presentation)
    return status_of(made, presentation) if made.complete else Exit.UNGRADED
