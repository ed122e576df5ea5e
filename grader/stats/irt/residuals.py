"""Traits from the residuals of a fit, and what they correct, for many runs at once.

Needs numpy; import this module only where a fit is asked for.
"""

import numpy as np
from numpy.typing import NDArray

from grader.stats.irt.fit import Array, FittedModel, ResponseData
from grader.stats.irt.traits import MOST, NOISE_MIN


def trait_loads(data: ResponseData, found: FittedModel) -> Array:
    """How each task loads on each trait; tasks that no run solved, on none.

    No more traits than half of the runs: the rest of so few residuals is noise of single runs.
    """
    z = found.a * (found.ability[:, None] - found.b)
    known = data.right + data.wrong
    residual = data.right - known * (1 + np.tanh(z / 2)) / 2
    residual *= data.right.sum(axis=0) > 0
    _, size, parts = np.linalg.svd(residual / np.sqrt(len(residual)), full_matrices=False)
    count = min(MOST, len(residual) // 2)
    return parts[:count].T * size[:count]


def corrections(
    residual: Array, slopes: Array, variance: Array, loads: Array, told: NDArray[np.bool_],
    start: Array,
) -> Array:  # fmt: skip
    """What `traits.corrected` adds to the curves' chances; all by run and task, `loads` by task.

    slopes: of the chance by ability, in units of the prior's deviation; variance: of an answer;
    told: which tasks were asked; start: where the prior's mean lies of the ability, in deviations.
    """
    added = np.empty_like(residual)
    for run, place in enumerate(start):
        full = np.column_stack([slopes[run], loads])
        asked = full[told[run]]
        weighted = (asked / (variance[run, told[run]] + NOISE_MIN)[:, None]).T
        right = weighted @ residual[run, told[run]]
        right[0] += place
        added[run] = full @ np.linalg.solve(np.eye(full.shape[1]) + weighted @ asked, right)
    return added
