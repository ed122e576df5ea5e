"""Which tasks tell runs apart, and which are likely to be broken."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from grader.core.audit import TaskAudit
from grader.stats.correlation import correlation
from grader.stats.responses import ResponseMatrix
from grader.stats.reversal import ALPHA, reversal_p

RUNS_MIN = 5
"""With fewer runs a correlation is noise: at 5 even r = 0.8 has p = 0.1."""
EDGE = 0.27
"""Share of the runs at either end that tells most about a task (Kelley 1939)."""
BEST_RUNS = 20
NEVER, ALWAYS, NEGATIVE, FLAKY, UNSOUND, WEAK = (
    "never solved",
    "always solved",
    "negative item-rest",
    "flaky",
    "known unsound",
    "weak tests",
)
GRAVITY = {UNSOUND: 0, FLAKY: 1, NEGATIVE: 2, WEAK: 3, NEVER: 4, ALWAYS: 5}


class BenchmarkSaturation(NamedTuple):
    """How far the best runs have used a benchmark up."""

    runs: int
    informative: int
    always: int
    never: int


def audit_tasks(
    responses: ResponseMatrix,
    *,
    flaky: Mapping[str, str] | None = None,
    known_unsound: Mapping[str, str] | None = None,
    weak: Mapping[str, str] | None = None,
    ranked: bool = True,
) -> list[TaskAudit]:
    """Judge every task, those to look at first.

    `flaky`, `known_unsound`, `weak`: task → why. Tasks that no run tried are left out. Not
    `ranked`: which run is the better one cannot be said, and so not which tasks the better ones
    fail.
    """
    scores = _totals(responses)
    least = RUNS_MIN if ranked else len(responses.subjects) + 1
    known = {UNSOUND: known_unsound or {}, FLAKY: flaky or {}, WEAK: weak or {}}
    rows = [
        _row(responses, item, scores, known, least)
        for item in range(len(responses.items))
        if any(tries[item] for tries in responses.trials)
    ]
    return sorted(rows, key=_urgency)


def saturation(responses: ResponseMatrix, *, best: int = BEST_RUNS) -> BenchmarkSaturation:
    """Look at the `best` runs by score: which tasks all of them solve, and which none."""
    scores = [responses.score(subject) or 0.0 for subject in range(len(responses.subjects))]
    order = sorted(range(len(scores)), key=lambda subject: -scores[subject])[:best]
    chosen = responses.of(order)
    shares = [chosen.shares(item) for item in range(len(chosen.items))]
    tried = [each for each in shares if each]
    always = sum(all(share == 1 for share in each) for each in tried)
    never = sum(not any(each) for each in tried)
    return BenchmarkSaturation(len(order), len(tried) - always - never, always, never)


class _Total(NamedTuple):
    sum: float
    tasks: int

    @property
    def score(self) -> float:
        return self.sum / self.tasks

    def without(self, share: float) -> float:
        return (self.sum - share) / max(self.tasks - 1, 1)


def _totals(responses: ResponseMatrix) -> list[_Total]:
    totals: list[_Total] = []
    for passed, trials in zip(responses.passed, responses.trials, strict=True):
        shares = [right / tries for right, tries in zip(passed, trials, strict=True) if tries]
        totals.append(_Total(math.fsum(shares), len(shares)))
    return totals


def _row(
    responses: ResponseMatrix,
    item: int,
    totals: Sequence[_Total],
    known: Mapping[str, Mapping[str, str]],
    least: int,
) -> TaskAudit:
    tried = [i for i, trials in enumerate(responses.trials) if trials[item]]
    shares = [responses.passed[i][item] / responses.trials[i][item] for i in tried]
    rest = [totals[i].without(share) for i, share in zip(tried, shares, strict=True)]
    task = responses.items[item]
    enough = len(tried) >= least
    item_rest = correlation(shares, rest) if enough else None
    flags = [flag for flag, tasks in known.items() if task in tasks]
    p = None if item_rest is None else reversal_p(shares, rest, item_rest)
    if p is not None and p <= ALPHA:
        flags.append(NEGATIVE)
    if not any(shares):
        flags.append(NEVER)
    if all(share == 1 for share in shares):
        flags.append(ALWAYS)
    reasons = [tasks[task] for tasks in known.values() if task in tasks]
    if NEGATIVE in flags:
        reasons.append(f"weaker runs solve it more often (p = {p:.2g})")
    return TaskAudit(
        task_id=task,
        runs=len(tried),
        solved=math.fsum(shares) / len(shares),
        item_rest=item_rest,
        item_rest_p=p,
        discrimination=_edges(shares, [totals[i].score for i in tried]) if enough else None,
        flags=tuple(flags),
        why="; ".join(reason for reason in reasons if reason),
    )


def _edges(shares: Sequence[float], scores: Sequence[float]) -> float:
    order = sorted(range(len(scores)), key=scores.__getitem__)
    size = max(1, round(EDGE * len(order)))
    low, high = order[:size], order[-size:]
    return (sum(shares[i] for i in high) - sum(shares[i] for i in low)) / size


def _urgency(row: TaskAudit) -> tuple[int, float, str]:
    first = min((GRAVITY[flag] for flag in row.flags), default=len(GRAVITY))
    return first, row.item_rest if row.item_rest is not None else 1.0, row.task_id
