"""When an official log suffices for both readings: it says itself that the patch failed.

Whoever writes into the log wants to be resolved, so a failure that it names is believed, unless
something could have made a right patch look wrong: markers out of their order, a patch that was
applied in another way, a file that decides how tests run and that the strict reading would restore.
"""

import posixpath

from grader.graders._repo_explain import clues
from grader.graders._repo_log import APPLIED, END, EXIT_CODE, START, exit_code
from grader.graders._repo_tests import TestsStatus
from grader.parsers.base import ERROR, FAILED, Statuses
from grader.patch.admission import refusals
from grader.patch.read import changes, paths
from grader.strict.inside import protected
from grader.strict.steps import is_late, test_folders

MARK = ">>>>> "
FIRST_WAY = f"{APPLIED}:"
"""How the output of applying begins where the first of the official commands worked."""


def explicit(status: TestsStatus, statuses: Statuses) -> tuple[str, ...]:
    """Expected tests that the log says failed, by their own name or by that of their file."""
    missed = (*status.fail_to_pass.failure, *status.pass_to_pass.failure)
    return tuple(
        name
        for name in missed
        if statuses.get(name) in {FAILED, ERROR}
        or (name not in statuses and statuses.get(name.split("::")[0]) == ERROR)
    )


def is_settled(patch: str, applied: str, log: str, *, test_patch: str) -> bool:
    """Whether a log that names failed tests says what strict tests would say."""
    return (
        applied.startswith(FIRST_WAY)
        and in_order(log)
        and not clues(patch, log).words
        and not refusals(changes(patch))
        and not decides(patch, test_patch)
    )


def in_order(log: str) -> bool:
    """Every marker once (the exit status' line perhaps traced), and the test command failed."""
    if log.count(START) != 1 or log.count(END) != 1:
        return False
    before, _, after = log.partition(END)
    marks = log.count(MARK) - 2
    return (
        START in before
        and after.count(EXIT_CODE) == marks
        and marks in {1, 2}
        and exit_code(log) not in {None, 0}
    )


def decides(patch: str, test_patch: str) -> bool:
    """Whether the patch changes what is built, what configures tests, or what lies beside them."""
    folders = test_folders(test_patch)
    return is_late(patch) or any(
        protected.rule(path, (), folders)[0] != protected.KEEP
        or posixpath.basename(path) in protected.SECTIONED
        for path in paths(patch)
    )
