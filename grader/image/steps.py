"""A set-up in named steps, each of which ends it by any failure, and what a failure means. Pure.

Shells pass over what fails in `A && B` or left of a pipe, so the status of all parts of a step's
last command is looked at.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from grader.core.supply import SupplyFault

SHOWN_LINES, SHOWN_CHARS = 8, 700
MARK = "grader-step"
BROKEN_PIPE = 141
"""Status of a command that had more to say than the next one in its pipe read: no failure."""
HEAD = f"""set -e
done_with() {{
  left=$1
  shift
  [ "$left" = 0 ] || exit "$left"
  [ "$#" -gt 1 ] && [ "${{!#}}" = 0 ] || return 0
  for part in "$@"; do
    case $part in 0|{BROKEN_PIPE}) ;; *) exit "$part" ;; esac
  done
}}
"""
"""Takes a step's status and those of the parts of its last pipe, which a lone compound command has
too: these say nothing."""
NETWORK = re.compile(
    r"no such host|could not resolve|name resolution|connection (?:refused|reset|aborted|timed out)"
    r"|connect error|error sending request|timed out|network is unreachable|certificate|\btls\b"
    r"|temporary failure|HTTP status (?:server )?error \(?(?:5\d\d|429)",
    re.IGNORECASE,
)
SPACE = re.compile(r"no space left on device", re.IGNORECASE)


class SetupStep(NamedTuple):
    """One step of a set-up."""

    name: str
    text: str
    """Bash; what it sets and exports holds for the later ones."""
    fault: SupplyFault = SupplyFault.DATA
    """Whose it is that it fails, where its output does not say more."""
    advice: str = ""
    """The next move then."""
    downloads: bool = False


def script(stages: Sequence[SetupStep], mark: str) -> str:
    """All of them for one shell; `mark`: a word that no output has by chance."""
    end = 'done_with "$?" "${PIPESTATUS[@]}"'
    parts = [
        f"printf '\\n{MARK} {mark} {number}\\n'\n{stage.text}\n{end}\n"
        for number, stage in enumerate(stages)
    ]
    return HEAD + "".join(parts)


class SetupFailure(NamedTuple):
    """Which step failed, and what it said at last."""

    stage: SetupStep
    said: str
    fault: SupplyFault
    advice: str

    def told(self, code: int) -> str:
        """In one line."""
        return (
            f"step '{self.stage.name}' left with status {code}, its last lines: {self.said or '-'};"
            f" at fault: {self.fault.value}; next: {self.advice}"
        )


def failure(stages: Sequence[SetupStep], mark: str, output: str) -> SetupFailure:
    """What an output ends with means."""
    parts = re.split(rf"^{MARK} {re.escape(mark)} (\d+)$", output, flags=re.MULTILINE)
    stage = stages[int(parts[-2])] if len(parts) > 1 else stages[0]
    said = last_lines(parts[-1])
    if SPACE.search(parts[-1]):
        return SetupFailure(stage, said, SupplyFault.MACHINE, "make room: grader images prune")
    if stage.downloads and NETWORK.search(parts[-1]):
        advice = "look at the network between containers and the package index, and try again"
        return SetupFailure(stage, said, SupplyFault.NETWORK, advice)
    return SetupFailure(stage, said, stage.fault, stage.advice)


def last_lines(output: str) -> str:
    """The end of an output, in one line."""
    lines = [" ".join(line.split()) for line in output.splitlines() if line.strip()]
    said = " | ".join(lines[-SHOWN_LINES:])
    return said if len(said) <= SHOWN_CHARS else "..." + said[-SHOWN_CHARS:]
