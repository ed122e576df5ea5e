"""Annotations of GitHub Actions: print them in a step, and a pull request shows them.

`error` for samples that did not pass, `warning` for ungraded ones, which are our trouble, and one
`notice` with the whole. Values are escaped as GitHub's toolkit does (`command.ts`), so that no text
of a sample begins a command of its own.
"""

from typing import BinaryIO

from grader.core.report import Report
from grader.core.result import Result, Verdict
from grader.reports._one_line import why
from grader.reports._words import counted, coverage
from grader.reports.base import RunEvidence, clean

SUFFIX = ".txt"


def compose(report: Report, evidence: RunEvidence, file: BinaryIO) -> None:
    """Write a line for the whole, then one for each sample that did not pass."""
    passed = report.counts.get(Verdict.PASSED.value, 0)
    whole = f"{passed:,} of {counted(report.samples, 'sample')} passed; {coverage(report)}"
    file.write(command("notice", f"grader: {report.benchmark}", whole))
    for result in evidence.results():
        if result.verdict is not Verdict.PASSED:
            file.write(annotation(result))


def annotation(result: Result) -> bytes:
    """One sample's line."""
    kind = "warning" if result.verdict is Verdict.UNGRADED else "error"
    return command(kind, f"{result.task_id} #{result.index}", why(result))


def command(kind: str, title: str, message: str) -> bytes:
    """A workflow command."""
    head = in_property(clean(title))
    return f"::{kind} title={head}::{in_data(clean(message, None))}\n".encode()


def in_data(text: str) -> str:
    """A message, escaped."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def in_property(text: str) -> str:
    """A property's value, escaped."""
    return in_data(text).replace(":", "%3A").replace(",", "%2C")
