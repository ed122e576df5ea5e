"""`grader clean`: remove what engines that were killed left, here and in a container engine."""

from argparse import Namespace

from grader.cli.exit_codes import Exit
from grader.cli.output import show, tell
from grader.cli.parser import Parser
from grader.errors import SandboxError

SUMMARY = "remove containers, networks, control groups and folders that killed runs left behind"


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
    """Remove what is nobody's; what a living run owns stays, and what is not grader's.

    Without a container engine only what is on this machine itself.
    """
    import anyio  # noqa: PLC0415  heavy

    from grader.sandboxes.docker import reaper as containers  # noqa: PLC0415
    from grader.sandboxes.local import reaper as slots  # noqa: PLC0415

    dry: bool = arguments.dry_run
    found = [(each.kind, each.name) for each in slots.reap(dry=dry)]
    try:
        there = anyio.run(lambda: containers.reap(arguments.engine, dry=dry))
        found += [(each.kind, each.name) for each in there]
    except SandboxError as error:
        tell(f"grader: no container engine answered, so none was looked at ({error})")
    done = "would go" if dry else "removed"
    lines = [f"{done:<10}{kind:<11}{name}" for kind, name in found]
    show("\n".join(lines or ["nothing to remove"]) + "\n")
    return Exit.GRADED
