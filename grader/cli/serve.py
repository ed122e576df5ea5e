"""`grader serve`: verdicts over HTTP, in grader's own protocol and in those of other programs."""

from argparse import ArgumentTypeError, Namespace
from typing import TYPE_CHECKING

from grader.cli import containers
from grader.cli.engine_options import (
    add_packages,
    add_python,
    add_sandbox,
    add_workers,
    engine_fields,
)
from grader.cli.extras import from_extra
from grader.cli.output import show
from grader.cli.parser import Parser, count, path, workers

if TYPE_CHECKING:
    from pathlib import Path

    from grader.server.options import ServerOptions

SUMMARY = "answer over HTTP, also as SandboxFusion, Piston and others do"
PORT_MAX = 65_535
EXAMPLES = """
examples:
  grader serve
  grader serve --host 0.0.0.0 --token-file tokens --workers 16 --processes 4
  curl -H 'Content-Type: application/json' http://127.0.0.1:8000/run_code \\
    -d '{"language": "python", "code": "print(1)"}'
"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.epilog = EXAMPLES
    ask(parser)
    work(parser)
    containers.configure(parser)
    add_board(parser)


def ask(parser: Parser) -> None:
    """Add the options that say who can ask, and of what."""
    group = parser.add_argument_group("who can ask")
    group.add_argument(
        "--host",
        metavar="ADDRESS",
        default="127.0.0.1",
        help="address to serve; any but loopback demands --token-file [default: %(default)s]",
    )
    group.add_argument(
        "--port",
        metavar="N",
        type=port,
        default=8000,
        help="port to serve; 0: any free one, which is printed [default: %(default)s]",
    )
    group.add_argument(
        "--token-file",
        metavar="FILE",
        type=path,
        help="clients, one a line: NAME TOKEN; all others are refused [default: nobody needs one]",
    )
    group.add_argument(
        "--dialect",
        metavar="NAME",
        action="append",
        default=[],
        help="serve this protocol besides grader's own; may be repeated [default: all there are]",
    )
    group.add_argument(
        "--worker",
        action="store_true",
        help="also grade for 'grader evaluate --executor http' elsewhere, whose tasks are taken as "
        "they are: see 'grader help workers' [default: no]",
    )
    group.add_argument(
        "--access-log",
        metavar="FILE",
        type=path,
        help="append a line of JSON per request to it [default: stderr]",
    )
    group.add_argument(
        "--data",
        metavar="NAME=PATH",
        type=named_path,
        action="append",
        default=[],
        help="a benchmark's data, as humaneval=HumanEval.jsonl.gz; may be repeated "
        "[default: the cache, else a download at its first task; folder: bundled tasks]",
    )
    group.add_argument(
        "--out",
        metavar="DIR",
        type=path,
        help="keep verdicts as a run in this new folder, for report, verify, leaderboard; those of "
        "a further benchmark in DIR-<benchmark> [default: they are not kept]",
    )


def add_board(parser: Parser) -> None:
    """Add `--board`."""
    group = parser.add_argument_group("a board instead")
    group.add_argument(
        "--board",
        metavar="FILE",
        type=path,
        help="serve the benchmark of this BOARD.toml to those who submit, and nothing else: see "
        "'grader help submissions' [default: none]",
    )


def work(parser: Parser) -> None:
    """Add the options that say where and how much is run."""
    group = parser.add_argument_group("where it runs")
    add_workers(group)
    group.add_argument(
        "--processes",
        metavar="N",
        type=workers,
        default=1,
        help="engine processes, which share the workers; one that dies is replaced, and what it had"
        " not answered is told to be tried again; 1: within the server's own "
        "[default: %(default)s]",
    )
    group.add_argument(
        "--sessions",
        metavar="N",
        type=count,
        default=4,
        help="sandboxes that clients may hold open at one time [default: %(default)s]",
    )
    add_sandbox(group)
    add_packages(group)
    add_python(group)


def port(text: str) -> int:
    """Read a port."""
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= PORT_MAX):  # noqa: PLR2004
        raise ArgumentTypeError(f"'{text}' is not a port from 0 to {PORT_MAX}")
    return int(text)


def named_path(text: str) -> "tuple[str, Path]":
    """Read a benchmark's name and its data's path."""
    name, equals, place = text.partition("=")
    if not (name and equals and place):
        raise ArgumentTypeError(f"'{text}' is not NAME=PATH, such as humaneval=HumanEval.jsonl.gz")
    return name, path(place)


def run(arguments: Namespace) -> int:
    """Serve until a signal; returns the exit status."""
    if arguments.board:
        return serve_board(arguments)
    containers.refuse_idle(arguments)
    with from_extra("serve", who="'grader serve' needs"):
        from grader.server.serving import serve  # noqa: PLC0415  heavy

    return serve(options_of(arguments), lambda line: show(line + "\n"))


def serve_board(arguments: Namespace) -> int:
    """Serve a board until a signal."""
    with from_extra("board", who="boards need"):
        from grader.hosting import serving, settings  # noqa: PLC0415  heavy

    board = settings.read(arguments.board)
    return serving.serve(board, arguments.host, arguments.port, lambda line: show(line + "\n"))


def options_of(arguments: Namespace) -> "ServerOptions":
    """What was asked for."""
    from grader.engine.options import EngineOptions  # noqa: PLC0415
    from grader.server.options import ServerOptions  # noqa: PLC0415

    return ServerOptions(
        host=arguments.host,
        port=arguments.port,
        processes=arguments.processes,
        out=arguments.out,
        worker=arguments.worker,
        data=dict(arguments.data),
        dialects=tuple(arguments.dialect),
        token_file=arguments.token_file,
        access_log=arguments.access_log,
        engine=EngineOptions(**engine_fields(arguments)),
    )
