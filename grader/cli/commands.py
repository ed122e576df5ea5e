"""Which commands there are: one module each, imported only when it is needed.

A command module has `SUMMARY`, `configure(parser)` and `run(arguments) -> int`. It imports at its
top only what costs nothing, so that every `--help` stays as cheap as the interpreter itself.
"""

from argparse import Namespace
from importlib import import_module
from typing import Protocol, cast

from grader.cli.parser import Parser, nearest
from grader.errors import UsageError

GROUPS = {
    "grade": (
        "demo",
        "evaluate",
        "grade",
        "serve",
        "shim",
        "merge",
        "cluster",
        "regrade",
        "swebench",
        "seal",
        "keys",
        "accounts",
        "submit",
    ),
    "look": ("list", "show", "report", "view", "compare", "diff", "leaderboard", "irt"),
    "check": ("validate", "strength", "audit", "verify", "doctor", "images", "clean"),
}
NAMES = tuple(name for group in GROUPS.values() for name in group)


class CommandModule(Protocol):
    """A module of this package that is a command."""

    SUMMARY: str
    """One line for the list of commands."""

    def configure(self, parser: Parser) -> None:
        """Add the command's arguments."""
        ...

    def run(self, arguments: Namespace) -> int:
        """Do it; returns the exit status."""
        ...


def load(name: str) -> CommandModule:
    """Import the command `name`; UsageError with the nearest one where there is none."""
    if name not in NAMES:
        raise UsageError(f"no command '{name}'{nearest(name, NAMES)}; see 'grader --help'")
    return cast("CommandModule", import_module(f"grader.cli.{name}"))


def parser_of(name: str) -> Parser:
    """Make the argument parser of a command."""
    command = load(name)
    parser = Parser(prog=f"grader {name}", description=command.SUMMARY)
    command.configure(parser)
    return parser
