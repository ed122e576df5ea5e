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
from typing import NamedTuple

from pydantic import Field, ValidationError

from grader.core.comparison import RunPair
from grader.core.conditions import special
from grader.core.record import Record
from grader.errors import UsageError
from grader.leaderboard.records import (
    BenchmarkBoard,
    BoardEntry,
    SuiteBoard,
    SuiteStanding,
)
from grader.reports.base import clean
from grader.stats import beta
from grader.stats.multiplicity import holm
from grader.stats.ranks import rank_bands

METHOD = (
    "weighted mean of the parts, each the mean of its metrics; the interval adds the parts'"
    " distances to either end as root of squares (with few effective clusters in a part it holds"
    " up to 99 % instead of 95); ranks of one part are its board's, of several by"
    " Student's t of the weighted paired differences, Holm over pairs"
)


class SuitePart(Record):
    """One benchmark of a suite."""

    benchmark: str
    metrics: tuple[str, ...] = ("pass@1",)
    """Averaged first; names as in an entry's `readings`."""
    weight: float = Field(default=1.0, gt=0)
    ranked: bool = True
    """False for a diagnostic part."""


class SuiteFile(Record):
    """`suite.toml`."""

    title: str
    part: tuple[SuitePart, ...] = Field(min_length=1)


def read(path: Path) -> SuiteFile:
    """Read a suite; UsageError where the file is none."""
    try:
        suite = SuiteFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
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


def standings(suite: SuiteFile, boards: Sequence[BenchmarkBoard]) -> SuiteBoard:
    """Every name that has an entry in some part; UsageError where a part has two datasets."""
    chosen = {part.benchmark: board_of(part, boards) for part in suite.part}
    by_part = {name: ranked_of(board) for name, board in chosen.items()}
    apart = {
        part.benchmark: {
            name
            for board in boards
            if board.benchmark == part.benchmark and board is not chosen[part.benchmark]
            for name in ranked_of(board)
        }
        for part in suite.part
    }
    names = sorted({name for part in (*by_part.values(), *apart.values()) for name in part})
    made = [standing(name, suite, by_part, apart) for name in names]
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
        conditions={name: board.conditions for name, board in chosen.items() if board},
        method=METHOD,
    )


def board_of(part: SuitePart, boards: Sequence[BenchmarkBoard]) -> BenchmarkBoard | None:
    """The board that a part rests on; None where no run is of its benchmark.

    Entries under other conditions cannot be averaged with the rest: the board with most ranked
    ones counts. UsageError where two have as many, and where there are two datasets.
    """
    found = [board for board in boards if board.benchmark == part.benchmark]
    data = {(board.version, board.dataset_sha256) for board in found}
    if len(data) > 1:
        raise UsageError(f"{part.benchmark} comes with {len(data)} datasets; give runs of one")
    found.sort(key=lambda board: -len(ranked_of(board)))
    sizes = [len(ranked_of(board)) for board in found]
    if len(found) > 1 and 0 < sizes[0] == sizes[1]:
        raise UsageError(
            f"{part.benchmark} was graded under {len(found)} sets of conditions"
            f" ({' / '.join(unusual(board) for board in found[:2])}) and none has most runs;"
            " give runs of one"
        )
    return found[0] if found else None


def unusual(board: BenchmarkBoard) -> str:
    """What is special about a board's conditions."""
    found = special(board.conditions)
    return clean(", ".join(f"{name} {value}" for name, value in found.items())) or "the usual ones"


def ranked_of(board: BenchmarkBoard | None) -> dict[str, BoardEntry]:
    """Name → ranked entry."""
    return {entry.name: entry for entry in (board.ranked if board else ())}


def standing(
    name: str,
    suite: SuiteFile,
    by_part: dict[str, dict[str, BoardEntry]],
    apart: dict[str, set[str]],
) -> SuiteStanding:
    """One name's parts and their mean."""
    entries = {part.benchmark: by_part[part.benchmark].get(name) for part in suite.part}
    values = {part.benchmark: value_of(part, entries[part.benchmark]) for part in suite.part}
    marks = {part: entry.marks for part, entry in entries.items() if entry and entry.marks}
    ranked = [part for part in suite.part if part.ranked]
    missing = [part.benchmark for part in ranked if values[part.benchmark] is None]
    if missing:
        why = "; ".join(
            f"{part} was graded under other conditions than most"
            if name in apart[part]
            else f"no ranked entry for {part}"
            for part in missing
        )
        return SuiteStanding(name=name, parts=values, marks=marks, why=why)
    total = math.fsum(part.weight for part in ranked)
    score = math.fsum(part.weight * (values[part.benchmark] or 0.0) for part in ranked) / total
    parts = [(part.weight / total, by_part[part.benchmark][name]) for part in ranked]
    low, high = ends_of(score, parts)
    return SuiteStanding(name=name, score=score, low=low, high=high, parts=values, marks=marks)


def ends_of(
    score: float, parts: Sequence[tuple[float, BoardEntry]]
) -> tuple[float, float] | tuple[None, None]:
    """Interval of a mean of entries by weight; None where one has no interval.

    Each side adds by itself (Zou & Donner 2008), so that one part keeps its board's interval. A
    part's metrics are taken to vary together.
    """
    below: list[float] = []
    above: list[float] = []
    for weight, entry in parts:
        if entry.score is None or entry.low is None or entry.high is None:
            return None, None
        below.append(weight * (entry.score - entry.low))
        above.append(weight * (entry.high - entry.score))
    return max(0.0, score - math.hypot(*below)), min(1.0, score + math.hypot(*above))


def value_of(part: SuitePart, entry: BoardEntry | None) -> float | None:
    """The mean of a part's metrics; None where one is missing."""
    if entry is None or any(metric not in entry.readings for metric in part.metrics):
        return None
    return math.fsum(entry.readings[metric] for metric in part.metrics) / len(part.metrics)


def bands_of(
    suite: SuiteFile,
    made: Sequence[SuiteStanding],
    by_part: dict[str, dict[str, BoardEntry]],
    boards: Sequence[BenchmarkBoard],
) -> dict[str, dict[str, int]]:
    """Name → its possible ranks, by tests of the weighted paired differences, Holm over pairs.

    One part alone has the ranks of its board, whose tests are exact. Empty where a ranked part is
    not pass@1 alone: its paired error is not known here.
    """
    parts = [part for part in suite.part if part.ranked]
    if any(part.metrics != ("pass@1",) for part in parts):
        return {}
    if len(parts) == 1:
        entries = by_part[parts[0].benchmark]
        return {
            each.name: entries[each.name].model_dump(include={"rank_best", "rank_worst"})
            for each in made
        }
    pairs = {(pair.a, pair.b): pair for board in boards for pair in board.pairs}
    places = list(combinations(range(len(made)), 2))
    values = [
        p_value(
            [
                gap_of(part, by_part[part.benchmark], (made[a].name, made[b].name), pairs)
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


class PartGap(NamedTuple):
    """The difference of two names in one part, times the part's weight."""

    difference: float
    error: float | None
    """None where one task leaves no spread."""
    freedom: float


def gap_of(
    part: SuitePart,
    entries: dict[str, BoardEntry],
    names: tuple[str, str],
    pairs: dict[tuple[str, str], RunPair],
) -> PartGap:
    """The gap between two names in one part.

    A difference that is the same on every task has no spread, yet few tasks prove little: its
    error is then the one with which it would have the p of the exact test.
    """
    first, second = (entries[name].run_id for name in names)
    forward = pairs.get((first, second))
    pair = forward or pairs[second, first]
    error = pair.error
    if error == 0 and pair.difference:
        surprise = -NormalDist().inv_cdf(max(pair.p, pair.p_clustered or 0.0) / 2)
        error = abs(pair.difference) / surprise if surprise > 0 else None
    weighted = None if error is None else part.weight * error
    sign = part.weight if forward else -part.weight
    return PartGap(sign * pair.difference, weighted, pair.freedom or 0.0)


def p_value(parts: Sequence[PartGap]) -> float:
    """Two-sided p of the parts' summed gaps; 1 where a part cannot tell.

    Student's t, whose freedom is that of the parts by their share in the error (Welch 1947).
    """
    gap = math.fsum(part.difference for part in parts)
    errors = [part.error for part in parts if part.error is not None]
    if len(errors) < len(parts) or not gap:
        return 1.0
    variance = math.fsum(error**2 for error in errors)
    if any(error and not part.freedom for error, part in zip(errors, parts, strict=True)):
        return 1.0
    spread = math.fsum(
        error**4 / part.freedom for error, part in zip(errors, parts, strict=True) if error
    )
    return beta.student_tail(gap / math.sqrt(variance), variance**2 / spread)
