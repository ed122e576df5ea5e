"""The same run under several names: what it says is said once."""

import math

from grader.stats.responses import ResponseMatrix

CHANCE = 1e-6
"""Two runs may be equal by luck: they are one where that is less likely than this."""


def doubles(found: ResponseMatrix) -> dict[int, int]:
    """Run → the first one with the same outcomes on every task, where those are no coincidence.

    Two runs of one strength agree anyway on tasks that all or none solve; the chance to agree on
    all of them is that of two draws from what each task's rate and the run's own let expect (their
    odds multiplied). Runs of a few tasks, or that solve all or none, are therefore never doubles.
    """
    first: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}
    found_twice: dict[int, int] = {}
    for run, row in enumerate(zip(found.passed, found.trials, strict=True)):
        if first.setdefault(row, run) != run:
            found_twice[run] = first[row]
    if not found_twice:
        return {}
    rates = [_odds(found.shares(item)) for item in range(len(found.items))]
    likely = {run: _luck(found, run, rates) for run in set(found_twice.values())}
    return {run: kept for run, kept in found_twice.items() if likely[kept] < CHANCE}


def once(found: ResponseMatrix, twice: dict[int, int]) -> ResponseMatrix:
    """The matrix without its `doubles`."""
    if not twice:
        return found
    return found.of([run for run in range(len(found.subjects)) if run not in twice])


def names(found: ResponseMatrix, twice: dict[int, int]) -> dict[str, str]:
    """`doubles` by the runs' names."""
    return {found.subjects[run]: found.subjects[kept] for run, kept in twice.items()}


def _luck(found: ResponseMatrix, run: int, rates: list[float]) -> float:
    """Chance that another run of this one's strength has the same outcomes."""
    tried = [item for item, trials in enumerate(found.trials[run]) if trials]
    shares = [found.passed[run][item] / found.trials[run][item] for item in tried]
    if sum(shares) in {0, len(shares)}:
        return 1.0
    middle = _odds([share for item in tried for share in found.shares(item)])
    strength = _odds(shares) / middle
    chances = [rates[item] * strength / (1 + rates[item] * strength) for item in tried]
    return math.exp(math.fsum(math.log(p * p + (1 - p) * (1 - p)) for p in chances))


def _odds(shares: list[float]) -> float:
    """Of the mean, kept from 0 and 1 by half an answer of each kind."""
    right = math.fsum(shares) + 0.5
    return right / (len(shares) + 1 - right)
