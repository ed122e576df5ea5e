"""An image that cannot be had: its samples wait, all others are graded."""

import pytest

from tests.faults import toy
from tests.image.registry import registry

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(180)]
OTHER = "tests__shop-2"


@pytest.fixture
def half(evaluation):
    """A run of two equal tasks, of which the second names another image."""

    def make(image, *more):
        run = evaluation("repo", "--reading", "parity", *more)
        toy.write_rows(run.folder / "rows.jsonl", images={toy.TASK: toy.IMAGE, OTHER: image})
        toy.write_predictions(run.folder / "predictions.jsonl", [toy.TASK, OTHER])
        return run

    return make


def of(task, run):
    return {index: verdict for (name, index), verdict in run.verdicts().items() if name == task}


def had_at_last(run, private, image, expected):
    """Where the image is there after all, the run's second half is graded as its first one."""
    status, said = run.complete()
    assert status == 4, said
    assert "Traceback" not in said
    wanted = {index: verdict for (_, index), verdict in expected["repo"].items()}
    assert of(toy.TASK, run) == wanted
    assert set(of(OTHER, run).values()) == {"ungraded"}
    reasons = {each["reason"] for each in run.results() if each["verdict"] == "ungraded"}
    private.docker("tag", toy.IMAGE, image)
    try:
        status, said = run.complete("--resume")
    finally:
        private.docker("rmi", image)
    assert status == 0, said
    assert (of(toy.TASK, run), of(OTHER, run)) == (wanted, wanted)
    (reason,) = reasons
    assert image in reason
    assert "--resume" in reason
    return reason


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [("limit", "toomanyrequests"), ("broken", "500"), ("garbage", ""), ("missing", "unknown")],
)
def test_registry_in_trouble(behaviour, words, half, private, expected):
    with registry(behaviour, made=private.in_its_network) as place:
        run = half(place.name)
        assert words in had_at_last(run, private, place.name, expected)
        assert place.asked


def test_image_that_is_missing(half, private, expected):
    run = half("grader/nowhere:1", "--no-pull")
    assert "not on this machine" in had_at_last(run, private, "grader/nowhere:1", expected)
