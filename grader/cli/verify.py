"""`grader verify RUN`: whether a run's directory still is what the engine wrote."""

from argparse import Namespace

from grader.cli.exit_codes import Exit
from grader.cli.parser import Parser, path

SUMMARY = "check every byte of a run: checksums, the chain of results, the seal"
SHOWN = 50


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("run_directory", metavar="RUN", type=path, help="a run's directory")
    parser.add_argument(
        "--head",
        metavar="SHA256",
        default="",
        help="the head that an earlier check printed: also finds a run that was written anew"
        " [default: not compared]",
    )
    parser.add_argument(
        "--json", action="store_true", help="what was found as JSON on stdout [default: text]"
    )


def run(arguments: Namespace) -> int:
    """Verify; exit status 3 where anything is not as it was written."""
    from grader.cli.output import show  # noqa: PLC0415  heavy
    from grader.reports.base import clean  # noqa: PLC0415
    from grader.run.verify import verify  # noqa: PLC0415

    found = verify(arguments.run_directory, head=arguments.head)
    status = Exit.BELOW if found.damage else Exit.GRADED
    if arguments.json:
        show(found.model_dump_json(indent=2) + "\n")
        return status
    lines = [
        f"DAMAGED  {clean(each.file, 80)}{f':{each.line}' if each.line else ''}: {clean(each.why)}"
        for each in found.damage[:SHOWN]
    ]
    if len(found.damage) > SHOWN:
        lines.append(f"… {len(found.damage) - SHOWN:,} more; all of them: --json")
    lines += [f"note     {clean(note)}" for note in found.notes]
    word = "damaged" if found.damage else "sound"
    lines.append(
        f"{word}: {found.lines:,} results, {found.linked:,} of them chained, and"
        f" {found.files:,} other files{', sealed' if found.sealed else ''}"
    )
    lines.append(f"head {found.head}")
    show("\n".join(lines) + "\n")
    return status
