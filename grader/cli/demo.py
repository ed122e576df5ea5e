"""`grader demo`: grade the samples that come with the engine, one of each verdict."""

from argparse import Namespace

from grader.cli.engine_options import add_quiet, add_sandbox, add_workers, engine_fields
from grader.cli.parser import Parser, path

SUMMARY = "grade the bundled tasks and samples: see every verdict once"


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    add_workers(parser)
    add_sandbox(parser)
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=path,
        help="the run's new directory [default: runs/folder-<time>-<random>]",
    )
    parser.add_argument(
        "--json", action="store_true", help="the report as JSON on stdout [default: text]"
    )
    add_quiet(parser)


def run(arguments: Namespace) -> int:
    """Grade; returns the exit status."""
    from grader.benchmarks.folder import bundled  # noqa: PLC0415  heavy
    from grader.cli.grading import RunPresentation, grade  # noqa: PLC0415
    from grader.run.options import Options  # noqa: PLC0415

    samples = bundled() / "samples.jsonl"
    command = ("grader", "evaluate", "folder", str(samples), "-k", "1")
    weak = ("--sandbox", arguments.sandbox) + ("--allow-weak",) * arguments.allow_weak
    options = Options(
        benchmark="folder",
        samples=str(samples),
        out=arguments.out,
        k=(1,),
        command=command if arguments.sandbox == "local" else command + weak,
        **engine_fields(arguments),
    )
    return grade(options, RunPresentation(json=arguments.json, quiet=arguments.quiet))
