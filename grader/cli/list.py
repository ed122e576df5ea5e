"""`grader list`: the benchmarks, and the languages that this machine has."""

from argparse import Namespace

from grader.cli.output import show
from grader.cli.parser import Parser

SUMMARY = "list the benchmarks, and the languages that are here"


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--json", action="store_true", help="a list of objects on stdout [default: text]"
    )


def run(arguments: Namespace) -> int:
    """Show name, version, licence and summary of each benchmark."""
    from grader import plugins  # noqa: PLC0415  heavy
    from grader.benchmarks.base import Benchmark  # noqa: PLC0415

    found: list[Benchmark] = [
        plugins.load("benchmarks", name).benchmark() for name in plugins.names("benchmarks")
    ]
    if arguments.json:
        import json  # noqa: PLC0415

        fields = ("name", "version", "licence", "summary")
        rows = [{field: getattr(each, field) for field in fields} for each in found]
        show(json.dumps(rows, indent=2) + "\n")
        return 0
    room = max(len(each.name) for each in found) + 2
    lines = [f"{each.name:<{room}}{each.summary}; {each.licence}" for each in found]
    show("\n".join([*lines, "", *languages()]) + "\n")
    return 0


def languages() -> list[str]:
    """Which programming languages this machine has the toolchains of."""
    from grader.engine.toolchains import here  # noqa: PLC0415  heavy
    from grader.languages import base  # noqa: PLC0415

    known = [base.load(name) for name in base.names()]
    found = [each.name for each in known if not here.missing(each.toolchain)]
    lacking = [each for each in known if each.name not in found]
    lines = [f"languages here: python {' '.join(found)}"]
    if lacking:
        packages = " ".join(f"{each.name} ({each.toolchain.packages})" for each in lacking)
        lines.append(f"not here, and what to install: {packages}")
    return lines
