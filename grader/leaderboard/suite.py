"""Several benchmarks as one: a weighted mean of parts, each the mean of its metrics.

The rule is GLUE's (Wang et al. 2018) and SuperGLUE's (2019): a task with two metrics is averaged
first, every task then has its weight, diagnostic sets are shown and never ranked.
"""

import math
import tomllib
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from statistics import NormalDist

from pydantic import Field, ValidationError

from grader.core.comparison import Pair
from grader.core.record import Record
from grader.errors import UsageError
from grader.leaderboard.records import Board, Entry, Standing, Status, SuiteBoard
from grader.stats.multiplicity import holm
from grader.stats.ranks import rank_bands

METHOD = (
    "weighted mean of the parts, each the mean of its metrics; the interval adds the parts'"
    " half-widths as root of squares"
)


class Part(Record):
    """One benchmark of a suite."""

    benchmark: str
    metrics: tuple[str, ...] = ("pass@1",)
    """Averaged first; names as in an entry's `readings`."""
    weight: float = Field(default=1.0, gt=0)
    ranked: bool = True
    """False for a diagnostic part."""


class Suite(Record):
    """`suite.toml`."""

    title: str
    part: tuple[Part, ...] = Field(min_length=1)


def read(path: Path) -> Suite:
    """Read a suite; UsageError where the file is none."""
    try:
        suite = Suite.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise UsageError(f"{path} is no suite: {' '.join(str(error).split())[:300]}") from error
    names = [part.benchmark for part in suite.part]
    if len(set(names)) < len(names):
        raise UsageError(f"{path}: a benchmark is named twice; give it one part")
    if not any(part.ranked for part in suite.part):
        raise UsageError(f"{path}: no part is ranked; a suite needs one")
    return suite


def standings(suite: Suite, boards: Sequence[Board]) -> SuiteBoard:
    """Every name that has an entry in some part; UsageError where a part has two datasets."""
    by_part = {part.benchmark: entries_of(part, boards) for part in suite.part}
    names = sorted({name for entries in by_part.values() for name in entries})
    made = [standing(name, suite, by_part) for name in names]
    ordered = sorted(made, key=lambda each: (each.score is None, -(each.score or 0.0), each.name))
    ranks = {
        each.name: 1 + sum(other.score > each.score for other in made if other.score is not None)
        for each in made
        if each.score is not None
    }
    bands = bands_of(suite, [each for each in made if each.score is not None], by_part, boards)
    return SuiteBoard(
        title=suite.title,
        standings=tuple(
            each.model_copy(update={"rank": ranks.get(each.name), **bands.get(each.name, {})})
            for each in ordered
        ),
        weights={part.benchmark: part.weight if part.ranked else 0.0 for part in suite.part},
        method=METHOD,
    )


def entries_of(part: Part, boards: Sequence[Board]) -> dict[str, Entry]:
    """Name → its ranked entry in this part."""
    found = [board for board in boards if board.benchmark == part.benchmark]
    if len(found) > 1:
        raise UsageError(f"{part.benchmark} comes with {len(found)} datasets; give runs of one")
    return {
        entry.name: entry
        for board in found
        for entry in board.entries
        if entry.status is Status.RANKED
    }


def standing(name: str, suite: Suite, by_part: dict[str, dict[str, Entry]]) -> Standing:
    """One name's parts and their mean."""
    values = {
        part.benchmark: value_of(part, by_part[part.benchmark].get(name)) for part in suite.part
    }
    ranked = [part for part in suite.part if part.ranked]
    missing = [part.benchmark for part in ranked if values[part.benchmark] is None]
    if missing:
        why = f"no ranked entry for {', '.join(missing)}"
        return Standing(name=name, parts=values, why=why)
    total = math.fsum(part.weight for part in ranked)
    score = math.fsum(part.weight * (values[part.benchmark] or 0.0) for part in ranked) / total
    halves = [half_width(by_part[part.benchmark][name]) for part in ranked]
    if any(half is None for half in halves):
        return Standing(name=name, score=score, parts=values)
    spread = math.hypot(
        *(part.weight * (half or 0.0) / total for part, half in zip(ranked, halves, strict=True))
    )
    low, high = max(0.0, score - spread), min(1.0, score + spread)
    return Standing(name=name, score=score, low=low, high=high, parts=values)


def value_of(part: Part, entry: Entry | None) -> float | None:
    """The mean of a part's metrics; None where one is missing."""
    if entry is None or any(metric not in entry.readings for metric in part.metrics):
        return None
    return math.fsum(entry.readings[metric] for metric in part.metrics) / len(part.metrics)


def half_width(entry: Entry) -> float | None:
    """Half of the entry's interval; its metrics are taken to vary together."""
    return None if entry.low is None or entry.high is None else (entry.high - entry.low) / 2


def bands_of(
    suite: Suite,
    made: Sequence[Standing],
    by_part: dict[str, dict[str, Entry]],
    boards: Sequence[Board],
) -> dict[str, dict[str, int]]:
    """Name → its possible ranks, by z tests of the weighted paired differences, Holm over pairs.

    Empty where a ranked part is not pass@1 alone: its paired error is not known here.
    """
    parts = [part for part in suite.part if part.ranked]
    if any(part.metrics != ("pass@1",) for part in parts):
        return {}
    pairs = {(pair.a, pair.b): pair for board in boards for pair in board.pairs}
    places = list(combinations(range(len(made)), 2))
    values = [
        p_value(
            [
                (part.weight, *paired(by_part[part.benchmark], made[a].name, made[b].name, pairs))
                for part in parts
            ]
        )
        for a, b in places
    ]
    scores = [each.score or 0.0 for each in made]
    ranked = rank_bands(scores, dict(zip(places, holm(values), strict=True)))
    return {
        each.name: {"rank_best": band.best, "rank_worst": band.worst}
        for each, band in zip(made, ranked, strict=True)
    }


def paired(
    entries: dict[str, Entry], a: str, b: str, pairs: dict[tuple[str, str], Pair]
) -> tuple[float, float]:
    """Difference a - b in one part and its standard error."""
    first, second = entries[a].run_id, entries[b].run_id
    forward = pairs.get((first, second))
    pair = forward or pairs[second, first]
    return (pair.difference if forward else -pair.difference, pair.error or 0.0)


def p_value(parts: Sequence[tuple[float, float, float]]) -> float:
    """Two-sided p of a weighted sum of (weight, difference, error), by the normal distribution."""
    gap = math.fsum(weight * difference for weight, difference, _ in parts)
    error = math.hypot(*(weight * error for weight, _, error in parts))
    return 2 * NormalDist().cdf(-abs(gap) / error) if error else float(not gap)
