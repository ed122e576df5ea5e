"""`grader strength BENCHMARK`: how many wrong solutions the tests let pass."""

from argparse import Namespace
from typing import TYPE_CHECKING

from grader.cli.engine_options import (
    add_data,
    add_packages,
    add_quiet,
    add_sandbox,
    add_tasks,
    add_trust,
    add_workers,
    engine_fields,
)
from grader.cli.exit_codes import Exit
from grader.cli.parser import Parser, count, path, seconds

if TYPE_CHECKING:
    from grader.core.strength import BenchmarkStrength
    from grader.study.strength.examine import ExamineOptions

SUMMARY = "tell how strong a benchmark's tests are: which wrong solutions pass"
EXAMPLES = """
What the figures mean: grader help mutants

examples:
  grader strength humaneval
  grader strength folder --data my-tasks --mutants 200
  grader strength swebench_lite --sandbox docker --task 'django*' --budget 3600
"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("benchmark", metavar="BENCHMARK", help="its name; see: grader list")
    add_data(parser)
    add_tasks(parser)
    parser.add_argument(
        "--mutants",
        metavar="N",
        type=count,
        default=60,
        help="wrong solutions made of each task's own at most [default: %(default)s]",
    )
    parser.add_argument(
        "--seed", metavar="TEXT", default="0", help="decides which [default: %(default)s]"
    )
    parser.add_argument(
        "--budget",
        metavar="S",
        type=seconds,
        help="seconds of wall clock for grading, all tasks alike; the same command goes on later "
        "[default: until all are graded]",
    )
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=path,
        help="folder of verdicts and figures; one that holds some is gone on with "
        "[default: strength/BENCHMARK]",
    )
    add_workers(parser)
    add_sandbox(parser)
    add_trust(parser)
    add_packages(parser)
    parser.add_argument(
        "--worst", metavar="N", type=count, default=10, help="tasks to show [default: %(default)s]"
    )
    parser.add_argument(
        "--json", action="store_true", help="the figures as JSON on stdout [default: text]"
    )
    add_quiet(parser)


def run(arguments: Namespace) -> int:
    """Examine; status 0 where every mutant has a verdict, whatever it is."""
    from grader.cli.output import show, width  # noqa: PLC0415  heavy from here
    from grader.cli.progress import RunProgress, style_for  # noqa: PLC0415
    from grader.reports._strength import render  # noqa: PLC0415
    from grader.study.strength.examine import examine  # noqa: PLC0415
    from grader.study.strength.kept import FIGURES  # noqa: PLC0415

    options = options_of(arguments)
    with RunProgress(style_for(quiet=arguments.quiet or arguments.json)) as progress:
        found = examine(options, progress)
    if arguments.json:
        show(found.model_dump_json(indent=2) + "\n")
    else:
        shown = render(found, width=width(), worst=arguments.worst)
        show(f"{shown}figures: {options.out / FIGURES}; give them to audit, report or a board\n")
    return status_of(found)


def options_of(arguments: Namespace) -> "ExamineOptions":
    """What is asked for."""
    from pathlib import Path  # noqa: PLC0415  heavy

    from grader.study.strength.examine import ExamineOptions  # noqa: PLC0415

    return ExamineOptions(
        benchmark=arguments.benchmark,
        out=arguments.out or Path("strength") / arguments.benchmark.replace("/", "-"),
        data=arguments.data,
        tasks=tuple(arguments.task),
        limit=arguments.limit,
        most=arguments.mutants,
        seed=arguments.seed,
        budget_s=arguments.budget,
        engine=engine_fields(arguments),  # pyright: ignore[reportArgumentType]  the same names
    )


def status_of(found: "BenchmarkStrength") -> Exit:
    """UNGRADED for our own trouble, UNUSABLE where nothing was graded for it."""
    if found.ungraded:
        return Exit.UNGRADED if found.mutants else Exit.UNUSABLE
    return Exit.GRADED
