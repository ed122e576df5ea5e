"""Read a verifier's reward strictly: a finite number from 0 to 1, written by the verifier.

Source of the official reading: harbor 0.25, `verifier/verifier.py`: `reward.json` comes first, then
`reward.txt`; any finite numbers count, whoever wrote them.
"""

import json
import math
import re
from typing import Any, NamedTuple, cast

from grader.core.record import without_surrogates
from grader.core.witness import WitnessedFile, WitnessReport, WriterKind

FILES = ("reward.json", "reward.txt")
"""In the order in which they count."""
KEY = "reward"
NUMBER = re.compile(r"\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?\s*")
TEXT_BYTES = 64 << 10


class RewardReading(NamedTuple):
    """What a verifier said."""

    values: dict[str, float]
    """By key; empty where there is none, or none that counts."""
    problem: str = ""
    """Why it does not count."""
    writer: WriterKind = WriterKind.NOBODY
    program: str = ""

    @property
    def is_full(self) -> bool:
        """Whether it is all that can be had: the key `reward`, else all keys."""
        return bool(self.values) and min(self.decisive) == 1

    @property
    def decisive(self) -> list[float]:
        """The numbers that decide."""
        return [self.values[KEY]] if KEY in self.values else list(self.values.values())


def read(report: WitnessReport | None) -> RewardReading:
    """The reward of a run, by the strict reading."""
    found = counting(report)
    if found is None:
        return RewardReading({}, "the verifier wrote no reward")
    values, problem = said(found)
    problem = problem or out_of_range(values)
    return RewardReading(
        {} if problem else values, f"{found.name} {problem}" if problem else "",
        found.writer, found.program,
    )  # fmt: skip


def official(report: WitnessReport | None) -> dict[str, float]:
    """The reward as Harbor reads it; empty where that is an error there."""
    found = counting(report)
    values, problem = said(found) if found else ({}, "")
    return {} if problem else values


def counting(report: WitnessReport | None) -> WitnessedFile | None:
    """The file that counts; None where there is none."""
    files = {each.name: each for each in report.files if each.data is not None} if report else {}
    return next((files[name] for name in FILES if name in files), None)


def said(file: WitnessedFile) -> tuple[dict[str, float], str]:
    """What a file says, and what is wrong with it."""
    return (of_json if file.name == FILES[0] else of_text)(file.data or b"")


def of_text(data: bytes) -> tuple[dict[str, float], str]:
    """`reward.txt`, and what is wrong with it."""
    text = data[:TEXT_BYTES].decode(errors="replace")
    if not text.strip():
        return {}, "is empty"
    if not NUMBER.fullmatch(text):
        return {}, f"holds no finite number: {shown(text)}"
    if not math.isfinite(float(text)):
        return {}, f"holds no finite number: {shown(text)}"
    return {KEY: float(text)}, ""


def of_json(data: bytes) -> tuple[dict[str, float], str]:
    """`reward.json`, and what is wrong with it."""
    if not data.strip():
        return {}, "is empty"
    if len(data) > TEXT_BYTES:
        return {}, f"is larger than {TEXT_BYTES >> 10} KiB"
    try:
        value: Any = json.loads(data)
    except (ValueError, RecursionError):
        return {}, "is no JSON"
    if not isinstance(value, dict) or not value:
        return {}, "holds no object of numbers"
    found = cast("dict[str, Any]", value)
    for key, number in found.items():
        if not isinstance(number, int | float) or not is_finite(number):
            return {}, f"has no finite number under {shown(key)}"
    return {without_surrogates(key): float(number) for key, number in found.items()}, ""


def is_finite(number: float) -> bool:
    """Whether a number is one that a float can hold."""
    try:
        return math.isfinite(float(number))
    except OverflowError:
        return False


def out_of_range(values: dict[str, float]) -> str:
    """What is wrong with a number that is no share of 1."""
    for key, value in values.items():
        if not 0 <= value <= 1:
            return f"says {value:g} under {shown(key)}, which is not from 0 to 1"
    return ""


def shown(text: str) -> str:
    """A short piece of what was written."""
    return repr(text if len(text) <= 40 else text[:40] + "…")  # noqa: PLR2004
