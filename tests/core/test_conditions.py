"""Which differences between runs split a board, and which mark an entry."""

import pytest

from grader.core.conditions import (
    CONDITIONS,
    DECIDE_NOTHING,
    ConditionEffect,
    GradedConditions,
    marking,
    marks,
    special,
    splitting,
    unlike,
)
from grader.core.container import ContainerOptions
from grader.core.environment import EnvironmentFacts
from grader.core.execution import Isolation
from grader.core.manifest import AdaptiveRef, DatasetRef, Manifest


def graded(**changes) -> GradedConditions:
    fields = {
        "run_id": "r", "engine_version": "1", "samples_path": "", "samples_sha256": "",
        "dataset": DatasetRef(benchmark="bench", version="1"), "tasks_sha256": "ab" * 32,
    }  # fmt: skip
    facts = {name: changes.pop(name) for name in ("passes", "engines") if name in changes}
    return GradedConditions(Manifest(**(fields | changes)), **facts)


ASKED = (
    {"timeout_s": 60.0}, {"memory_mb": 64}, {"pids": 9}, {"packages": ("numpy==2",)},
    {"extract": "raw"}, {"trust": "shared"}, {"reading": "parity"}, {"rule": "v4"},
    {"containers": ContainerOptions(network=True)}, {"containers": ContainerOptions(memory_mb=9)},
)  # fmt: skip
ELSEWHERE = (
    {"engine_version": "2", "engines": {"2": 4}}, {"engine_sha256": "cd" * 32}, {"python": "3.12.1"}, {"fresh": "task"},
    {"sandbox": "docker"}, {"environment": (("TZ", "UTC"),)}, {"images": ("i@sha256:1",)},
    {"tasks_sha256": "cd" * 32}, {"isolation": Isolation(tier="none")}, {"engines": {"1": 4, "3": 9}},
    {"containers": ContainerOptions(runtime="runsc")}, {"containers": ContainerOptions(capabilities=False)},
    {"passes": {"separated": 3, "shared": 1}}, {"toolchains": ("go: go1.26",)},
    {"environments": (EnvironmentFacts(name="e", python="3.11", digest="a", packages=()),)},
)  # fmt: skip


def test_every_field_of_a_manifest_is_decided_once():
    looked_at = [field for one in CONDITIONS for field in one.fields if field != "packages"]
    decided = [*looked_at, "packages", *DECIDE_NOTHING]
    parts = [f"containers.{name}" for name in ContainerOptions.model_fields]
    assert sorted(decided) == sorted({*Manifest.model_fields, *parts} - {"containers"})


@pytest.mark.parametrize("change", ASKED, ids=str)
def test_what_is_asked_splits(change):
    assert splitting(graded()) != splitting(graded(**change))
    (found,) = (each for each in unlike({"a": graded(), "b": graded(**change)})
                if each.effect is ConditionEffect.SPLITS)  # fmt: skip
    assert set(found.values) == {"a", "b"}
    assert list(special(splitting(graded(**change)))) == [found.condition]


@pytest.mark.parametrize("change", ELSEWHERE, ids=str)
def test_where_it_was_asked_marks(change):
    usual = graded(
        passes={"separated": 3}, engines={"1": 4}, images=("i@sha256:0",), python="3.11.2",
        toolchains=("go: go1.19",), environment=(("TZ", "CET"),), containers=ContainerOptions(),
    )  # fmt: skip
    other = GradedConditions(
        usual.manifest.model_copy(update={k: v for k, v in change.items() if k in Manifest.model_fields}),
        passes=change.get("passes", usual.passes), engines=change.get("engines", usual.engines),
    )  # fmt: skip
    assert splitting(usual) == splitting(other)
    assert marks(usual, [usual, usual, other]) == ()
    (found,) = marks(other, [usual, usual, other])
    assert found.own != found.usual
    assert found.usual == marking(usual)[found.condition]


@pytest.mark.parametrize(
    "change",
    [{"run_id": "x"}, {"host": "h"}, {"model": "m"}, {"workers": 9}, {"created_at": 9.0},
     {"containers": ContainerOptions(host="unix:///x", pull="never")}, {"k": (7,)}],
    ids=str,
)  # fmt: skip
def test_places_names_and_moments_decide_nothing(change):
    first = {"containers": ContainerOptions()} if "containers" in change else {}
    assert unlike({"a": graded(**first), "b": graded(**change)}) == ()


def test_usual_run_in_containers_is_asked_what_a_local_one_is():
    assert splitting(graded()) == splitting(graded(containers=ContainerOptions(), sandbox="docker"))
    assert special(splitting(graded())) == {}


def test_two_values_as_frequent_mark_both():
    one, two = graded(engine_version="1"), graded(engine_version="2")
    for each in (one, two):
        (mark,) = marks(each, [one, two])
        assert (mark.condition, mark.usual) == ("engine", "")


def test_what_an_older_run_does_not_say_differs_from_nothing():
    assert marks(graded(tasks_sha256=""), [graded(), graded()]) == ()
    assert unlike({"a": graded(tasks_sha256=""), "b": graded()}) == ()


@pytest.mark.parametrize(
    "part",
    [{"limit": 3}, {"selection": ("a*",)}, {"adaptive": AdaptiveRef(items_sha256="", error=0.2)}],
    ids=str,
)
def test_digest_of_some_tasks_says_nothing_about_all(part):
    assert unlike({"a": graded(tasks_sha256="cd" * 32, **part), "b": graded()}) == ()


@pytest.mark.parametrize(
    ("own", "others", "is_marked"),
    [("shared", "separated", True), ("separated", "shared", False), ("log", "keyed", True)],
)
def test_only_weaker_trust_than_the_others_marks(own, others, is_marked):
    """A run that solves none of the tasks that need shared trust is no suspect."""
    usual, each = graded(passes={others: 5}), graded(passes={own: 1, "separated": 4})
    assert bool(marks(each, [usual, usual, each])) is is_marked
    assert bool(marks(each, [usual, each])) is is_marked


def test_same_packages_of_other_versions_mark_and_do_not_split():
    one, two = (graded(packages=(f"numpy=={version}",)) for version in (1, 2))
    assert [each.effect for each in unlike({"a": one, "b": two})] == [ConditionEffect.MARKS]
