"""One self-contained page: no network, no other file, readable without JavaScript.

The page is made of real files beside this one (`page.html`, `*.css`, `*.js`); what the run says is
put into their slots, escaped. Its content policy allows only the two blocks that carry these files,
by their digests, so that nothing from a sample can run even where an escape were forgotten.
"""

from typing import BinaryIO

from grader.core.report import Report
from grader.reports.base import Evidence
from grader.reports.html import details, page, rows, sections

SUFFIX = ".html"


def compose(report: Report, evidence: Evidence, file: BinaryIO) -> None:
    """Write the page of a finished or unfinished run.

    Memory: some 40 bytes per sample, and the details that the page carries.
    """
    table = rows.collect(evidence.results(), report)
    kept = details.choose(table)
    chunks = details.chunks(table, evidence, kept=kept)
    slots = sections.slots(report, evidence.manifest, table)
    blocks = [page.block("rows", rows.payload(table))]
    blocks += [page.block(f"d{number}", chunk) for number, chunk in enumerate(chunks)]
    file.write(page.fill(slots, blocks=blocks))
