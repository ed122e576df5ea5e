"""`grader verify RUN`: whether a run's directory still is what the engine wrote."""

from argparse import Namespace
from typing import TYPE_CHECKING

from grader.cli.exit_codes import Exit
from grader.cli.extras import from_extra
from grader.cli.parser import Parser, path
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.study.verify import RunVerification

SUMMARY = "check every byte of a run: checksums, the chain of results, the seal"
SHOWN = 50


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "run_directory", metavar="RUN", type=path, help="a run's directory, or a board's BOARD.toml"
    )
    parser.add_argument(
        "--head",
        metavar="SHA256",
        default="",
        help="the head that an earlier check printed: also finds a run that was written anew"
        " [default: not compared]",
    )
    parser.add_argument(
        "--attestation",
        metavar="FILE",
        type=path,
        help="a signed in-toto statement that this run must be the subject of [default: none]",
    )
    parser.add_argument(
        "--key",
        metavar="FILE",
        type=path,
        help="the public key that must have signed it [default: none]",
    )
    parser.add_argument(
        "--json", action="store_true", help="what was found as JSON on stdout [default: text]"
    )


def run(arguments: Namespace) -> int:
    """Verify; exit status 3 where anything is not as it was written."""
    if arguments.run_directory.suffix == ".toml":
        return verify_board(arguments)
    from grader.cli.output import show  # noqa: PLC0415  heavy
    from grader.reports.base import clean  # noqa: PLC0415
    from grader.study.verify import verify  # noqa: PLC0415

    if bool(arguments.attestation) != bool(arguments.key):
        raise UsageError("--attestation and --key go together")
    found = verify(arguments.run_directory, head=arguments.head)
    if arguments.attestation:
        found = attested(found, arguments)
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


def attested(found: "RunVerification", arguments: Namespace) -> "RunVerification":
    """`found`, and damage where the signed statement is about other files."""
    from grader.record.sign import opened  # noqa: PLC0415
    from grader.study.publish import evidence  # noqa: PLC0415  heavy
    from grader.study.verify import RunDamage  # noqa: PLC0415

    try:
        data = arguments.attestation.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {arguments.attestation}: {error.strerror}") from error
    statement = opened(data, arguments.key)
    told = {
        each["name"]: each.get("digest", {}).get("sha256")
        for each in statement["predicate"]["configuration"]
    }
    wrong = [
        RunDamage(file=name, why="its content is not what the signed statement is about")
        for name, sha256 in evidence(arguments.run_directory).digests().items()
        if told.get(name) != sha256
    ]
    return found.model_copy(update={"damage": (*found.damage, *wrong)})


def verify_board(arguments: Namespace) -> Exit:
    """Verify a board's log, and the run of every entry on it."""
    import json  # noqa: PLC0415  only here

    from grader.cli.output import show  # noqa: PLC0415  heavy

    with from_extra("board", who="boards need"):
        from grader.hosting import checked, settings  # noqa: PLC0415

    if arguments.attestation or arguments.key or arguments.head:
        raise UsageError("--head, --attestation and --key are about a run; leave them out")
    found = checked.check(settings.read(arguments.run_directory))
    if arguments.json:
        show(json.dumps(found._asdict()) + "\n")
    else:
        words = [*found.damage] or [f"as written: {found.lines} lines, {found.entries} entries"]
        show("\n".join(words) + "\n")
    return Exit.BELOW if found.damage else Exit.GRADED
