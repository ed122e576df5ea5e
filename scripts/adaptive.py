"""What adaptive evaluation is worth on real matrices: `scripts/adaptive [--seeds N] [MATRIX.csv]`.

Every run of a matrix is left out of a bank once (of more than twenty runs with a tenth of the
others) and then evaluated as `grader evaluate --adaptive` does at its default settings: the same
functions fit, choose, stop and predict. `split`: the bank is made of the first half of the runs,
the older ones, and asked about the second. A line per matrix: tasks asked until the error was small
enough; error of the predicted score in points, share of intervals that hold the true one, and their
width; of that the points that blind spots take, and how many intervals hold where those are left
out of bank and score; error, share and width after 50 tasks; Spearman's rho after 40. Means over
seeds, with the range of what is measured by seed.

Without a matrix: those of ../shared/data, as far as they are there. `--made`: simulated ones, whose
runs are better at some of Verified's repositories than at others, by an intraclass correlation.
"""

import argparse
import json
import math
import os
import statistics
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from pathlib import Path
from random import Random
from typing import NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from grader.record.bank import bank_of
from grader.run.options import ERROR
from grader.stats.correlation import correlation, ranks
from grader.stats.irt.asking import AnswersSoFar, AskingAim, known, next_tasks, without_blind
from grader.stats.irt.bank import CurveBank
from grader.stats.irt.curve import ItemCurve, probability
from grader.stats.irt.trial import folds_of
from grader.stats.passk import TaskCount
from grader.stats.responses import ResponseMatrix
from grader.study import items, matrix

VERIFIED = (231, 75, 44, 34, 32, 22, 22, 19, 10, 8, 2, 1)
"""Tasks of SWE-bench Verified by repository."""
RANKED, LENGTH = 40, 50
"""Tasks after which runs are ranked, and after which scores are predicted."""
DATA = Path(os.environ.get("GRADER_SHARED") or Path(__file__).resolve().parents[2] / "shared")


class Outcome(NamedTuple):
    """One run, asked adaptively."""

    truth: float
    at_rank: AnswersSoFar
    at_length: AnswersSoFar
    at_stop: AnswersSoFar
    dark: float
    """Share of the tasks that were blind spots and open when it stopped."""
    lit_truth: float
    lit: AnswersSoFar
    """The same when it stopped, of a bank without blind spots."""


class Line(NamedTuple):
    """One matrix, for one seed."""

    asked: float
    """Median number of tasks until the error was reached, or all were asked."""
    rho: float
    error: float
    covered: float
    width: float
    """Error, coverage and width after LENGTH tasks, in points and as a share."""
    stop_error: float
    stop_covered: float
    stop_width: float
    dark: float
    lit_covered: float


def ask(
    bank: CurveBank, counts: dict[str, TaskCount], seed: int, aim: AskingAim | None = None
) -> Outcome:
    """Evaluate a run whose outcomes are known; `counts`: of all its tasks."""
    random, told, kept = Random(seed), dict[str, TaskCount](), dict[int, AnswersSoFar]()
    bank = bank._replace(curves={task: bank.curves[task] for task in counts})
    stop: AnswersSoFar | None = None
    at_stop = dict[str, TaskCount]()
    endless = AskingAim(error=1e-9)
    while True:
        if len(told) in {RANKED, LENGTH}:
            kept[len(told)] = known(bank, told)
        now = aim or AskingAim(error=ERROR)
        picked = next_tasks(bank, told, counts, aim=now, count=1, random=random) if not stop else []
        if not picked and stop is None:
            stop, at_stop = known(bank, told), dict(told)
        if stop is not None and len(told) >= LENGTH:
            break
        picked = picked or next_tasks(bank, told, counts, aim=endless, count=1, random=random)
        if not picked:
            break
        told[picked[0]] = counts[picked[0]]
    last = known(bank, told)
    stop, at_stop = (stop, at_stop) if stop else (last, told)
    sighted = without_blind(bank)
    lit = known(sighted, at_stop)
    return Outcome(
        rate_of(counts.values()),
        kept.get(RANKED, last),
        kept.get(LENGTH, last),
        stop,
        stop.dark / len(bank.curves),
        rate_of(counts[task] for task in sighted.curves),
        lit,
    )


def rate_of(counts: Iterable[TaskCount]) -> float:
    """Mean pass rate."""
    return statistics.fmean(each.passed / each.graded for each in counts)


def counts_of(found: ResponseMatrix, subject: int) -> dict[str, TaskCount]:
    """Task → graded and passed samples of one run; those that it did not try are left out."""
    cells = zip(found.items, found.trials[subject], found.passed[subject], strict=True)
    return {task: TaskCount(trials, passed) for task, trials, passed in cells if trials}


def by_folds(found: ResponseMatrix, seeds: int) -> Iterator[list[Outcome]]:
    """Every run, asked with a bank of the runs of all other folds; a list per seed."""
    runs = len(found.subjects)
    order = Random(0).sample(range(runs), runs)
    banks: dict[int, CurveBank] = {}
    for place in range(folds_of(runs)):
        left = set(order[place :: folds_of(runs)])
        rest = found.of([run for run in range(runs) if run not in left])
        bank = bank_of(items.fit_responses(rest, benchmark=""))
        banks |= dict.fromkeys(left, bank)
    for seed in range(seeds):
        yield [ask(banks[run], counts_of(found, run), 1000 * seed + run) for run in range(runs)]


def by_age(found: ResponseMatrix, seeds: int) -> Iterator[list[Outcome]]:
    """The second half of the runs, asked with a bank of the first; a list per seed."""
    half = len(found.subjects) // 2
    bank = bank_of(items.fit_responses(found.of(range(half)), benchmark=""))
    later = range(half, len(found.subjects))
    for seed in range(seeds):
        yield [ask(bank, counts_of(found, run), 1000 * seed + run) for run in later]


def line_of(outcomes: Sequence[Outcome]) -> Line:
    """Sum up."""
    truths = [each.truth for each in outcomes]
    scores = [each.at_rank.prediction.score for each in outcomes]
    rho = correlation(ranks(scores), ranks(truths)) or 0.0
    long, stop = ([off(each.truth, now) for each, now in pairs] for pairs in (
        [(each, each.at_length) for each in outcomes], [(each, each.at_stop) for each in outcomes],
    ))  # fmt: skip
    asked = statistics.median(each.at_stop.asked for each in outcomes)
    after, at_stop = ([statistics.fmean(column) for column in zip(*part, strict=True)]
                      for part in (long, stop))  # fmt: skip
    dark = 100 * statistics.fmean(each.dark for each in outcomes)
    lit = statistics.fmean(off(each.lit_truth, each.lit)[1] for each in outcomes)
    return Line(asked, rho, after[0], after[1], after[2], at_stop[0], at_stop[1], at_stop[2],
                dark, lit)  # fmt: skip


def off(truth: float, now: AnswersSoFar) -> tuple[float, float, float]:
    """Error in points, whether the interval holds the truth, and its width in points."""
    score, low, high = now.prediction
    return 100 * abs(score - truth), low - 1e-9 <= truth <= high + 1e-9, 100 * (high - low)


def shared() -> Iterator[tuple[str, ResponseMatrix]]:
    """The matrices of the folder of test data."""
    stats = DATA / "data" / "stats"
    for path in sorted(stats.glob("*_responses*.csv")):
        yield path.stem, matrix.read_csv(path)
    if (path := stats / "terminalbench2_trials.json").is_file():
        made = json.loads(path.read_text())
        rows = [(each["successes"], each["trials"]) for each in made["subjects"]]
        yield path.stem, responses(made["tasks"], rows)
    if (path := stats / "cruxeval_counts.json").is_file():
        found = [each for each in json.loads(path.read_text())["configs"] if min(each["n"]) > 1]
        for kind in ("input", "output"):
            rows = [(each["c"], each["n"]) for each in found if each["config"].endswith(kind)]
            yield f"cruxeval_{kind}", responses([str(i) for i in range(len(rows[0][0]))], rows)


def responses(tasks: Sequence[str], rows: Sequence[tuple[list[int], list[int]]]) -> ResponseMatrix:
    """Passed and graded samples by run as a matrix."""
    names = tuple(str(number) for number in range(len(rows)))
    passed, trials = zip(*((tuple(p), tuple(n)) for p, n in rows), strict=True)
    return ResponseMatrix(names, tuple(tasks), passed, trials)


def made(
    tasks: int, rate: float, correlation: float, *, runs: int, seed: int = 0
) -> ResponseMatrix:
    """Runs of one sample per task on 2PL tasks, of which about a share of `rate` is solved.

    `correlation`: of a run's latent answers to tasks of one repository, beyond its ability.
    """
    random = Random(f"{seed} {tasks} {rate} {correlation}")
    middle = -1.25 * math.log(rate / (1 - rate))
    curves = [
        ItemCurve(math.exp(random.gauss(0, 0.4)), random.gauss(middle, 1.2)) for _ in range(tasks)
    ]
    places = [place for place, size in enumerate(VERIFIED) for _ in range(size)]
    groups = [places[number * len(places) // tasks] for number in range(tasks)]
    deviation = math.sqrt(correlation / (1 - correlation) * math.pi**2 / 3)
    rows: list[tuple[int, ...]] = []
    for _ in range(runs):
        ability = random.gauss(0, 1)
        likes = [random.gauss(0, deviation) for _ in VERIFIED]
        rows.append(
            tuple(
                int(random.random() < probability(curve, ability + likes[group] / curve.a))
                for curve, group in zip(curves, groups, strict=True)
            )
        )
    names = tuple(f"t{number}" for number in range(tasks))
    return ResponseMatrix(tuple(map(str, range(runs))), names, tuple(rows), ((1,) * tasks,) * runs)


def made_ones(seeds: int) -> Iterator[tuple[str, list[Line]]]:
    """A bank of 40 simulated runs asked about 40 others, for every row of the table."""
    for tasks, rate, alike in product((20, 100, 500), (0.05, 0.5, 0.95), (0.0, 0.02, 0.1)):
        lines = [
            line_of(next(by_age(made(tasks, rate, alike, runs=80, seed=seed), 1)))
            for seed in range(seeds)
        ]
        yield f"{tasks} tasks, rate {rate:g}, ICC {alike:g}", lines


def show(name: str, lines: Sequence[Line]) -> None:
    """Print the means over seeds and the ranges."""
    mean = Line(*(statistics.fmean(column) for column in zip(*lines, strict=True)))
    rhos, errors = [each.rho for each in lines], [each.error for each in lines]
    print(
        f"{name[:38]:38} {mean.asked:5.1f} {mean.stop_error:5.2f} {100 * mean.stop_covered:5.1f}"
        f" {mean.stop_width:5.1f} {mean.dark:5.1f} {100 * mean.lit_covered:5.1f} |"
        f" {mean.error:5.2f} ({min(errors):.2f} to {max(errors):.2f})"
        f" {100 * mean.covered:5.1f} {mean.width:5.1f} |"
        f" {mean.rho:.3f} ({min(rhos):.3f} to {max(rhos):.3f})",
        flush=True,
    )


def main() -> None:
    """Print a line per matrix."""
    parser = argparse.ArgumentParser()
    parser.add_argument("matrices", nargs="*", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--made", action="store_true", help="simulated matrices")
    parser.add_argument("--split", action="store_true", help="only older and newer half")
    given = parser.parse_args()
    if given.made:
        for name, lines in made_ones(given.seeds):
            show(name, lines)
        return
    found = [(path.stem, matrix.read_csv(path)) for path in given.matrices] or list(shared())
    print(f"{'matrix':38} tasks error  held width blind   lit |"
          f" error after {LENGTH:3} tasks  held width | rho after {RANKED}")  # fmt: skip
    for name, made in found:
        if given.split or "verified" in name:
            show(f"{name} split", [line_of(each) for each in by_age(made, given.seeds)])
        if not given.split:
            show(f"{name} {len(made.subjects)} x {len(made.items)}",
                 [line_of(each) for each in by_folds(made, given.seeds)])  # fmt: skip


if __name__ == "__main__":
    main()
