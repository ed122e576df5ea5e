"""Tasks that no earlier run solved: how many of them another run may solve."""

from math import comb
from statistics import NormalDist

LEVEL = 0.95
TAIL = 0.025
"""Chance to be wrong at this one end; the other end of a 95 % interval has as much."""


def most_solved(unseen: int, seen: int, solved: int) -> int:
    """Upper limit of the solved ones among `unseen` tasks, after `seen` others drawn at random.

    `solved`: of those seen. Exact (hypergeometric, Clopper & Pearson's argument): the largest
    number that would show so few with a chance above TAIL. All of them where none was seen.
    """
    whole = unseen + seen
    ways = comb(whole, seen)
    for more in range(unseen, 0, -1):
        total = solved + more
        few = sum(comb(total, i) * comb(whole - total, seen - i) for i in range(solved + 1))
        if few > TAIL * ways:
            return more
    return 0


def critical(open_width: float) -> float:
    """Standard errors to add at either end of a stretch that nothing is known about.

    `open_width`: of the stretch, in standard errors. The truth cannot be near both ends of a wide
    one, so that each may be missed more often: from 1.96 for no stretch to 1.645 for a wide one
    (Imbens & Manski 2004, equation 7).
    """
    normal = NormalDist()
    low, high = normal.inv_cdf(LEVEL), normal.inv_cdf((1 + LEVEL) / 2)
    for _ in range(30):
        middle = (low + high) / 2
        if normal.cdf(middle + open_width) - normal.cdf(-middle) < LEVEL:
            low = middle
        else:
            high = middle
    return high


def needed(blind: int, allowed: float) -> int:
    """How many of `blind` tasks must be asked, all in vain, until at most `allowed` may be left."""
    return next(n for n in range(blind + 1) if most_solved(blind - n, n, 0) <= allowed)
