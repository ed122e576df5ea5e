"""What samples wrote is read in the engine's process: time grows with its length and not faster."""

import time
from collections.abc import Callable

import pytest

from grader.benchmarks._extract import candidates, defines
from grader.benchmarks._fences import fenced_blocks
from grader.core.job import sample_digest
from grader.core.result import Result, Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.engine.gate.syntax import refusal_of
from grader.graders import _repo_explain, _repo_log
from grader.patch import admission, read, similarity
from grader.record import artifacts, line
from grader.reports import base
from grader.stats import clusters, reasons
from grader.stats import similarity as copies

TASK = Task(
    id="t", benchmark="b", kind="function", spec={"prompt": "def f(x):\n", "entry_point": "f"}
)
LINK = "diff --git a/{0} b/{0}\nnew file mode 120000\n--- /dev/null\n+++ b/{0}\n@@ -0,0 +1 @@\n+y\n"
THROUGH = LINK + "diff --git a/{0}/z b/{0}/z\n--- a/{0}/z\n+++ b/{0}/z\n@@ -1 +1 @@\n-a\n+b\n"
PIECES = [
    "a", " ", "\n", "`", "```\n", "    ```py\n", "~~~ x\n", "def ", "async def f ", "def f\n", "__",
    "a__b-", " #", "1.", "\\", "a/", "\r", "\ud800", "é", '"', '\\"', "error: a: ", "error: a: b\n",
    "diff --git a/x b/x\n", "--- a/x\n+++ b/x\n", "--- a\n", "@@ -1 +1 @@\n-a\n+b\n", "@@ -1,9 ",
    "@@ -1,99999 +1,99999 @@\n", "+++ b/x\n@@\n+a\n", "rename from ../x\n", "--- ../", LINK, THROUGH,
]  # fmt: skip


def job(text: str) -> Sample:
    return Sample(task_id="t", index=0, body=text)


READERS: dict[str, Callable[[str], object]] = {
    "candidates": lambda text: list(candidates(TASK, job(text))),
    "fenced_blocks": fenced_blocks,
    "defines": lambda text: defines(text, "f"),
    "sample_digest": lambda text: sample_digest(job(text)),
    "changes": read.changes,
    "refusals": lambda text: admission.refusals(read.changes(text)),
    "likeness": lambda text: similarity.likeness(text, text),
    "distinctive": similarity.distinctive,
    "contains_patch": lambda text: copies.contains_patch(text, text),
    "clean": lambda text: base.clean(text, None),
    "clean_lines": lambda text: base.clean_lines(text, 16_384),
    "clusters": lambda text: clusters.clusters_of([text]),
    "reasons": lambda text: reasons.UngradedReasons().add(text, 1),
    "journal line": lambda text: line.encode(
        Result(task_id="t", index=0, verdict=Verdict.FAILED, reason=text)
    ),
    "cut stream": lambda text: artifacts.shortened(
        text.encode(errors="surrogatepass") + bytes(artifacts.INLINE)
    ),
    "clues": lambda text: _repo_explain.clues(text, text),
    "compiler's answer": lambda text: refusal_of(text.encode(errors="surrogatepass")),
}


def text_of(piece: str, characters: int) -> str:
    times = characters // len(piece)
    if piece in {LINK, THROUGH}:
        return "".join(piece.format(f"x{number}") for number in range(times))
    return piece * times


def seconds(call: Callable[[str], object], text: str) -> float:
    """CPU seconds, the least of two."""
    took: list[float] = []
    for _ in range(2):
        began = time.process_time()
        call(text)
        took.append(time.process_time() - began)
    return min(took)


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_time_grows_no_faster_than_the_text(reader: Callable[[str], object]) -> None:
    for piece in PIECES:
        small, large = (seconds(reader, text_of(piece, size)) for size in (10_000, 40_000))
        assert large < 8 * small + 0.01, f"{piece!r}: 4 times the text, 8 times the time"


@pytest.mark.parametrize("count", ["9" * 5000, "0" * 5000])
def test_numbers_that_python_does_not_read_end_nothing(count: str) -> None:
    patch = f"--- a/x\n+++ b/x\n@@ -1,{count} +1,{count} @@\n-a\n+b\n"
    assert [change.path for change in read.changes(patch)] == ["x"]
    assert _repo_log.exit_code(f"{_repo_log.EXIT_CODE}: {count}") == 1
    assert refusal_of(f"SyntaxError\n{count}\nwhy".encode()).line == 0


def test_programs_that_are_too_deep_are_no_copies() -> None:
    found: list[bool | None] = []
    for depth in range(900, 1000, 7):
        program = f"x = a{'.b' * depth}\n" * 6
        found.append(copies.contains_code(program, program))
    assert set(found) <= {True, None}
    assert found[-1] is None
