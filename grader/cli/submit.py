"""`grader submit URL SAMPLES`: send samples to a board, and tell the result."""

import time
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from grader.cli.exit_codes import Exit
from grader.cli.parser import Parser, path
from grader.errors import InfraError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

SUMMARY = "submit samples to a board that 'grader serve --board' serves"
WAIT_S = 2.0
ANSWER_BYTES = 1 << 20
OURS = 500
"""Statuses from here on are the board's trouble."""
EXAMPLES = """
examples:
  grader submit https://board.example samples.jsonl.gz --name "my model" --token-file token
"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("url", metavar="URL", help="the board's address")
    parser.add_argument("samples", metavar="SAMPLES", type=path, help="a .jsonl or .jsonl.gz file")
    parser.add_argument("--name", required=True, metavar="TEXT", help="the entry's name")
    parser.add_argument(
        "--token-file",
        required=True,
        metavar="FILE",
        type=path,
        help="a file that holds the account's token, and nothing else",
    )
    parser.add_argument(
        "--usd", metavar="X", default="", help="what the samples cost, in USD [default: not told]"
    )
    parser.add_argument(
        "--no-wait", action="store_true", help="do not wait for the result [default: wait]"
    )
    parser.add_argument(
        "--publish", action="store_true", help="put the result on the board [default: private]"
    )


def run(arguments: Namespace) -> int:
    """Send, wait, show the submission as JSON."""
    import json  # noqa: PLC0415  heavy from here
    from urllib.parse import urlencode  # noqa: PLC0415

    from grader.cli.output import show, tell  # noqa: PLC0415

    if not str(arguments.url).startswith(("http://", "https://")):
        raise UsageError(f"{arguments.url} is no address of a board; it begins with https://")
    if arguments.no_wait and arguments.publish:
        raise UsageError("only a result can be published; leave out --no-wait or --publish")
    token = token_in(arguments.token_file)
    place = f"{arguments.url.rstrip('/')}/api/submissions"
    query = urlencode({"name": arguments.name, "usd": arguments.usd})
    found = ask(f"{place}?{query}", token, bytes_of(arguments.samples))
    tell(f"submitted as {found['id']}")
    while not arguments.no_wait and found["state"] in {"queued", "grading"}:
        time.sleep(WAIT_S)
        found = ask(f"{place}/{found['id']}", token)
    if arguments.publish and found["state"] == "graded":
        found = ask(f"{place}/{found['id']}/publish", token, b"")
    show(json.dumps(found, indent=2) + "\n")
    return Exit.USAGE if found["state"] == "refused" else Exit.GRADED


def token_in(file: "Path") -> str:
    """A token out of its file."""
    try:
        return bytes_of(file).decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} holds no token: {error}") from error


def bytes_of(file: "Path") -> bytes:
    """All of a file."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from error


def ask(url: str, token: str, body: bytes | None = None) -> Any:
    """A board's answer; UsageError for what it refuses, InfraError for its trouble.

    body: what is posted; None: nothing is, the board is only asked.
    """
    import json  # noqa: PLC0415  heavy from here
    from urllib.error import HTTPError, URLError  # noqa: PLC0415
    from urllib.request import Request, urlopen  # noqa: PLC0415

    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
    try:
        asked = Request(url, data=body, headers=headers)  # noqa: S310  http or https, see above
        with urlopen(asked, timeout=600) as answer:  # noqa: S310
            return json.loads(answer.read(ANSWER_BYTES))
    except HTTPError as error:
        said = error.read(ANSWER_BYTES).decode(errors="replace")
        try:
            said = str(json.loads(said)["error"])
        except (ValueError, KeyError, TypeError):
            said = error.reason
        kind = UsageError if error.code < OURS else InfraError
        raise kind(f"the board says {error.code}: {said}") from error
    except (URLError, OSError, ValueError) as error:
        raise UsageError(f"{url.partition('?')[0]}: {error}; check the address") from error
