"""The `grader` command: choose a command, run it, and turn whatever it raises into an exit status.

This is the one place where errors become words (`failure.explain`).
"""

import sys
from collections.abc import Sequence

from grader.cli import commands, topics
from grader.cli.exit_codes import MEANING, Exit
from grader.cli.output import open_missing, show, speak_for, use_replacements
from grader.cli.parser import nearest
from grader.errors import UsageError
from grader.version import VERSION

ABOUT = "Decides whether code that a model wrote is right."
START = "grader demo"
HELP = frozenset({"-h", "--help", "help"})


def main(words: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status."""
    words = sys.argv[1:] if words is None else list(words)
    open_missing()
    use_replacements()
    try:
        return dispatch(words)
    except SystemExit as end:  # argparse ends `--help` this way
        return end.code if isinstance(end.code, int) else Exit.GRADED
    except BaseException as error:  # noqa: BLE001  boundary: the process's edge, every error ends here
        from grader.cli.failure import explain  # noqa: PLC0415  only for errors

        return explain(error, words)


def dispatch(words: Sequence[str]) -> int:
    """Run the command that `words` names."""
    if not words:
        show(overview())
        return Exit.USAGE
    name, *rest = words
    if name == "--version":
        show(f"grader {VERSION}\n")
        return Exit.GRADED
    if name in HELP:
        show_help(rest)
        return Exit.GRADED
    if name.startswith("-"):
        known = nearest(name, (*HELP, "--version"))
        raise UsageError(f"unknown option '{name}' before a command{known}; see 'grader --help'")
    parser = commands.parser_of(name)
    speak_for(parser.option_names)
    arguments = parser.parse(rest)
    arguments.command = ("grader", *words)
    return commands.load(name).run(arguments)


def show_help(words: Sequence[str]) -> None:
    """Show what `grader help …` asks for: a command, a topic, or all of them by name."""
    if not words:
        show(overview())
        return
    name = words[0]
    if name in topics.names():
        show(topics.text(name))
        return
    if name not in commands.NAMES:
        known = nearest(name, (*commands.NAMES, *topics.names()))
        raise UsageError(f"no command or topic '{name}'{known}; see 'grader --help'")
    commands.parser_of(name).print_help()


def overview() -> str:
    """Word what `grader --help` prints."""
    lines = [ABOUT, "", "usage: grader COMMAND …   (each command explains itself: --help)"]
    for group, names in commands.GROUPS.items():
        lines += ["", group]
        lines += [f"  {name:<13}{commands.load(name).SUMMARY}" for name in names]
    lines += ["", "topics (grader help TOPIC)", f"  {', '.join(topics.names())}"]
    lines += ["", "options", "  -h, --help  show this", "  --version   show the version"]
    lines += ["", "exit status"]
    lines += [f"  {int(code):>3}  {meaning}" for code, meaning in MEANING.items()]
    lines += ["", f"first time here: {START}"]
    return "\n".join(lines) + "\n"
