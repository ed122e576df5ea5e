"""Put entries in order, as far as the data can tell them apart."""

from collections.abc import Sequence
from typing import NamedTuple

from grader.core.comparison import RunComparison
from grader.core.conditions import GradedConditions, marks, special, splitting
from grader.leaderboard import outcomes
from grader.leaderboard.entries import EntryCandidate
from grader.leaderboard.records import BenchmarkBoard, BoardEntry, EntryStatus
from grader.stats.compare import compare

ORDER = list(EntryStatus)


class BoardConditions(NamedTuple):
    """What the entries of one board have in common."""

    benchmark: str
    version: str
    sha256: str
    special: tuple[tuple[str, str], ...]
    """What was asked that is not usual."""
    asked: tuple[tuple[str, str], ...]


def boards(candidates: Sequence[EntryCandidate]) -> tuple[BenchmarkBoard, ...]:
    """One board per benchmark, dataset and conditions; the usual conditions first."""
    groups: dict[BoardConditions, list[EntryCandidate]] = {}
    for each in without_doubles(candidates):
        groups.setdefault(place_of(each.graded), []).append(each)
    return tuple(board(place, groups[place]) for place in sorted(groups))


def place_of(graded: GradedConditions) -> BoardConditions:
    """The board of a run."""
    data, asked = graded.manifest.dataset, splitting(graded)
    unusual = tuple(special(asked).items())
    return BoardConditions(data.benchmark, data.version, data.sha256, unusual, tuple(asked.items()))


def board(place: BoardConditions, candidates: Sequence[EntryCandidate]) -> BenchmarkBoard:
    """Rank the newest run of every name."""
    once = newest(candidates)
    ranked = [each for each in once if each.entry.status is EntryStatus.RANKED]
    made = comparison(ranked, place.benchmark)
    usual = [each.graded for each in ranked]
    tasks = outcomes.by_ease([each.scores.counts for each in ranked if each.scores])
    entries = [with_rank(with_outcomes(marked(each, usual), each, tasks), made) for each in once]
    return BenchmarkBoard(
        benchmark=place.benchmark,
        version=place.version,
        dataset_sha256=place.sha256,
        conditions=dict(place.asked),
        entries=tuple(sorted(entries, key=order)),
        tasks=tasks,
        pairs=made.pairs if made else (),
        notes=made.notes if made else (),
    )


def marked(candidate: EntryCandidate, usual: Sequence[GradedConditions]) -> BoardEntry:
    """The entry with what sets it apart from the ranked ones."""
    entry = candidate.entry
    if entry.status is EntryStatus.REFUSED:
        return entry
    return entry.model_copy(update={"marks": marks(candidate.graded, usual)})


def with_outcomes(entry: BoardEntry, candidate: EntryCandidate, tasks: Sequence[str]) -> BoardEntry:
    """The entry with its outcomes, where it is ranked."""
    if candidate.scores is None:
        return entry
    return entry.model_copy(update={"outcomes": outcomes.told(tasks, candidate.scores.counts)})


def without_doubles(candidates: Sequence[EntryCandidate]) -> list[EntryCandidate]:
    """Refuse a run that is given twice: the same results must not count twice.

    Whatever the second says of its conditions: they are no reason to count results again.
    """
    seen: set[tuple[str, str, str]] = set()
    kept: list[EntryCandidate] = []
    for each in sorted(candidates, key=lambda one: (one.entry.run_id, str(one.path))):
        data = each.graded.manifest.dataset
        key = (data.benchmark, data.sha256, each.entry.run_id)
        double = key in seen
        seen.add(key)
        why = f"another directory holds run {each.entry.run_id} too"
        kept.append(changed(each, EntryStatus.REFUSED, why) if double else each)
    return kept


def newest(candidates: Sequence[EntryCandidate]) -> list[EntryCandidate]:
    """Of several rankable runs of one name the newest stays ranked."""
    last: dict[str, tuple[str, float, str]] = {}
    for each in candidates:
        if each.entry.status is EntryStatus.RANKED:
            age = (each.entry.date, each.graded.manifest.created_at, each.entry.run_id)
            last[each.entry.name] = max(last.get(each.entry.name, age), age)
    return [
        changed(each, EntryStatus.SUPERSEDED, f"run {last[each.entry.name][2]} is newer")
        if each.entry.status is EntryStatus.RANKED and each.entry.run_id != last[each.entry.name][2]
        else each
        for each in candidates
    ]


def changed(candidate: EntryCandidate, status: EntryStatus, why: str) -> EntryCandidate:
    """The candidate with another status."""
    update = {"status": status, "why": why}
    return candidate._replace(entry=candidate.entry.model_copy(update=update), scores=None)


def comparison(ranked: Sequence[EntryCandidate], benchmark: str) -> RunComparison | None:
    """All pairs; None where there is nothing to compare."""
    scores = [each.scores for each in ranked if each.scores is not None]
    return compare(scores, benchmark=benchmark) if len(scores) > 1 else None


def with_rank(entry: BoardEntry, made: RunComparison | None) -> BoardEntry:
    """The entry with its rank band."""
    if entry.status is not EntryStatus.RANKED:
        return entry
    sides = {side.run_id: side for side in made.sides} if made else {}
    side = sides.get(entry.run_id)
    best, worst = (side.rank_best, side.rank_worst) if side else (1, 1)
    return entry.model_copy(update={"rank_best": best, "rank_worst": worst})


def order(entry: BoardEntry) -> tuple[int, float, str, str]:
    """Ranked ones first, best first; the rest by status, score and name."""
    score = entry.score if entry.score is not None else -1.0
    return (ORDER.index(entry.status), -score, entry.name, entry.run_id)
