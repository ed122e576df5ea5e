"""What the task's own solution shows of its tests: which pass, and which twins it fails.

Round 0 runs the tests as they are. Each further round changes every test that has no proven twin
yet, in its next way; the last change every other of those found, as a sample's runs will.
"""

from collections.abc import Mapping
from typing import NamedTuple

from grader.graders._exercise_twins import TwinLesson, expected_failures, without_overlap
from grader.runners.base import TextEdit

ROUNDS = 5
"""Ways that are tried for one test."""
MIXED = "mixed"
SPLITS = 2
"""How often a group is halved with which other tests fail, or the run breaks off."""


class SurveyRound(NamedTuple):
    """What one run of the survey changes."""

    name: str
    changed: dict[str, TextEdit]


class TriedRound(NamedTuple):
    """What one way of each test showed."""

    proven: tuple[str, ...]
    next: SurveyRound | None


class SurveyState(NamedTuple):
    """What is known after some rounds, and the round that comes next."""

    lesson: TwinLesson
    next: SurveyRound | None


Outcomes = Mapping[str, bool] | None
"""Of one run; None where nothing was built or reported."""


def begun(outcomes: Outcomes, why: str) -> TwinLesson:
    """What the tests as they are say."""
    if not outcomes:
        return TwinLesson(why=why or "it reports no test")
    failed = [name for name, is_right in outcomes.items() if not is_right]
    if failed:
        more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
        return TwinLesson(why=f"it fails {failed[0]}{more}")
    return TwinLesson(tests=tuple(outcomes))


def state_of(
    lesson: TwinLesson, ways: Mapping[str, list[TextEdit]], rounds: Mapping[str, Outcomes]
) -> SurveyState:
    """Follow the rounds that were run, by name, from the tests as they are."""
    if lesson.why:
        return SurveyState(lesson, None)
    proven: dict[str, int] = {}
    for number in range(ROUNDS):
        found = tried(str(number + 1), next_ways(ways, proven, number), rounds)
        if found.next:
            return SurveyState(lesson, found.next)
        proven.update(dict.fromkeys(found.proven, number))
    apart = without_overlap({name: ways[name][proven[name]] for name in sorted(proven)})
    twins = tuple((name, proven[name]) for name in apart)
    return mixed(lesson.model_copy(update={"twins": twins}), apart, rounds)


def tried(name: str, chosen: Mapping[str, TextEdit], rounds: Mapping[str, Outcomes]) -> TriedRound:
    """Which of these changes their test fails; halves of them where a run broke off."""
    proven: list[str] = []
    groups = [(name, tuple(chosen))] if chosen else []
    while groups:
        label, group = groups.pop(0)
        if label not in rounds:
            return TriedRound((), SurveyRound(label, {each: chosen[each] for each in group}))
        outcomes: Mapping[str, bool] = rounds[label] or {}
        proven += [each for each in group if outcomes.get(each) is False]
        rest = [each for each in group if each not in proven]
        is_broken = any(each not in outcomes for each in group)
        if is_broken and len(group) > 1 and rest and label.count(".") < SPLITS:
            groups += [
                (f"{label}.{half}", tuple(rest[half::2])) for half in range(2) if rest[half:]
            ]
    return TriedRound(tuple(dict.fromkeys(proven)), None)


def next_ways(
    ways: Mapping[str, list[TextEdit]], proven: Mapping[str, int], number: int
) -> dict[str, TextEdit]:
    """Of each test without a twin the way of that number."""
    return without_overlap(
        {
            name: edits[number]
            for name, edits in ways.items()
            if name not in proven and number < len(edits)
        }
    )


def mixed(
    found: TwinLesson, edits: Mapping[str, TextEdit], rounds: Mapping[str, Outcomes]
) -> SurveyState:
    """Change half of the twins and then the others; where other tests change with them, fewer.

    Only twins of groups remain with which no other test failed.
    """
    names = tuple(edits)
    groups = [(f"{MIXED} {number}", names[number::2]) for number in range(2)]
    kept: set[str] = set()
    while groups:
        name, group = groups.pop(0)
        if not group:
            continue
        if name not in rounds:
            return SurveyState(found, SurveyRound(name, {each: edits[each] for each in group}))
        outcomes: Mapping[str, bool] = rounds[name] or {}
        wrong = expected_failures(found.tests, group)
        if all(outcomes.get(each) for each in found.tests if each not in wrong):
            kept.update(each for each in group if outcomes.get(each) is False)
        elif len(group) > 1 and name.count(".") < SPLITS:
            groups += [(f"{name}.{number}", group[number::2]) for number in range(2)]
    twins = tuple(each for each in found.twins if each[0] in kept)
    return SurveyState(found.model_copy(update={"twins": twins}), None)


def round_of(step: str) -> str:
    """The round that a step's name tells; empty where it is none of a survey."""
    _, _, name = step.partition(" ")
    return name
