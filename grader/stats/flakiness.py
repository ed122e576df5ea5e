"""How often equal runs of one sample end differently."""

from collections.abc import Iterable, Mapping
from math import comb
from typing import NamedTuple


class FlakinessEstimate(NamedTuple):
    """Agreement of repeated runs over many samples."""

    samples: int
    """Samples that were run at least twice."""
    flaky: int
    """Samples whose runs did not all end alike."""
    disagreement: float | None
    """Chance that two runs of one sample differ, averaged over samples; None where none repeats."""


def disagreement(counts: Mapping[str, int]) -> float | None:
    """Chance that two different runs of one sample have different verdicts.

    `counts`: verdict → runs. Unbiased: the share of unequal pairs. None with fewer than two runs.
    """
    runs = sum(counts.values())
    if runs < 2:  # noqa: PLR2004  a pair
        return None
    return 1 - sum(comb(count, 2) for count in counts.values()) / comb(runs, 2)


def flakiness(samples: Iterable[Mapping[str, int]]) -> FlakinessEstimate:
    """Summarize over samples, given each one's verdict counts."""
    chances = [chance for counts in samples if (chance := disagreement(counts)) is not None]
    flaky = sum(chance > 0 for chance in chances)
    mean = sum(chances) / len(chances) if chances else None
    return FlakinessEstimate(len(chances), flaky, mean)


def detection(share: float, runs: int) -> float:
    """Chance that `runs` runs show both outcomes of a sample that passes with chance `share`."""
    return 1 - share**runs - (1 - share) ** runs
