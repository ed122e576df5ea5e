"""Which modules of this machine samples missed."""

import re
from collections import Counter
from importlib import metadata

from grader.core.result import Result

MISSED = re.compile(r"ModuleNotFoundError: No module named '([A-Za-z_][A-Za-z0-9_]{0,63})\b")
NAMES_MAX = 4096
"""Samples may miss anything; so many names are counted."""
NOTES_MAX = 5


class MissedModules:
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
