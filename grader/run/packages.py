"""Which of this machine's packages samples may import, and which they missed."""

import re
from collections import Counter
from difflib import get_close_matches
from importlib import metadata

from grader import plugins
from grader.core.result import Result
from grader.errors import UsageError
from grader.run.options import Options
from grader.sandboxes._slot import distributions

MISSED = re.compile(r"ModuleNotFoundError: No module named '([A-Za-z_][A-Za-z0-9_]{0,63})\b")
NAMES_MAX = 4096
"""Samples may miss anything; so many names are counted."""
NOTES_MAX = 5


def shown(options: Options) -> tuple[str, ...]:
    """`name==version` of the packages asked for and of all that they need.

    Raises UsageError for a name that this Python does not have, and where images decide.
    """
    if not options.packages:
        return ()
    if getattr(plugins.load("sandboxes", options.sandbox), "HAS_IMAGES", True):
        raise UsageError(
            f"--package shows packages of this machine; in the sandbox '{options.sandbox}' the"
            " image decides: install them there"
        )
    for name in options.packages:
        refuse_unknown(name)
    found = distributions.with_needs(options.packages)
    return tuple(f"{each.metadata['Name']}=={each.version}" for each in found)


def refuse_unknown(name: str) -> None:
    """UsageError with the nearest name where no installed distribution is called so."""
    try:
        metadata.distribution(name)
    except (metadata.PackageNotFoundError, ValueError) as error:
        raise UsageError(
            f"--package {name}: this Python has no such distribution; {nearest(name)}"
        ) from error


def nearest(name: str) -> str:
    """The next move for a name that nothing is called by."""
    providers = metadata.packages_distributions()
    if name in providers:
        return f"the module {name} is of --package {providers[name][0]}"
    names = {distributions.normal(each.metadata["Name"]): each for each in metadata.distributions()}
    close = get_close_matches(distributions.normal(name), names, n=1)
    if close:
        return f"did you mean {names[close[0]].metadata['Name']}?"
    return "install it beside grader first"


class Missed:
    """Modules that samples did not find, counted while results come."""

    def __init__(self) -> None:
        self._modules: Counter[str] = Counter()

    def add(self, result: Result) -> None:
        """Count the module that a result's reason names."""
        match = MISSED.search(result.reason)
        if match and (match[1] in self._modules or len(self._modules) < NAMES_MAX):
            self._modules[match[1]] += 1

    def notes(self) -> tuple[str, ...]:
        """One line for each module that this machine could have shown."""
        if not self._modules:
            return ()
        providers = metadata.packages_distributions()
        here = [(name, many) for name, many in self._modules.most_common() if name in providers]
        return tuple(
            f"{many:,} {'sample misses' if many == 1 else 'samples miss'} {name}, which this"
            f" machine has: --package {providers[name][0]}"
            for name, many in here[:NOTES_MAX]
        )
