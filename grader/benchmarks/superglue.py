"""SuperGLUE: eight tasks and two diagnostic sets (Wang et al. 2019, arXiv:1905.00537).

An archive is what super.gluebenchmark.com takes: `BoolQ.jsonl` and so on, each line an object of
`idx` and `label`. The score is the mean over the eight tasks, one with two figures averaged first.
"""

import json
from collections.abc import Iterator
from typing import Any, cast

from grader.benchmarks._label_sets import LabelBenchmark, LabelledItem, LabelSet
from grader.errors import UsageError
from grader.graders.answer import DIAGNOSTIC

ENTAILED = ("entailment", "not_entailment")
THREE = ("entailment", "contradiction", "neutral")
TRUTH = ("true", "false")
TWO = ("0", "1")


class SuperGlue(LabelBenchmark):
    """The benchmark."""

    name = "superglue"
    version = "2019"
    licence = "as stated by the data sets' authors"
    summary = "SuperGLUE: eight tasks of labels (BoolQ … WSC), hidden labels from --data"
    sets = (
        LabelSet("BoolQ", "BoolQ.jsonl", ("accuracy",), TRUTH),
        LabelSet("CB", "CB.jsonl", ("macro f1", "accuracy"), THREE),
        LabelSet("COPA", "COPA.jsonl", ("accuracy",), TWO),
        LabelSet("MultiRC", "MultiRC.jsonl", ("f1", "whole questions"), TWO),
        LabelSet("ReCoRD", "ReCoRD.jsonl", ("word f1", "exact match"), (), "normalized"),
        LabelSet("RTE", "RTE.jsonl", ("accuracy",), ENTAILED),
        LabelSet("WiC", "WiC.jsonl", ("accuracy",), TRUTH),
        LabelSet("WSC", "WSC.jsonl", ("accuracy",), TRUTH),
        LabelSet("AX-b", "AX-b.jsonl", ("matthews",), ENTAILED, part=DIAGNOSTIC),
        LabelSet("AX-g", "AX-g.jsonl", ("accuracy", "parity"), ENTAILED, part=DIAGNOSTIC),
    )

    def read(self, of: LabelSet, text: str, place: str) -> Iterator[LabelledItem]:
        """One object a line; MultiRC's and ReCoRD's hold several items."""
        for number, line in enumerate(text.split("\n"), start=1):
            if not line.strip():
                continue
            here = f"{place}:{number}"
            row = object_of(line, here)
            if of.name == "MultiRC" and isinstance(row.get("passage"), dict):
                yield from answers_of(row["passage"], whole(row, "idx", here), here)
            elif of.name == "MultiRC":
                raise UsageError(f"{here}: 'passage' with its 'questions' is expected")
            elif of.name == "ReCoRD":
                yield entities_of(row, here)
            elif of.name == "AX-g":
                unit = row.get("pair_id", int(whole(row, "idx", here)) // 2)
                key, value = whole(row, "idx", here), label_of(row, here)
                yield LabelledItem(here, key, value, str(unit)[:40])
            else:
                yield LabelledItem(here, whole(row, "idx", here), label_of(row, here))


def object_of(line: str, place: str) -> dict[str, Any]:
    """A line's object."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{place}: not JSON ({error})") from None
    if not isinstance(row, dict):
        raise UsageError(f"{place}: an object of 'idx' and 'label' is expected")
    return cast("dict[str, Any]", row)


def whole(row: dict[str, Any], key: str, place: str) -> str:
    """An index."""
    value = row.get(key)
    if type(value) is not int or value < 0:
        raise UsageError(f"{place}: '{key}' must be a whole number from 0")
    return str(value)


def label_of(row: dict[str, Any], place: str) -> str:
    """A label as text: truths as JSON writes them."""
    value = row.get("label")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | str):
        text = str(value)
        return text.lower() if text in {"True", "False"} else text
    raise UsageError(f"{place}: 'label' must be a text, number or truth")


def answers_of(passage: dict[str, Any], outer: str, place: str) -> Iterator[LabelledItem]:
    """MultiRC: an item for each answer, within its question."""
    for question in listed(passage, "questions", place):
        inner = whole(question, "idx", place)
        for answer in listed(question, "answers", place):
            key = f"{outer}.{inner}.{whole(answer, 'idx', place)}"
            yield LabelledItem(place, key, label_of(answer, place), f"{outer}.{inner}")


def listed(row: dict[str, Any], key: str, place: str) -> list[dict[str, Any]]:
    """A list of objects."""
    value = row.get(key)
    items = cast("list[Any]", value) if isinstance(value, list) else [None]
    if not all(isinstance(each, dict) for each in items):
        raise UsageError(f"{place}: '{key}' must be a list of objects")
    return cast("list[dict[str, Any]]", items)


def entities_of(row: dict[str, Any], place: str) -> LabelledItem:
    """ReCoRD: an entity; of the right ones there may be several (`answers`)."""
    index: Any = row.get("idx")
    key = str(cast("dict[str, Any]", index).get("query")) if isinstance(index, dict) else ""
    key = key or whole(row, "idx", place)
    answers: Any = row.get("answers")
    if isinstance(answers, list):
        texts = [
            str(cast("dict[str, Any]", each).get("text", "")) if isinstance(each, dict) else each
            for each in cast("list[Any]", answers)
        ]
        if not texts or not all(isinstance(each, str) and each for each in texts):
            raise UsageError(f"{place}: 'answers' must be texts, or objects with a 'text'")
        return LabelledItem(place, key, texts[0], targets=tuple(dict.fromkeys(texts)))
    return LabelledItem(place, key, label_of(row, place))


def benchmark() -> SuperGlue:
    """The member that this module is."""
    return SuperGlue()
