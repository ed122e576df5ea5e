"""What languages on a Java virtual machine share: how one runs in a slot, starts and ends."""

import re

from grader.core.result import Verdict
from grader.languages.base import TestsVerdict

HEAP = (
    "-XX:+UseSerialGC",
    "-Xmx512m",
    "-XX:CompressedClassSpaceSize=64m",
    "-XX:ReservedCodeCacheSize=64m",
    "-Xlog:disable",  # warnings go to standard output, which may be a program's answer
)
"""A JVM reserves more address space than a slot without a cgroup has."""
DEEP = "-Xss64m"
"""Recursion of contest programs; the stack is only reserved."""


def outermost(code: str, kinds: str) -> str:
    """What the outermost class is called in which a text ends; empty where there is none.

    `code`: without comments and quotes; `kinds`: words that such a class begins with, as a pattern.
    """
    found, depth = "", 0
    for match in re.finditer(rf"[{{}}]|\b(?:{kinds})\s+\w+", code):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
        elif depth == 0:
            found = match[0].split()[-1]
    return found


def by_exception(stderr: str, otherwise: str) -> TestsVerdict:
    """What the exception that ended tests says of them; `otherwise` is why where there was none."""
    lines = [line for line in stderr.splitlines() if line.startswith("Exception in thread")]
    thrown = lines[0].removeprefix('Exception in thread "main" ') if lines else ""
    if thrown.startswith("java.lang.AssertionError"):
        return TestsVerdict(Verdict.FAILED, "a test's assertion failed")
    return TestsVerdict(Verdict.ERROR, thrown or otherwise)
