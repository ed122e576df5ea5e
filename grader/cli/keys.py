"""`grader keys new|agent FILE`: keys of sealed benchmarks."""

from argparse import Namespace
from contextlib import closing
from pathlib import Path

from grader.cli.parser import Parser, path
from grader.errors import UsageError

SUMMARY = "keys of sealed benchmarks: make one, or hold it in an agent"
EXAMPLES = """
examples:
  grader keys new secret            writes secret (private) and secret.pub (public)
  grader keys agent secret          holds it until a signal; then: --key agent
"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument(
        "action",
        choices=("new", "agent"),
        help="new: make a pair of keys; agent: hold a private key for --key agent",
    )
    parser.add_argument("key", metavar="FILE", type=path, help="the private key's file")
    parser.add_argument(
        "--socket",
        metavar="PATH",
        type=path,
        help="where the agent listens, in a folder that only you can enter "
        "[default: GRADER_KEY_AGENT, else below the user's runtime folder]",
    )


def run(arguments: Namespace) -> int:
    """Make a key, or hold one until a signal."""
    from grader.cli.output import show, tell  # noqa: PLC0415  heavy
    from grader.vault import keys  # noqa: PLC0415

    if arguments.action == "agent":
        return hold(arguments.key, arguments.socket)
    if arguments.socket:
        raise UsageError("--socket is for 'grader keys agent'; leave it out")
    show(keys.make(arguments.key) + "\n")
    tell(f"wrote {arguments.key}, to be kept secret, and {arguments.key}.pub")
    return 0


def hold(key: Path, socket: Path | None) -> int:
    """Answer until a signal."""
    import resource  # noqa: PLC0415  only for agents

    from grader.cli.output import show, tell  # noqa: PLC0415  heavy
    from grader.vault import agent  # noqa: PLC0415
    from grader.vault.keys import KeyFile  # noqa: PLC0415

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    opener = KeyFile(key)
    place = socket or agent.usual_socket()
    with closing(agent.listen(place)) as listener:
        try:
            show(f"grader holds the key at {place}\n")
            agent.serve(listener, opener, told=tell)
        except KeyboardInterrupt:
            pass  # any signal that tells it to end (`__main__`): the socket goes with it
        finally:
            place.unlink(missing_ok=True)
    return 0
