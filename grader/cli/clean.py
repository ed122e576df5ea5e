"""`grader clean`: remove what engines that were killed left in a container engine."""

from argparse import Namespace

from grader.cli.exit_codes import Exit
from grader.cli.output import show
from grader.cli.parser import Parser

SUMMARY = "remove containers, networks and folders that killed runs left behind"


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--engine",
        metavar="URL",
        default="",
        help="Docker's or Podman's socket [default: $DOCKER_HOST, else Docker's]",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="only list what would go [default: remove it]"
    )


def run(arguments: Namespace) -> int:
    """Remove what is nobody's; what a living run owns stays, and what is not grader's."""
    import anyio  # noqa: PLC0415  heavy

    from grader.sandboxes.docker.reaper import Found, reap  # noqa: PLC0415

    found: list[Found] = anyio.run(lambda: reap(arguments.engine, dry=arguments.dry_run))
    done = "would go" if arguments.dry_run else "removed"
    lines = [f"{done:<10}{each.kind:<11}{each.name}" for each in found]
    show("\n".join(lines or ["nothing to remove"]) + "\n")
    return Exit.GRADED
