"""How small a difference a number of tasks can show, and how many tasks a difference needs.

Miller 2024 (arXiv 2411.00640, section 5): n = (z_{1-alpha/2} + z_power)² · v / difference²,
where v is the variance of one task's measured difference: that of the true one, and what each
side's samples add.
"""

import math
from statistics import NormalDist

ALPHA = 0.05
POWER = 0.8
NORMAL = NormalDist()


def variance_of_difference(
    between: float,
    *,
    noise_a: float = 0.0,
    noise_b: float = 0.0,
    samples_a: int = 1,
    samples_b: int = 1,
) -> float:
    """Variance of a task's measured difference.

    `between`: variance of the true differences over tasks; `noise_*`: mean variance within a task;
    `samples_*`: samples per task.
    """
    return between + noise_a / samples_a + noise_b / samples_b


def tasks_needed(
    variance: float, difference: float, *, alpha: float = ALPHA, power: float = POWER
) -> float:
    """Tasks that find `difference` with chance `power` at level `alpha`; round up to use."""
    if difference == 0:
        return math.inf
    return _reach(alpha, power) ** 2 * variance / difference**2


def detectable(variance: float, tasks: int, *, alpha: float = ALPHA, power: float = POWER) -> float:
    """Smallest difference that `tasks` tasks find with chance `power` at level `alpha`."""
    return _reach(alpha, power) * math.sqrt(variance / tasks)


def tasks_needed_apart(
    share_a: float, share_b: float, *, alpha: float = ALPHA, power: float = POWER
) -> float:
    """Tasks per side where the sides share none: Cohen's h (1988, chapter 6)."""
    effect = 2 * (math.asin(math.sqrt(share_a)) - math.asin(math.sqrt(share_b)))
    return math.inf if effect == 0 else 2 * (_reach(alpha, power) / effect) ** 2


def _reach(alpha: float, power: float) -> float:
    return NORMAL.inv_cdf(1 - alpha / 2) + NORMAL.inv_cdf(power)
