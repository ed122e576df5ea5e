"""Why samples stayed ungraded, in few words whatever their number."""

import re

REASONS_KEPT = 20
"""Distinct reasons of ungraded samples that are kept apart; the rest counts as OTHER."""
REASON_CHARS = 300
OTHER = "other"


class UngradedReasons:
    """Ungraded samples by reason; reasons that differ only in figures count as one."""

    def __init__(self) -> None:
        self._samples: dict[str, int] = {}
        """Shape → samples."""
        self._texts: dict[str, str] = {}
        """Shape → the reason as given, or the shape itself once two texts shared it."""

    def add(self, reason: str, by: int) -> None:
        """Count `by` more samples (negative: fewer)."""
        text = reason[:REASON_CHARS] or "no reason given"
        shape = re.sub(r"\d+(?:\.\d+)?", "…", text)
        if shape not in self._samples and (len(self._samples) >= REASONS_KEPT or by < 0):
            text = shape = OTHER
        if self._texts.setdefault(shape, text) != text:
            self._texts[shape] = shape
        self._samples[shape] = self._samples.get(shape, 0) + by

    def counts(self) -> dict[str, int]:
        """Reason → samples, most frequent first."""
        ordered = sorted(self._samples.items(), key=lambda item: (-item[1], item[0]))
        return {self._texts[shape]: samples for shape, samples in ordered if samples > 0}
