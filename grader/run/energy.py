"""Energy of the processor packages, from the kernel's counters; never an estimate."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from grader.core.activity import Activity
from grader.core.manifest import Manifest
from grader.core.report import Report
from grader.core.result import Result
from grader.run.options import RunObserver
from grader.stats.cost import EnergyUse

ROOT = Path("/sys/class/powercap")
EVERY_S = 10.0
"""A counter of 262 kJ wraps around after 40 minutes at 100 W; it must be read much more often."""


class EnergyMeter:
    """Adds up the packages' counters; wrap-around is taken into account."""

    def __init__(self, root: Path = ROOT, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`root`: where the kernel shows its counters; `clock`: seconds, never backwards."""
        self._clock = clock
        self._packages = packages(root)
        self._why = "" if self._packages else "unavailable: no powercap"
        self._joules = 0.0
        self._last: dict[Path, int] = {}
        self._read_at = clock()
        self._read()

    def poll(self) -> None:
        """Read the counters if it is time; cheap otherwise."""
        if self._clock() - self._read_at >= EVERY_S:
            self._read()

    def taken(self) -> EnergyUse:
        """Energy since the beginning."""
        self._read()
        return EnergyUse(None, self._why) if self._why else EnergyUse(self._joules, "")

    def _read(self) -> None:
        self._read_at = self._clock()
        if self._why:
            return
        for package in self._packages:
            try:
                now = int((package / "energy_uj").read_text())
                span = int((package / "max_energy_range_uj").read_text())
            except (OSError, ValueError) as error:
                self._why = f"unavailable: cannot read {package.name}: {reason(error)}"
                return
            before = self._last.get(package, now)
            self._joules += (now - before if now >= before else now + span - before) / 1e6
            self._last[package] = now


def packages(root: Path) -> list[Path]:
    """The domains of whole processor packages: others are parts of them and count double."""
    found: list[Path] = []
    for path in sorted(root.glob("intel-rapl:*")):
        try:
            name = (path / "name").read_text().strip()
        except OSError:
            continue
        if name.startswith("package"):
            found.append(path)
    return found


def reason(error: Exception) -> str:
    """What the kernel said."""
    return (isinstance(error, OSError) and error.strerror) or "not a number"


class MeteredObserver:
    """An observer that reads the counters as results come, and passes everything on."""

    def __init__(self, observer: RunObserver, meter: EnergyMeter) -> None:
        self._observer = observer
        self._meter = meter

    def started(self, manifest: Manifest, total: int | None) -> None:
        """Pass it on."""
        self._observer.started(manifest, total)

    def result(self, result: Result) -> None:
        """Read the counters if it is time, and pass it on."""
        self._meter.poll()
        self._observer.result(result)

    def working(self, active: Sequence[Activity]) -> None:
        """Pass it on."""
        self._observer.working(active)

    def note(self, text: str) -> None:
        """Pass it on."""
        self._observer.note(text)

    def finished(self, report: Report) -> None:
        """Pass it on."""
        self._observer.finished(report)
