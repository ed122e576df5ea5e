"""Progress on stderr: a bar on a terminal, else a plain line now and then."""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from enum import StrEnum
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, Self

from grader.cli.output import is_terminal, tell

if TYPE_CHECKING:
    from tqdm import tqdm

    from grader.cli.live import LiveLines
    from grader.core.activity import Activity
    from grader.core.manifest import Manifest
    from grader.core.report import Report
    from grader.core.result import Result

LINE_EVERY_S = 10.0
QUIET_S = 60.0
"""Without a result for that long, a plain line says what goes on."""
LOOK_EVERY_S = 0.5
BAR_EVERY_S = 0.2


class ProgressStyle(StrEnum):
    """How progress is shown."""

    BAR = "bar"
    LINES = "lines"
    QUIET = "quiet"


def style_for(*, quiet: bool) -> ProgressStyle:
    """Choose the style that suits stderr."""
    if quiet:
        return ProgressStyle.QUIET
    return ProgressStyle.BAR if is_terminal(sys.stderr) and _has_columns() else ProgressStyle.LINES


class RunProgress:
    """Observes one evaluation; also remembers what the words at its end need."""

    def __init__(
        self, style: ProgressStyle, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`clock`: seconds, never backwards."""
        self.counts: Counter[str] = Counter()
        """Verdict value → samples graded by this process."""
        self._style = style
        self._clock = clock
        self._began = self._shown = clock()
        self._total: int | None = None
        self._bar: tqdm[NoReturn] | None = None
        self._lines: LiveLines | None = None
        self._looked = self._began

    @property
    def done(self) -> int:
        """Samples with a result from this process."""
        return self.counts.total()

    def started(self, manifest: "Manifest", total: int | None) -> None:
        """Grading begins."""
        samples = "samples" if total is None else f"{total:,} samples"
        self.begin(f"grading {samples} of {manifest.dataset.benchmark}", total)

    def begin(self, title: str, total: int | None) -> None:
        """Show that `total` samples lie ahead (None: nobody knows how many); counts begin anew."""
        self._total = total
        self.counts.clear()
        self._began = self._shown = self._clock()
        if self._style is ProgressStyle.BAR:
            self._bar = bar(total)
        elif self._style is ProgressStyle.LINES:
            tell(title)

    def result(self, result: "Result") -> None:
        """One more sample has its result."""
        self.counts[result.verdict.value] += 1
        if self._style is ProgressStyle.QUIET:
            return
        now = self._clock()
        if self._bar is not None:
            self._bar.update()
            if now - self._shown >= BAR_EVERY_S:
                self._shown = now
                self._bar.set_postfix_str(_verdicts(self.counts), refresh=False)
        elif now - self._shown >= LINE_EVERY_S:
            self._shown = now
            tell(self.line(now))

    def working(self, active: "Sequence[Activity]") -> None:
        """Show what takes long: lines below the bar, or a plain one where nothing else comes."""
        now = self._clock()
        if self._bar is not None and now - self._looked >= LOOK_EVERY_S:
            self._looked = now
            self._show(active)
        elif self._style is ProgressStyle.LINES and now - self._shown >= QUIET_S:
            from grader.cli.live import words  # noqa: PLC0415  it needs pydantic

            if text := words(active, time.monotonic()):
                self._shown = now
                tell(f"{self.line(now)}; {text}" if self.done else text)

    def _show(self, active: "Sequence[Activity]") -> None:
        from grader.cli.live import LiveLines, rows  # noqa: PLC0415  it needs pydantic

        texts = rows(active, time.monotonic())
        if texts and self._lines is None:
            self._lines = LiveLines()
        if self._lines is not None:
            self._lines.show(texts)

    def note(self, text: str) -> None:
        """One line that a person should see."""
        from grader.reports.base import clean  # noqa: PLC0415  it needs pydantic

        shown = [each for each in (self._bar, self._lines) if each is not None]
        for each in shown:
            each.clear()
        tell(f"note: {clean(text, 500)}")
        for each in shown:
            each.refresh()

    def finished(self, report: "Report") -> None:  # noqa: ARG002  the report is shown elsewhere
        """All is graded."""
        self.close()
        if self._style is ProgressStyle.LINES and self.done:
            tell(self.line(self._clock()))

    def close(self) -> None:
        """Take the bar off the terminal; safe to call twice."""
        if self._lines is not None:
            self._lines.close()
            self._lines = None
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def line(self, now: float) -> str:
        """`1,200 of 16,400 (7 %), 350/s, 43 s left: passed 800, failed 400`."""
        rate = self.done / max(now - self._began, 1e-9)
        parts = [f"{self.done:,}", f"{rate:,.1f}/s"]
        if self._total:
            left = (self._total - self.done) / rate if rate else 0.0
            parts[0] += f" of {self._total:,} ({100 * self.done // self._total} %)"
            parts += [f"{left:,.0f} s left"] if self.done < self._total else []
        return f"{', '.join(parts)}: {_verdicts(self.counts)}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _has_columns() -> bool:
    """Whether the terminal knows its width; one that says 0 has no room for a bar."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns > 0
    except OSError:
        return False


def bar(total: int | None, *, unit: str = " samples") -> "tqdm[NoReturn]":
    """Make a bar on stderr that leaves nothing behind."""
    from tqdm import tqdm  # noqa: PLC0415  heavy

    return tqdm(
        total=total,
        file=sys.stderr,
        unit=unit,
        dynamic_ncols=True,
        mininterval=BAR_EVERY_S,
        smoothing=0.1,
        leave=False,
    )


def _verdicts(counts: Counter[str]) -> str:
    return ", ".join(f"{verdict} {number:,}" for verdict, number in counts.most_common())
