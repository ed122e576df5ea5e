"""`grader irt fit` and `grader irt series`: calibrate tasks, and place runs on their scale."""

from argparse import Namespace

from grader.cli.parser import Parser, path
from grader.errors import UsageError

SUMMARY = "calibrate tasks (item response theory), and follow runs on their scale"
EXAMPLES = """
examples:
  grader irt fit leaderboard.csv --out items.json
  grader irt fit runs/* --out items.json
  grader irt series runs/checkpoint-* --items items.json
"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument(
        "action",
        choices=("fit", "series"),
        help="fit: make a bank of items from who solved what; series: ability of runs over time",
    )
    parser.add_argument(
        "paths",
        metavar="RUN",
        nargs="+",
        type=path,
        help="runs of one benchmark; for fit also one .csv matrix: a head of task ids, a line "
        "per run, cells 0, 1 or right/all",
    )
    parser.add_argument(
        "--model",
        choices=("auto", "2pl", "1pl"),
        default="auto",
        help="for fit; auto takes the one that predicts unseen data [default: %(default)s]",
    )
    parser.add_argument(
        "--out", metavar="FILE", type=path, help="for fit: the bank's file [default: items.json]"
    )
    parser.add_argument(
        "--items", metavar="FILE", type=path, help="for series: the bank [default: items.json]"
    )
    parser.add_argument("--json", action="store_true", help="JSON on stdout [default: text]")


def run(arguments: Namespace) -> int:
    """Fit or place; the exit status is 0 unless the input is unusable."""
    from pathlib import Path  # noqa: PLC0415  heavy

    from grader.cli.output import show, show_records  # noqa: PLC0415
    from grader.record import manifest  # noqa: PLC0415
    from grader.record.bank import read_bank  # noqa: PLC0415
    from grader.reports import _items as text  # noqa: PLC0415
    from grader.study import items  # noqa: PLC0415

    if arguments.action == "fit":
        out = arguments.out or Path("items.json")
        bank = items.fit_bank(arguments.paths, model=arguments.model)
        try:
            manifest.write_record(out, bank)
        except OSError as error:
            raise UsageError(f"cannot write {out}: {error.strerror}; pass another --out") from error
        show(bank.model_dump_json() + "\n" if arguments.json else text.render_bank(bank, str(out)))
        return 0
    bank = read_bank(arguments.items or Path("items.json"))
    placed = items.place_runs(bank, arguments.paths)
    if arguments.json:
        show_records(placed)
    else:
        show(text.render_series(placed))
    return 0
