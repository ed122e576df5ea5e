"""`grader diff RUN_A RUN_B`: which verdicts changed between two runs, and why."""

from argparse import Namespace

from grader.cli.parser import Parser, path

SUMMARY = "say which verdicts changed between two runs, and why"
SHOWN = 50


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("before", metavar="RUN_A", type=path, help="the run before")
    parser.add_argument("after", metavar="RUN_B", type=path, help="the run after")
    parser.add_argument(
        "--json", action="store_true", help="every change as JSON on stdout [default: text]"
    )


def run(arguments: Namespace) -> int:
    """Show the difference; the exit status is 0 whatever changed."""
    from grader.cli.output import line_width, show  # noqa: PLC0415  heavy
    from grader.reports.base import clean, fit  # noqa: PLC0415
    from grader.study.diff import diff  # noqa: PLC0415

    found = diff(arguments.before, arguments.after)
    if arguments.json:
        show(found.model_dump_json(indent=2) + "\n")
        return 0
    alone = f"{found.only_before:,} samples only in the first run, {found.only_after:,} only after"
    lines = [f"{found.same:,} verdicts are equal, {len(found.changes):,} changed; {alone}"]
    lines += [f"setting  {clean(each)}" for each in found.settings]
    lines += [f"{count:>7,}  {cause}" for cause, count in found.causes.items()]
    for each in found.changes[:SHOWN]:
        verdicts = f"{each.before} -> {each.after}"
        head = f"{clean(each.task_id, 50)} sample {each.index}: {verdicts} ({each.cause})"
        lines += ["", fit(head, line_width()), fit(f"  {clean(each.why, 400)}", line_width())]
    if len(found.changes) > SHOWN:
        lines.append(f"… {len(found.changes) - SHOWN:,} more; all of them: --json")
    show("\n".join(lines) + "\n")
    return 0
