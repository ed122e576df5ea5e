"""Options about machines that grade for a driver, shared by commands."""

from argparse import Namespace
from collections.abc import Sequence

from grader.cli.parser import Parser
from grader.errors import UsageError

TOKEN_OPTION = "--worker-token"  # noqa: S105  an option's name


def configure(parser: Parser) -> None:
    """Add the options that say on which machines."""
    group = parser.add_argument_group("worker machines")
    group.add_argument(
        "--worker-url",
        metavar="URL",
        action="append",
        default=[],
        help="for --executor http: where 'grader serve --worker' listens; may be repeated"
        " [default: none]",
    )
    group.add_argument(
        "--worker-token",
        metavar="TOKEN",
        default="",
        help="what these machines' token files want to hear; never kept in the run, but seen by "
        "others on this machine: better set GRADER_WORKER_TOKEN [default: that variable]",
    )


def refuse_idle(arguments: Namespace) -> None:
    """UsageError for options of machines that nobody asks."""
    if arguments.executor == "http":
        return
    for name, given in (
        ("--worker-url", arguments.worker_url),
        ("--worker-token", arguments.worker_token),
    ):
        if given:
            raise UsageError(f"{name} belongs to --executor http; add it")


def without_token(words: Sequence[str]) -> tuple[str, ...]:
    """A command line without the secret in it: the environment has to have it then."""
    kept: list[str] = []
    is_secret = False
    for word in words:
        if not is_secret and word != TOKEN_OPTION and not word.startswith(f"{TOKEN_OPTION}="):
            kept.append(word)
        is_secret = not is_secret and word == TOKEN_OPTION
    return tuple(kept)
