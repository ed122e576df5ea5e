"""What the end of a program with tests means in most languages; members add their own idioms."""

import re

from grader.core.result import Verdict
from grader.languages.base import ProgramEnd, TestsVerdict

LINE_CHARS = 300


def by_status(end: ProgramEnd, failed: re.Pattern[str], telling: re.Pattern[str]) -> TestsVerdict:
    """The verdict of tests that pass with status 0.

    `failed`: what they print where an assertion said no; `telling`: the line that says what went
    wrong.
    """
    if not end.status:
        return TestsVerdict(Verdict.PASSED)
    said = f"{end.stderr}\n{end.stdout}"
    verdict = Verdict.FAILED if failed.search(said) else Verdict.ERROR
    return TestsVerdict(verdict, last_words(said, telling) or f"status {end.status}")


def last_words(said: str, telling: re.Pattern[str]) -> str:
    """The first line that tells what went wrong, else the last one; empty where there is none."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    found = next((line for line in lines if telling.search(line)), lines[-1] if lines else "")
    return found[:LINE_CHARS]
