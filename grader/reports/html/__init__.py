"""One self-contained page: no network, no other file, readable without JavaScript.

The page is made of real files beside this one (`page.html`, `*.css`, `*.js`); what the run says is
put into their slots, escaped. Its content policy allows only the two blocks that carry these files,
by their digests, so that nothing from a sample can run even where an escape were forgotten.
"""

import re
from typing import BinaryIO

from grader.core.report import Report
from grader.errors import UsageError
from grader.reports.base import RunEvidence, clean
from grader.reports.html import details, page, rows, sections

SUFFIX = ".html"
NEARBY = re.compile(r"(?:\.\./)*[A-Za-z0-9_-][A-Za-z0-9_./-]*\.html")


def compose(report: Report, evidence: RunEvidence, file: BinaryIO) -> None:
    """Write the page of a finished or unfinished run.

    Memory: some 40 bytes per sample, and the details that the page carries.
    """
    table = rows.collect(evidence.results(), report)
    kept = details.choose(table)
    chunks = details.chunks(table, evidence, kept=kept)
    slots = sections.slots(report, evidence.manifest, table)
    blocks = [page.block("rows", rows.payload(table))]
    blocks += [page.block(f"d{number}", chunk) for number, chunk in enumerate(chunks)]
    if back := evidence.settings.get("back", ""):
        slots["back"] = back_link(back)
    file.write(page.fill(slots, blocks=blocks))


def back_link(address: str) -> str:
    """The way to the board on which the run stands; UsageError for anything but a place nearby."""
    if not NEARBY.fullmatch(address):
        raise UsageError(f"--set back={clean(address, 60)}: give a relative path of plain letters")
    return f'<a class="back" href="{address}">\u2190 Leaderboard</a>'
