"""When an answer in words is right: one function for each rule, after its official script.

Each takes the given text and one that is wanted, and gives a score from 0 to 1.
"""

import json
import math
import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, cast

LONGEST = 100_000
"""Characters of an answer that are looked at; the rest is cut off."""
ARTICLES = re.compile(r"\b(a|an|the)\b")
NUMBER = re.compile(r"-?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?")
CHOSEN = (
    re.compile(r"answer is:?\s*\(?([A-Z])\)?(?![A-Za-z])"),
    re.compile(r"[aA]nswer:\s*\(?([A-Z])\)?(?![A-Za-z])"),
    re.compile(r"^\s*\(?([A-Z])\)?\s*(?:[.):]\s*)?$"),
    re.compile(r"^\s*\(?([A-Z])[.):]\s"),
)
"""How models name a choice; the first two are MMLU-Pro's (`evaluate_from_api.py`)."""
DEEPEST = 100


def normalized(text: str) -> str:
    """Lower case, without punctuation, articles and extra blanks: SQuAD's `normalize_answer`.

    Source: evaluate-v1.1.py of SQuAD (Rajpurkar et al. 2016), the order of its steps included.
    """
    kept = "".join(each for each in text.lower() if each not in PUNCTUATION)
    return " ".join(ARTICLES.sub(" ", kept).split())


PUNCTUATION = frozenset(string.punctuation)


def exact(given: str, wanted: str) -> float:
    """Equal but for blanks at the ends."""
    return float(given.strip() == wanted.strip())


def same_words(given: str, wanted: str) -> float:
    """SQuAD's `exact_match_score`."""
    return float(normalized(given) == normalized(wanted))


def word_f1(given: str, wanted: str) -> float:
    """SQuAD's `f1_score`: F1 over the words that both have."""
    said, right = normalized(given).split(), normalized(wanted).split()
    common = sum((Counter(said) & Counter(right)).values())
    if not common:
        return 0.0
    precision, recall = common / len(said), common / len(right)
    return 2 * precision * recall / (precision + recall)


def choice_of(given: str) -> str:
    """The letter that an answer names; '' where it names none. The last one said counts."""
    for way in CHOSEN:
        if found := way.findall(given):
            return found[-1]
    return ""


def choice(given: str, wanted: str) -> float:
    """The same letter."""
    return float(choice_of(given) == wanted.strip().strip("()").upper() != "")


def number_of(given: str) -> float | None:
    """The number behind `####`, else the last one: GSM8K's `extract_answer`, and what models do."""
    behind = given.rpartition("####")[2]
    found = NUMBER.findall(behind)
    if not found:
        return None
    value = float(found[-1].replace(",", ""))
    return value if math.isfinite(value) else None


def number(given: str, wanted: str, tolerance: float = 0.0) -> float:
    """Within `tolerance`, relative or absolute; 0: equal."""
    said, right = number_of(given), number_of(wanted)
    if said is None or right is None:
        return 0.0
    return float(math.isclose(said, right, rel_tol=tolerance, abs_tol=tolerance))


def items_of(given: str) -> list[str]:
    """The items of a list: JSON's, else lines without their bullets, else parts between commas."""
    value = json_of(given)
    if isinstance(value, list):
        return [normalized(str(each)) for each in cast("list[object]", value)]
    lines = [re.sub(r"^\s*(?:[-*•]|\d+[.)])\s+", "", line) for line in given.splitlines()]
    parts = [line for line in lines if line.strip()]
    if len(parts) == 1:
        parts = [part for part in parts[0].split(",") if part.strip()]
    return [normalized(part) for part in parts]


def listed(given: str, wanted: str, *, ordered: bool) -> float:
    """The same items, each as often; in the same order where that is asked."""
    said, right = items_of(given), items_of(wanted)
    return float(said == right if ordered else Counter(said) == Counter(right))


def json_of(given: str) -> Any:
    """The JSON value of a text, in a fence or not; None where it is none."""
    fence = re.search(r"```(?:json)?[^\S\n]*\n(.*?)```", given, re.DOTALL)
    try:
        return json.loads(fence[1].strip() if fence else given)
    except (ValueError, RecursionError):
        return None


def same_json(given: str, wanted: str, tolerance: float = 0.0) -> float:
    """Equal values; numbers within `tolerance`, and a truth is no number."""
    return float(_alike(json_of(given), json_of(wanted), tolerance, 0))


def _close(one: float, other: float, tolerance: float) -> bool:
    try:
        return math.isclose(one, other, rel_tol=tolerance, abs_tol=tolerance)
    except OverflowError:  # a whole number that no float holds
        return False


def _alike(one: Any, other: Any, tolerance: float, depth: int) -> bool:
    if depth > DEEPEST or isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other or _close(one, other, tolerance)
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        one, other = cast("list[Any]", one), cast("list[Any]", other)
        return len(one) == len(other) and all(
            _alike(a, b, tolerance, depth + 1) for a, b in zip(one, other, strict=True)
        )
    if isinstance(one, dict):
        one, other = cast("dict[str, Any]", one), cast("dict[str, Any]", other)
        return one.keys() == other.keys() and all(
            _alike(one[key], other[key], tolerance, depth + 1) for key in one
        )
    return one == other


def best(score: Callable[[str, str], float], given: str, targets: Sequence[str]) -> float:
    """The best score over all wanted texts: SQuAD's `metric_max_over_ground_truths`."""
    return max((score(given, wanted) for wanted in targets), default=0.0)
