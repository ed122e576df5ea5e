"""How often `grader audit` accuses sound tasks: `scripts/accused [BENCHMARKS]`.

Every benchmark has 164 sound tasks of 2PL curves and runs that differ in ability; the audit flags
those that weaker runs solve more often. A line per number of runs: benchmarks, share of flagged
tasks, and the largest share in one benchmark.
"""

import sys
from math import exp
from random import Random
from statistics import fmean

from grader.stats.audit import NEGATIVE, audit_tasks
from grader.stats.responses import ResponseMatrix

TASKS = 164
RUNS = (5, 6, 7, 8, 10, 12, 20, 40)
SAMPLES = (1, 5)
BENCHMARKS = 200


def sound(random: Random, *, runs: int, samples: int, spread: float = 1.0) -> ResponseMatrix:
    """Runs by ability (standard deviation `spread`) on tasks that abler runs solve more often."""
    abilities = [random.gauss(0, spread) for _ in range(runs)]
    tasks = [(exp(random.gauss(0, 0.5)), random.gauss(0, 1.5)) for _ in range(TASKS)]
    rows = tuple(
        tuple(
            sum(random.random() < 1 / (1 + exp(slope * (hard - able))) for _ in range(samples))
            for slope, hard in tasks
        )
        for able in abilities
    )
    names = tuple(f"t{number}" for number in range(TASKS))
    return ResponseMatrix(tuple(map(str, range(runs))), names, rows, ((samples,) * TASKS,) * runs)


def accused(found: ResponseMatrix) -> float:
    """Share of tasks that are said to be solved more often by weaker runs."""
    rows = audit_tasks(found)
    return sum(NEGATIVE in row.flags for row in rows) / len(rows)


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else BENCHMARKS
    each = -(-count // (len(RUNS) * len(SAMPLES)))
    everything: list[float] = []
    for runs in RUNS:
        shares = [
            accused(sound(Random(f"{runs} {samples} {number}"), runs=runs, samples=samples))
            for samples in SAMPLES
            for number in range(each)
        ]
        everything += shares
        print(f"{runs:3} runs {len(shares):4} {100 * fmean(shares):5.2f} {100 * max(shares):5.2f}")
    print(
        f"all      {len(everything):4} {100 * fmean(everything):5.2f} {100 * max(everything):5.2f}"
    )


if __name__ == "__main__":
    main()
