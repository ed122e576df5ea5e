"""`grader regrade RUN`: judge a stored run again, with this engine's rules; nothing is run."""

from argparse import Namespace

from grader.cli.parser import Parser, path

SUMMARY = "judge a stored run again; nothing is run"
CHANGES_SHOWN = 50


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("run_directory", metavar="RUN", type=path, help="a run's directory")
    parser.add_argument(
        "--data",
        metavar="PATH",
        type=path,
        help="the benchmark's data, where they moved [default: where the run found them]",
    )
    parser.add_argument(
        "--json", action="store_true", help="what changed as JSON on stdout [default: text]"
    )


def run(arguments: Namespace) -> int:
    """Regrade; says which verdicts changed."""
    from grader.cli.output import show  # noqa: PLC0415  heavy
    from grader.reports.base import clean  # noqa: PLC0415
    from grader.study.regrade import regrade  # noqa: PLC0415

    done = regrade(arguments.run_directory, data=arguments.data)
    if arguments.json:
        show(done.model_dump_json(indent=2) + "\n")
        return 0
    lines = [f"{done.judged:,} results judged again, {len(done.changed):,} verdicts changed"]
    if done.kept:
        lines.append(f"{done.kept:,} results kept: their facts do not suffice to judge them again")
    lines += [
        f"  {clean(change.task_id, 50)} sample {change.index}: {change.old} -> {change.new}"
        for change in done.changed[:CHANGES_SHOWN]
    ]
    if len(done.changed) > CHANGES_SHOWN:
        lines.append(f"  … {len(done.changed) - CHANGES_SHOWN:,} more; all of them: --json")
    if done.before:
        lines.append(f"the results as they were: {arguments.run_directory / done.before}")
    show("\n".join(lines) + "\n")
    return 0
