"""Figures over a whole set of predictions, as the official scripts of GLUE and SuperGLUE have them.

Those are scikit-learn's and SciPy's (`glue.py` and `super_glue.py` of Hugging Face `evaluate`, the
authors' own jiant): equal to theirs to 1e-12, with sums that do not lose digits.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from grader.graders._answer_text import best, same_words, word_f1
from grader.stats.correlation import correlation, ranks


class Prediction(NamedTuple):
    """One item of a set."""

    wanted: str
    given: str
    unit: str = ""
    targets: tuple[str, ...] = ()
    """All right answers, where there are several."""


class NoFigure(NamedTuple):
    """There is none."""

    why: str


def accuracy(items: Sequence[Prediction]) -> float | NoFigure:
    """Share of equal labels."""
    return sum(each.wanted == each.given for each in items) / len(items)


def f1(items: Sequence[Prediction], positive: str = "1") -> float:
    """F1 of one label against the rest: scikit-learn's `f1_score`; 0 where nothing is found."""
    hits = sum(each.given == each.wanted == positive for each in items)
    said = sum(each.given == positive for each in items)
    there = sum(each.wanted == positive for each in items)
    return 2 * hits / (said + there) if said + there else 0.0


def macro_f1(items: Sequence[Prediction]) -> float:
    """Mean F1 over all labels that are wanted or given: `f1_score(average="macro")`."""
    labels = sorted({label for each in items for label in (each.wanted, each.given)})
    return math.fsum(f1(items, label) for label in labels) / len(labels)


def matthews(items: Sequence[Prediction]) -> float:
    """Matthews' correlation, of any number of labels: `matthews_corrcoef` (Gorodkin 2004).

    0 where one side has one label alone.
    """
    count = len(items)
    right = sum(each.wanted == each.given for each in items)
    there = Counter(each.wanted for each in items)
    said = Counter(each.given for each in items)
    together = right * count - sum(there[label] * said[label] for label in there)
    mine = count * count - sum(each * each for each in said.values())
    theirs = count * count - sum(each * each for each in there.values())
    return together / math.sqrt(mine * theirs) if mine and theirs else 0.0


def pearson(items: Sequence[Prediction]) -> float | NoFigure:
    """Pearson's correlation of numbers: `scipy.stats.pearsonr`."""
    return _correlated(*_numbers(items))


def spearman(items: Sequence[Prediction]) -> float | NoFigure:
    """Spearman's: Pearson's of the ranks, equal values sharing theirs: `scipy.stats.spearmanr`."""
    return _correlated(*map(ranks, _numbers(items)))


def _numbers(items: Sequence[Prediction]) -> tuple[list[float], list[float]]:
    """Given and wanted; ValueError where one is no number."""
    return [number(each.given) for each in items], [number(each.wanted) for each in items]


def number(text: str) -> float:
    """A finite number; ValueError for anything else: NaN has neither rank nor distance."""
    found = float(text)
    if not math.isfinite(found):
        raise ValueError(text)
    return found


def _correlated(xs: Sequence[float], ys: Sequence[float]) -> float | NoFigure:
    if len(xs) < 2:  # noqa: PLR2004  the least that varies
        return NoFigure("one item has no correlation")
    found = correlation(xs, ys)
    return NoFigure("one side does not vary") if found is None else found


def whole_units(items: Sequence[Prediction]) -> float:
    """Share of units of which every item is right: MultiRC's exact match over questions."""
    found = by_unit(items, lambda of: all(each.wanted == each.given for each in of))
    return math.fsum(found) / len(found)


def parity(items: Sequence[Prediction]) -> float:
    """Share of units of which every item was answered alike: Winogender's gender parity."""
    found = by_unit(items, lambda of: len({each.given for each in of}) == 1)
    return math.fsum(found) / len(found)


def by_unit(
    items: Sequence[Prediction], score: Callable[[Sequence[Prediction]], bool]
) -> list[float]:
    """One value for each unit."""
    units: dict[str, list[Prediction]] = defaultdict(list)
    for each in items:
        units[each.unit].append(each)
    return [float(score(of)) for of in units.values()]


def exact_match(items: Sequence[Prediction]) -> float:
    """Mean of SQuAD's exact match, the best over all right answers."""
    scores = [best(same_words, each.given, each.targets or (each.wanted,)) for each in items]
    return math.fsum(scores) / len(items)


def mean_word_f1(items: Sequence[Prediction]) -> float:
    """Mean of SQuAD's F1 over words, the best over all right answers."""
    scores = [best(word_f1, each.given, each.targets or (each.wanted,)) for each in items]
    return math.fsum(scores) / len(items)


METRICS: Mapping[str, Callable[[Sequence[Prediction]], float | NoFigure]] = {
    "accuracy": accuracy,
    "f1": f1,
    "macro f1": macro_f1,
    "matthews": matthews,
    "pearson": pearson,
    "spearman": spearman,
    "exact match": exact_match,
    "word f1": mean_word_f1,
    "whole questions": whole_units,
    "parity": parity,
}
