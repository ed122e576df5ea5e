"""Ratings from who beat whom: for runs that share only some tasks.

Where all runs have all tasks the order is that of the scores, and ratings add nothing.
"""

import math
from collections.abc import Mapping, Sequence

ITERATIONS = 10_000
TOLERANCE = 1e-12
CENTRE, SCALE = 1000.0, 400 / math.log(10)
"""Elo's scale: 400 points are odds of ten to one."""


def ratings(names: Sequence[str], wins: Mapping[tuple[str, str], float]) -> list[float] | None:
    """Maximum likelihood ratings with mean CENTRE; `wins`: (a, b) → how often a beat b, ties half.

    Hunter's MM algorithm (2004). None where there is no finite answer: some run, or group of runs,
    never won against the others.
    """
    if not _is_connected(names, wins):
        return None
    strength = dict.fromkeys(names, 1.0)
    met = {(a, b): wins.get((a, b), 0.0) + wins.get((b, a), 0.0) for a in names for b in names}
    won = {a: math.fsum(wins.get((a, b), 0.0) for b in names if b != a) for a in names}
    for _ in range(ITERATIONS):
        fresh = {
            a: won[a] / math.fsum(met[a, b] / (strength[a] + strength[b]) for b in names if b != a)
            for a in names
        }
        middle = math.exp(math.fsum(map(math.log, fresh.values())) / len(fresh))
        fresh = {a: value / middle for a, value in fresh.items()}
        change = max(abs(math.log(fresh[a] / strength[a])) for a in names)
        strength = fresh
        if change < TOLERANCE:
            break
    return [CENTRE + SCALE * math.log(strength[a]) for a in names]


def _is_connected(names: Sequence[str], wins: Mapping[tuple[str, str], float]) -> bool:
    """Whether everyone beat everyone else, directly or through others."""
    forward = {a: {b for b in names if wins.get((a, b), 0.0) > 0} for a in names}
    backward = {a: {b for b in names if wins.get((b, a), 0.0) > 0} for a in names}
    return all(_reached(names, graph) == set(names) for graph in (forward, backward))


def _reached(names: Sequence[str], graph: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [*names[:1]]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(graph[name])
    return seen
