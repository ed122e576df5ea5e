"""`grader compare RUN_A RUN_B …`: which run is better, and how sure that is."""

from argparse import Namespace

from grader.cli.parser import Parser, count, path

SUMMARY = "compare runs of one benchmark: paired tests, ranks with their uncertainty"
EXAMPLES = """
examples:
  grader compare runs/before runs/after
  grader compare runs/* --json
  grader compare runs/* --format html -o comparison.html
"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument(
        "run_directories",
        metavar="RUN",
        nargs="+",
        type=path,
        help="two or more runs",
    )
    parser.add_argument(
        "-k",
        metavar="K",
        type=count,
        default=1,
        help="compare by pass@K; tasks with fewer samples are left out [default: %(default)s]",
    )
    parser.add_argument(
        "--seed",
        metavar="N",
        type=count,
        default=1,
        help="of the random flips, drawn only where counting all would take too long "
        "[default: %(default)s]",
    )
    parser.add_argument(
        "--json", action="store_true", help="the comparison as JSON on stdout [default: text]"
    )
    parser.add_argument(
        "--format",
        choices=("text", "json", "html"),
        help="html: one page with charts of differences, tasks, cost, time and ability"
        " [default: text]",
    )
    parser.add_argument(
        "-o",
        "--out",
        metavar="FILE",
        type=path,
        help="where to write it; - is stdout [default: stdout, or comparison.html]",
    )


def run(arguments: Namespace) -> int:
    """Show the comparison; the exit status is 0 whoever is better."""
    from pathlib import Path  # noqa: PLC0415

    from grader.cli.output import show, tell, width  # noqa: PLC0415  heavy
    from grader.reports._comparison import render  # noqa: PLC0415
    from grader.reports.base import replacing  # noqa: PLC0415
    from grader.study.compare import compare_runs  # noqa: PLC0415

    made = compare_runs(arguments.run_directories, k=arguments.k, seed=arguments.seed)
    name = arguments.format or ("json" if arguments.json else "text")
    if name == "html":
        from grader.leaderboard import site  # noqa: PLC0415  heavy

        text = site.compared(arguments.run_directories, made)
    elif name == "json":
        text = made.model_dump_json(indent=2) + "\n"
    else:
        text = render(made, width=width())
    out = arguments.out or (Path("comparison.html") if name == "html" else None)
    if out is None or str(out) == "-":
        show(text)
        return 0
    with replacing(out) as file:
        file.write(text)
    tell(f"wrote {out}")
    return 0
