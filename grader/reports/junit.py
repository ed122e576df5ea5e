"""JUnit XML, as continuous-integration servers read it: one test case per sample.

A sample that did not pass is a `failure` whose type is its verdict; an ungraded one, which is our
trouble, is an `error`.
"""

from collections.abc import Iterator
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

from grader.core.report import Report
from grader.core.result import Outcome, Result, Verdict
from grader.reports.base import RunEvidence, clean, clean_lines

SUFFIX = ".xml"
BODY_MAX = 8192


def compose(report: Report, evidence: RunEvidence, file: BinaryIO) -> None:
    """Write one suite with every sample in the journal's order."""
    ungraded = report.counts.get(Verdict.UNGRADED.value, 0)
    failures = report.samples - report.counts.get(Verdict.PASSED.value, 0) - ungraded
    suite = (
        f"name={attribute(report.benchmark)} tests={attribute(report.samples)}"
        f" failures={attribute(failures)} errors={attribute(ungraded)} skipped={attribute(0)}"
        f" time={attribute(f'{report.wall_s:.3f}')}"
    )
    file.write(b'<?xml version="1.0" encoding="UTF-8"?>\n')
    file.write(f"<testsuites>\n<testsuite {suite}>\n".encode())
    file.writelines(
        "".join(case(result, report.benchmark)).encode() for result in evidence.results()
    )
    file.write(b"</testsuite>\n</testsuites>\n")


def case(result: Result, benchmark: str) -> Iterator[str]:
    """One test case."""
    steps = result.execution.steps if result.execution else ()
    time = sum(step.wall_s for step in steps)
    name = f"{clean(result.task_id, None)} #{result.index}"
    yield (
        f"<testcase classname={attribute(benchmark)} name={attribute(name)}"
        f" time={attribute(f'{time:.6f}')}>"
    )
    if result.verdict is not Verdict.PASSED:
        tag = "error" if result.verdict is Verdict.UNGRADED else "failure"
        kind, message = attribute(result.verdict.value), attribute(result.reason)
        yield f"<{tag} type={kind} message={message}>{escape(body(result))}</{tag}>"
    yield "</testcase>\n"


def body(result: Result) -> str:
    """The tests that did not pass and the traceback."""
    bad = (test for test in result.tests if test.outcome in {Outcome.FAILED, Outcome.ERROR})
    lines = [f"{test.outcome.value} {test.name} {test.message}" for test in bad]
    for step in result.execution.steps if result.execution else ():
        lines.append(step.completion.traceback)
        lines.append(step.checker.completion.traceback if step.checker else "")
    return clean_lines("\n".join(line for line in lines if line), BODY_MAX)


def attribute(value: object) -> str:
    """A quoted attribute's value."""
    return quoteattr(clean(str(value), 1000))
