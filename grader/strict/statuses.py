"""From records to the statuses that a parser of logs would have read.

Names of tests in datasets have the quirks of the parser that made them, so a log of nothing but
statuses is written from the records and read by that same parser. No test can write into it.
"""

from collections.abc import Collection
from typing import Any

from grader.strict.facts import RecordedRun


def outcomes(run: RecordedRun) -> dict[str, str]:
    """Test → `passed`, `failed`, `error`, `skipped`, `xfailed`; the worst of its phases counts.

    A test that began and of which no end was reported did not pass: its process left before.
    """
    found: dict[str, str] = {}
    called: set[str] = set()
    for record in run.of("phase"):
        outcome = outcome_of(record)
        name = str(record.get("id", ""))
        if record.get("when") == "call" and "part" not in record:
            called.add(name)
        old = found.get(name)
        if old is None or RANK.index(outcome) > RANK.index(old):
            found[name] = outcome
    left = {
        name: "error" for name, said in found.items() if said == "passed" and name not in called
    }
    return found | left


RANK = ("passed", "xfailed", "skipped", "failed", "error")


def outcome_of(record: dict[str, Any]) -> str:
    """One phase's outcome."""
    outcome = str(record.get("outcome"))
    if outcome == "skipped" and "xfail" in record:
        return "xfailed"
    if outcome == "failed" and record.get("when") in {"setup", "teardown"}:
        return "error"
    return outcome if outcome in RANK else "error"


WORDS = {
    "pytest": {"passed": "PASSED", "failed": "FAILED", "error": "ERROR", "skipped": "SKIPPED",
               "xfailed": "XFAIL"},
    "unittest": {"passed": "ok", "failed": "FAIL", "error": "ERROR", "skipped": "skipped 'x'",
                 "xfailed": "expected failure"},
    "sympy": {"passed": "ok", "failed": "F", "error": "E", "skipped": "s", "xfailed": "f"},
}  # fmt: skip


def log(run: RecordedRun, framework: str, excused: Collection[str] | None = None) -> str:
    """The statuses of a run in the form that the framework's log has them.

    excused: tests that may be skipped or fail as expected, as they do for the task's own solution;
    all others have to pass. None: no test has to.
    """
    words = WORDS[framework]
    lines: list[str] = []
    for name, said in outcomes(run).items():
        is_excuse = said in {"skipped", "xfailed"} and excused is not None and name not in excused
        outcome = "failed" if is_excuse else said
        match framework:
            case "pytest":
                lines.append(f"{words[outcome]} {one_line(name)}")
            case "unittest":
                lines += [one_line(line) for line in name.split("\n")]
                lines[-1] += f" ... {words[outcome]}"
            case _:
                lines.append(f"{one_line(name.rsplit('::', 1)[-1])} {words[outcome]}")
    return "\n".join(lines)


def one_line(text: str) -> str:
    """Nothing in a name may look like another line."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
