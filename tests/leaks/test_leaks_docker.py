"""Real images with a way to the solution left in each are told from one without."""

import os
from functools import partial

import anyio
import pytest
from leaky_images import LeakyImages

from grader.core.leak import TraceWeight
from grader.reports._leaks import word
from grader.run.options import Options
from grader.supply import leaks

pytestmark = pytest.mark.docker
ALL = {"later commits", "references", "reflog", "fixed file", "remote", "pointer"}
EXPECTED = {
    "clean": ("clean", set()),
    "environment commit": ("clean", set()),
    "whole clone": ("leaks", ALL),
    "dangling commit": ("leaks", {"later commits", "fixed file"}),
    "packed": ("leaks", {"later commits", "fixed file"}),
    "reflog": ("leaks", {"later commits", "fixed file", "reflog"}),
    "tag": ("leaks", {"later commits", "fixed file", "tags"}),
    "pointer": ("suspect", {"pointer"}),
    "two commits on top": ("leaks", {"later commits"}),
    "loose object": ("leaks", {"fixed file"}),
    "other repository": ("leaks", {"fixed file"}),
    "patch": ("leaks", {"solution"}),
    "odd name": ("leaks", {"solution"}),
    "untracked": ("leaks", {"solution"}),
    "edited tree": ("leaks", {"solution"}),
    "wheel": ("leaks", {"solution"}),
    "old wheel": ("clean", {"archive"}),
    "broken wheel": ("suspect", {"archive"}),
    "installer's cache": ("leaks", {"solution"}),
    "installed": ("leaks", {"solution"}),
    "locked": ("unknown", set()),
    "no repository": ("unknown", set()),
    "hostile settings": ("leaks", {"solution"}),
}


@pytest.fixture(scope="module")
def images(slot_image):
    made = LeakyImages(slot_image, f"grader-tests/leaks-{os.getpid()}")
    yield made
    made.close()


def audited(task, *, layers=False):
    options = Options(benchmark="x", samples="")
    look = partial(leaks.audit, {task.id: task}, options, lambda _: None, layers=layers)
    return anyio.run(look)[0]


@pytest.mark.parametrize("way", EXPECTED)
def test_way_to_the_solution_is_found(images, way):
    found = audited(images.task(way))
    state, kinds = EXPECTED[way]
    told = {trace.kind for trace in found.traces}
    assert (word(found), told) == (state, kinds), found


def test_later_commit_is_named_with_its_day(images):
    found = audited(images.task("dangling commit"))
    trace = next(trace for trace in found.traces if trace.kind == "later commits")
    assert trace.weight is TraceWeight.LEAK
    assert "of 2021-01-01 'Mend the total'" in trace.why


def test_place_of_the_solution_is_one_harmless_field(images):
    found = audited(images.task("odd name"))
    assert [trace.where for trace in found.traces] == ["/home/x?done?copy"]


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_solution_that_a_later_layer_removed_is_found_in_the_layers(images):
    """The images' common base has the whole project; a later layer took it away."""
    task = images.task("clean")
    found = audited(task, layers=True)
    assert [(trace.kind, trace.weight) for trace in found.traces] == [
        ("hidden layer", TraceWeight.LEAK)
    ]
    flat = audited(images.flattened(task), layers=True)
    assert word(flat) == "clean", flat.unknown


def test_image_that_is_not_there_is_unknown_and_stops_nobody(images):
    here = images.task("clean")
    gone = here.model_copy(
        update={
            "id": "gone",
            "image": here.image.model_copy(update={"name": "grader-tests/none:1"}),
        }
    )
    containers = Options(benchmark="x", samples="").containers.model_copy(update={"pull": "never"})
    options = Options(benchmark="x", samples="", containers=containers)
    heard = []
    tasks = {task.id: task for task in (gone, here)}
    first, second = anyio.run(leaks.audit, tasks, options, heard.append)
    assert "grader-tests/none:1" in first.unknown
    assert (word(second), len(heard)) == ("clean", 2)
