"""Counters in Prometheus's text format, written by hand: its client takes 0.1 s to import.

Format: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping

from grader.server.visit import Visit

TYPE = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

HELP = {
    "grader_requests_total": ("counter", "Requests answered, by route and status."),
    "grader_verdicts_total": ("counter", "Verdicts given."),
    "grader_request_seconds": ("histogram", "From a request's first byte to its answer."),
    "grader_requests_in_house": ("gauge", "Requests that wait or run."),
    "grader_bytes_in_house": ("gauge", "Bytes of their bodies."),
    "grader_waiting": ("gauge", "Jobs that wait for a turn."),
    "grader_running": ("gauge", "Jobs that have one."),
    "grader_turns_total": ("counter", "Jobs that got a turn: what reached an engine."),
    "grader_joined_total": ("counter", "Jobs that joined an equal one that was under way."),
    "grader_remembered_total": ("counter", "Jobs whose result was known."),
    "grader_sessions": ("gauge", "Open sessions."),
    "grader_engines": ("gauge", "Engine processes that work."),
    "grader_engine_restarts_total": ("counter", "Engine processes that were started anew."),
}

Labels = tuple[tuple[str, str], ...]


class ServerMetrics:
    """What is counted here; what others count is asked when it is told."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._requests: Counter[tuple[str, int]] = Counter()
        self._verdicts: Counter[str] = Counter()
        self._times = [0] * (len(BOUNDS_S) + 1)
        self._seconds = 0.0

    def note(self, visit: Visit) -> None:
        """Count a request that is over."""
        self._requests[visit.route, visit.status] += 1
        seconds = time.monotonic() - visit.arrived
        self._times[bisect_left(BOUNDS_S, seconds)] += 1
        self._seconds += seconds

    def note_verdict(self, verdict: str) -> None:
        """Count a verdict."""
        self._verdicts[verdict] += 1

    def text(self, others: Mapping[str, float]) -> str:
        """All of it; `others`: name → value."""
        lines: list[str] = []
        for name, (kind, meaning) in HELP.items():
            lines += [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"]
            lines += self._samples(name, others)
        return "\n".join(lines) + "\n"

    def _samples(self, name: str, others: Mapping[str, float]) -> Iterable[str]:
        match name:
            case "grader_requests_total":
                for (route, status), count in sorted(self._requests.items()):
                    yield sample(name, (("route", route), ("status", str(status))), count)
            case "grader_verdicts_total":
                for verdict, count in sorted(self._verdicts.items()):
                    yield sample(name, (("verdict", verdict),), count)
            case "grader_request_seconds":
                below = 0
                for bound, count in zip((*BOUNDS_S, "+Inf"), self._times, strict=True):
                    below += count
                    yield sample(f"{name}_bucket", (("le", str(bound)),), below)
                yield sample(f"{name}_sum", (), round(self._seconds, 6))
                yield sample(f"{name}_count", (), below)
            case _:
                yield sample(name, (), others.get(name, 0))


def sample(name: str, labels: Labels, value: float) -> str:
    """One line."""
    inner = ",".join(f'{key}="{escaped(text)}"' for key, text in labels)
    return f"{name}{{{inner}}} {value!r}" if inner else f"{name} {value!r}"


def escaped(text: str) -> str:
    """A label's value."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
