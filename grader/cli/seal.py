"""`grader seal DATA --to KEY.pub -o FILE`: a benchmark whose tests only a key opens."""

from argparse import Namespace

from grader.cli.engine_options import add_key
from grader.cli.parser import Parser, path
from grader.errors import UsageError

SUMMARY = "seal a benchmark's data: prompts stay readable, tests only with a key"
EXAMPLES = """
examples:
  grader keys new secret
  grader seal HumanEval.jsonl.gz --to secret.pub -o humaneval.sealed
  grader evaluate humaneval samples.jsonl --data humaneval.sealed --key secret
  grader seal humaneval.sealed --key secret --to newer.pub -o humaneval.sealed
"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument(
        "sealing",
        metavar="DATA",
        type=path,
        help="a benchmark's data, or sealed data that shall get other keys",
    )
    parser.add_argument(
        "--to",
        metavar="KEY.pub",
        action="append",
        required=True,
        help="a public key (age1…) or its file; may be repeated, each opens alone",
    )
    parser.add_argument(
        "-o", "--out", metavar="FILE", type=path, required=True, help="what to write"
    )
    parser.add_argument(
        "--benchmark",
        metavar="NAME",
        default="",
        help="whose data these are; see: grader list [default: told by their form]",
    )
    add_key(parser)


def run(arguments: Namespace) -> int:
    """Seal, and say what was written."""
    from grader.cli.output import tell  # noqa: PLC0415  heavy
    from grader.engine.sealing import sealed_lines  # noqa: PLC0415
    from grader.reports.base import replacing_bytes  # noqa: PLC0415
    from grader.vault.file import is_sealed, read  # noqa: PLC0415
    from grader.vault.keys import public_key  # noqa: PLC0415

    if arguments.benchmark and is_sealed(arguments.sealing):
        raise UsageError("sealed data say whose they are; leave out --benchmark")
    recipients = tuple(dict.fromkeys(map(public_key, arguments.to)))
    lines = list(
        sealed_lines(arguments.sealing, recipients, name=arguments.benchmark, key=arguments.key)
    )
    with replacing_bytes(arguments.out) as file:
        file.writelines(lines)
    head = read(arguments.out).head
    tell(
        f"wrote {arguments.out}: {head.tasks} tasks of {head.benchmark}, sealed to"
        f" {len(recipients)} key{'s' * (len(recipients) != 1)}; {head.canary}"
    )
    return 0
