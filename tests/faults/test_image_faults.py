"""Images that cannot be had: their samples wait, all others are graded."""

from contextlib import ExitStack

import pytest

from tests.faults import toy
from tests.image.registry import registry

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(180)]
EACH = 3
"""Samples of a task."""
TROUBLE = {"limit": "toomanyrequests", "broken": "500", "garbage": "", "missing": "unknown"}
"""What a registry does → a word of the reason that its samples get."""


@pytest.fixture
def beside(evaluation):
    """A run of equal tasks: one whose image is there, and one for each image that is not."""

    def make(images, *more):
        run = evaluation("repo", "--reading", "parity", *more)
        toy.write_rows(run.folder / "rows.jsonl", images={toy.TASK: toy.IMAGE, **images})
        toy.write_predictions(run.folder / "predictions.jsonl", [toy.TASK, *images], pairs=1)
        return run

    return make


def named(places):
    """A task for each image that cannot be had."""
    return {f"tests__shop-{number}": place for number, place in enumerate(places, start=2)}


def of(task, run):
    return {index: verdict for (name, index), verdict in run.verdicts().items() if name == task}


def had_at_last(run, private, images, expected):
    """Where the images are there after all, their samples are graded as the others were.

    Why they could not be had at first, by image.
    """
    status, said = run.complete()
    assert status == 4, said
    assert "Traceback" not in said
    wanted = {index: verdict for (_, index), verdict in expected["repo"].items() if index < EACH}
    assert of(toy.TASK, run) == wanted
    reasons = {image: reason_of(task, run) for task, image in images.items()}
    for image, reason in reasons.items():
        assert image in reason
        assert "--resume" in reason
    for image in images.values():
        private.docker("tag", toy.IMAGE, image)
    try:
        status, said = run.complete("--resume")
    finally:
        private.docker("rmi", *images.values())
    assert status == 0, said
    assert {task: of(task, run) for task in (toy.TASK, *images)} == dict.fromkeys(
        (toy.TASK, *images), wanted
    )
    return reasons


def reason_of(task, run):
    """The one reason for which none of a task's samples was graded."""
    assert of(task, run) == dict.fromkeys(range(EACH), "ungraded")
    (reason,) = {each["reason"] for each in run.results() if each["task_id"] == task}
    return reason


def test_registries_in_trouble(beside, private, expected):
    """Each in its own way, under one run."""
    with ExitStack() as stack:
        places = {
            behaviour: stack.enter_context(registry(behaviour, made=private.in_its_network))
            for behaviour in TROUBLE
        }
        images = named(place.name for place in places.values())
        reasons = had_at_last(beside(images), private, images, expected)
    for behaviour, place in places.items():
        assert TROUBLE[behaviour] in reasons[place.name]
        assert place.asked


def test_image_that_is_missing(beside, private, expected):
    images = named(["grader/nowhere:1"])
    reasons = had_at_last(beside(images, "--no-pull"), private, images, expected)
    assert "not on this machine" in reasons["grader/nowhere:1"]
