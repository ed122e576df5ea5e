"""`grader accounts add BOARD.toml NAME`: who may submit to a board."""

from argparse import Namespace

from grader.cli.extras import from_extra
from grader.cli.parser import Parser, path

SUMMARY = "accounts of a board: add one, and get its token"
EXAMPLES = """
examples:
  grader accounts add BOARD.toml ada
"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("action", choices=("add",), help="add: make an account")
    parser.add_argument("board", metavar="BOARD.toml", type=path, help="the board's file")
    parser.add_argument("account", metavar="NAME", help="the account's name, which entries show")


def run(arguments: Namespace) -> int:
    """Make the account and print its token, which nobody can find again."""
    from contextlib import closing  # noqa: PLC0415  heavy from here

    from grader.cli.output import show, tell  # noqa: PLC0415

    with from_extra("board", who="boards need"):
        from grader.hosting import settings, store  # noqa: PLC0415

    name = store.named(arguments.account, "an account's name has")
    board = settings.read(arguments.board)
    board.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with closing(store.BoardStore(board.url)) as opened:
        show(opened.add_account(name) + "\n")
    tell(f"this is the token of {name}; only its digest is kept")
    return 0
