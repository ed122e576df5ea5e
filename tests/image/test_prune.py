"""Which images go when somebody asks for room, and what that frees."""

import pytest

from grader.image.budget import HeldImage
from grader.image.prune import (
    EVERYTHING,
    FROM_IT,
    KnownImage,
    familiar,
    freed_bytes,
    left_of,
    names_left,
    plan,
)


def held(name, used_at, **layers):
    return HeldImage(reference=f"own/{name}:1", id=name, layers=layers, used_at=used_at)


def known(name, *layers, parent="", names=None):
    names = frozenset({f"own/{name}:1"} if names is None else names)
    return KnownImage(name, parent, names, frozenset(layers))


BASE, TASK, OTHER = held("base", 1, b=100), held("task", 2, b=100, t=7), held("other", 3, o=30)
ENGINE = (
    known("base", "b"),
    known("task", "b", "t", parent="base"),
    known("other", "o"),
)


def planned(chosen, *, engine=ENGINE, budget_bytes=EVERYTHING, refused=None):
    rest = [each for each in (BASE, TASK, OTHER) if each not in chosen]
    return plan(
        chosen,
        rest,
        engine,
        budget_bytes=budget_bytes,
        refusal=lambda each: (refused or {}).get(each.id, ""),
    )


def gone(made):
    return [each.id for each in made.go]


def why(made):
    return {each.held.id: each.why for each in made.stay}


def test_what_others_are_made_from_goes_after_them():
    assert gone(planned([BASE, TASK, OTHER])) == ["task", "base", "other"]


def test_what_another_that_stays_is_made_from_stays():
    made = planned([BASE, OTHER])
    assert gone(made) == ["other"]
    assert why(made) == {"base": FROM_IT}
    made = planned([BASE, TASK], refused={"task": "a container uses it"})
    assert gone(made) == []
    assert why(made) == {"task": "a container uses it", "base": FROM_IT}


def test_image_of_somebody_else_that_is_made_from_one_keeps_it():
    engine = (*ENGINE, known("theirs", "o", "x", parent="other", names={"theirs:1"}))
    made = planned([OTHER], engine=engine)
    assert gone(made) == []
    assert why(made) == {"other": FROM_IT}


def test_budget_keeps_what_was_used_last_and_counts_what_was_not_chosen():
    assert gone(planned([BASE, TASK, OTHER], budget_bytes=130)) == ["task"]
    assert gone(planned([BASE, TASK, OTHER], budget_bytes=137)) == []
    assert gone(planned([OTHER], budget_bytes=130)) == ["other"]


def test_nameless_steps_of_a_build_go_with_what_was_built():
    engine = (
        known("base", "b"),
        known("step", "b", "s", parent="base", names=()),
        known("task", "b", "s", "t", parent="step"),
        known("nobodys", "n", names=()),
    )
    assert left_of(engine, {"own/task:1"}) == {"base", "nobodys"}
    assert left_of(engine, {"own/base:1"}) == {"base", "step", "task", "nobodys"}


def test_freed_is_what_no_image_that_stays_has():
    assert freed_bytes([TASK], ENGINE, {"base", "other"}) == 7
    assert freed_bytes([TASK, BASE], ENGINE, {"other"}) == 107
    assert freed_bytes([TASK], ENGINE, {"base", "task"}) == 0


@pytest.mark.parametrize(
    ("removed", "left"),
    [
        ({"own/a:1"}, set()),
        ({"own/a:2"}, {"own/a:1", "own/a@sha256:0"}),
        ({"own/a@sha256:0"}, {"own/a:1"}),
    ],
)
def test_with_the_last_tag_of_a_repository_its_digests_go(removed, left):
    assert names_left({"own/a:1", "own/a@sha256:0"}, removed) == left
    assert names_left({"own/a:1", "own/b@sha256:0"}, {"own/a:1"}) == {"own/b@sha256:0"}


@pytest.mark.parametrize(
    ("reference", "listed"),
    [
        ("docker.io/owner/name:1", "owner/name:1"),
        ("docker.io/library/python", "python:latest"),
        ("host:5000/name", "host:5000/name:latest"),
        ("host:5000/name:2", "host:5000/name:2"),
        ("name@sha256:1", "name@sha256:1"),
    ],
)
def test_reference_is_compared_as_engines_list_it(reference, listed):
    assert familiar(reference) == listed
