"""`grader report RUN`: the report of a run, finished or not, derived anew from its journal."""

from argparse import Namespace

from grader.cli.parser import Parser, count, counts, path

SUMMARY = "show the report of a run; nothing is run"


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("run_directory", metavar="RUN", type=path, help="a run's directory")
    parser.add_argument(
        "-k", metavar="K", type=counts, help="pass@k for these k, as 1,10 [default: the run's own]"
    )
    parser.add_argument(
        "--worst",
        metavar="N",
        type=count,
        default=0,
        help="also list the N weakest tasks [default: %(default)s]",
    )
    parser.add_argument(
        "--format",
        choices=("human-eval", "evalplus"),
        help="also write that tool's results file beside the samples [default: none]",
    )
    parser.add_argument(
        "--json", action="store_true", help="the report as JSON on stdout [default: text]"
    )


def run(arguments: Namespace) -> int:
    """Show the report; the exit status is 0 even where samples are ungraded."""
    from grader.cli import export  # noqa: PLC0415  heavy
    from grader.cli.output import has_color_for_results, show, tell, width  # noqa: PLC0415
    from grader.reports import json, text  # noqa: PLC0415
    from grader.run.report import derive  # noqa: PLC0415

    report = derive(arguments.run_directory, k=arguments.k or ())
    if arguments.json:
        show(json.render(report))
    else:
        color = has_color_for_results()
        show(text.render(report, width=width(), color=color, worst=arguments.worst))
    if arguments.format:
        tell(export.export(arguments.run_directory, arguments.format))
    return 0
