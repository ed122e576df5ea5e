"""`grader report RUN`: the report of a run, finished or not, derived anew from its journal."""

from argparse import Namespace
from io import BytesIO
from typing import TYPE_CHECKING

from grader.cli.engine_options import add_strength
from grader.cli.parser import Parser, count, counts, path
from grader.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

SUMMARY = "show the report of a run, or write it as a page or a table; nothing is run"
DOCUMENTS = (
    "text, json, markdown, html, csv, junit, github, parquet, inspect-scores, every-eval-ever,"
    " every-eval-ever-samples, hf-eval-results, in-toto, swe-bench-live, swe-bench-pro"
)
OWN_PLACES = {
    "human-eval": "beside the samples",
    "evalplus": "beside the samples",
    "multipl-e": "beside the samples",
    "scicode": "beside the samples",
    "aider": "beside the samples",
    "swebench": "below the working directory",
}
"""What a peer's own tool would write, where it would write it."""
FORMATS = ", ".join((DOCUMENTS, *OWN_PLACES))


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("run_directory", metavar="RUN", type=path, help="a run's directory")
    parser.add_argument(
        "-k", metavar="K", type=counts, help="pass@k for these k, as 1,10 [default: the run's own]"
    )
    parser.add_argument(
        "--worst",
        metavar="N",
        type=count,
        default=0,
        help="also list the N weakest tasks [default: %(default)s]",
    )
    parser.add_argument(
        "--format",
        metavar="NAME",
        help=f"one of {FORMATS}; the last {len(OWN_PLACES)} are written where their own tools put"
        " them [default: text]",
    )
    parser.add_argument(
        "-o",
        "--out",
        metavar="FILE",
        type=path,
        help="where to write it; - is stdout [default: stdout, or RUN/report.SUFFIX for html"
        " and parquet]",
    )
    parser.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="what a format asks for, as dataset=ORG/NAME for hf-eval-results; may be repeated"
        " [default: none]",
    )
    parser.add_argument(
        "--key",
        metavar="FILE",
        type=path,
        help="private key of OpenSSH, or of OpenSSL (Ed25519), that signs in-toto"
        " [default: not signed]",
    )
    add_strength(parser)
    parser.add_argument(
        "--json", action="store_true", help="the report as JSON on stdout [default: text]"
    )


def run(arguments: Namespace) -> int:
    """Show the report; the exit status is 0 even where samples are ungraded."""
    if arguments.json and arguments.format in {"text", "json"}:
        arguments.format = None
    if arguments.format in OWN_PLACES:
        return as_peer(arguments)
    if arguments.json and (arguments.format or arguments.out):
        raise UsageError("--json goes to stdout; for a file: --format json -o FILE")
    if arguments.format and (arguments.format != "text" or arguments.out):
        return document(arguments, arguments.format)
    if arguments.out:
        return document(arguments, name_for(arguments.out))
    return summary(arguments)


def summary(arguments: Namespace) -> int:
    """Show the report on stdout."""
    from grader.cli.output import has_color_for_results, show, width  # noqa: PLC0415  heavy
    from grader.reports import json, text  # noqa: PLC0415
    from grader.run.report import derive  # noqa: PLC0415
    from grader.study.strength.told import tested  # noqa: PLC0415

    report = derive(arguments.run_directory, k=arguments.k or ())
    if arguments.strength:
        report = tested(report, arguments.strength)
    if arguments.json:
        show(json.render(report))
    else:
        color = has_color_for_results()
        show(text.render(report, width=width(), color=color, worst=arguments.worst))
    return 0


def as_peer(arguments: Namespace) -> int:
    """Show the report and write a peer's file."""
    from grader.cli import export  # noqa: PLC0415  heavy
    from grader.cli.output import tell  # noqa: PLC0415

    if arguments.out:
        place = OWN_PLACES[arguments.format]
        raise UsageError(f"--format {arguments.format} is written {place}; leave out -o")
    summary(arguments)
    tell(export.export(arguments.run_directory, arguments.format))
    return 0


def document(arguments: Namespace, name: str) -> int:
    """Write the report as a document."""
    from pathlib import Path  # noqa: PLC0415

    from grader import plugins  # noqa: PLC0415  heavy
    from grader.cli.output import show, tell  # noqa: PLC0415
    from grader.reports.base import replacing_bytes  # noqa: PLC0415

    member = plugins.load("reports", name)
    binary = getattr(member, "BINARY", False)
    usual = Path("-")
    if binary or name == "html":
        usual = arguments.run_directory / f"report{member.SUFFIX}"
    out = arguments.out or usual
    if str(usual) != "-" and not arguments.out:
        from grader.record.received import is_there  # noqa: PLC0415

        is_there(usual)
    if str(out) != "-":
        with replacing_bytes(out) as file:
            compose(arguments, name, file)
        tell(f"wrote {out}")
        return 0
    if binary:
        raise UsageError(f"{name} is no text; name a file with -o")
    whole = BytesIO()
    compose(arguments, name, whole)
    show(whole.getvalue().decode())
    return 0


def compose(arguments: Namespace, name: str, file: "BinaryIO") -> None:
    """Write the document, signed where a key is given."""
    from grader.record.sign import envelope  # noqa: PLC0415
    from grader.study.publish import publish  # noqa: PLC0415  heavy

    if arguments.key and name != "in-toto":
        raise UsageError("--key signs --format in-toto only")
    whole = BytesIO() if arguments.key else file
    publish(
        arguments.run_directory,
        name,
        whole,
        k=arguments.k or (),
        settings=settings_of(arguments.set),
        strength=arguments.strength,
    )
    if isinstance(whole, BytesIO) and arguments.key:
        file.write(envelope(whole.getvalue(), arguments.key))


def settings_of(words: list[str]) -> dict[str, str]:
    """Read KEY=VALUE; UsageError for anything else."""
    pairs = [word.partition("=") for word in words]
    for key, equals, _ in pairs:
        if not key or not equals:
            raise UsageError(f"--set '{key}' is not KEY=VALUE")
    return {key: value for key, _, value in pairs}


def name_for(out: "Path") -> str:
    """The format that a file's name stands for; UsageError where it says none."""
    names = {
        ".html": "html",
        ".json": "json",
        ".md": "markdown",
        ".csv": "csv",
        ".xml": "junit",
        ".parquet": "parquet",
        ".txt": "text",
    }
    name = names.get(out.suffix)
    if name is None:
        raise UsageError(f"'{out}' does not say which format it wants; add --format")
    return name
