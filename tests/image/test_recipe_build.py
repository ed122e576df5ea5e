"""Images made from recipes, in a real engine; packages come from the network."""

import random
import subprocess
from datetime import UTC, datetime
from itertools import product

import pytest

from grader import plugins
from grader.core.container import ContainerOptions
from grader.errors import ImageError
from grader.image import recipe_build
from grader.sandboxes.docker.shelf import ImageShelf
from grader.supply import image_proof
from grader.supply.images import tasks_of, wanted_by
from tests.image.walker import OLD, PROJECTS, row, walker

SOME = random.Random(datetime.now(UTC).date().toordinal())
"""Images take long to make: every day has other ones."""
WRONG = [
    ({"install": "false || { [ -f setup.py ] && false; }"}, "install: false"),
    ({"install": "python -m pip install no-such-thing-at-all | tail -1"}, "install: python"),
    ({"install": "python -m pip install --no-deps -e . || true; false || true",
      "prepare": ["rm setup.py"]}, "import"),
    ({"install": "python -m pip install --no-deps --no-build-isolation ."}, "import"),
    ({"prepare": ["cd nowhere && true"]}, "prepare 1"),
    ({"pass_to_pass": ["tests/test_walker.py::test_elsewhere"]}, "collect"),
    ({"test": "pytest -rA tests/nothing.py"}, "collect"),
    ({"packages": ["setuptools==0.0.1"]}, "packages"),
]  # fmt: skip
pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def made(engine, slot_image, tmp_path_factory):
    """Make the image of a row; the images that were made are removed at the end."""
    images = []

    def make(project, **recipe):
        place = tmp_path_factory.mktemp("made")
        repositories, commit = walker(place, project)
        tasks = task_of(place, row(commit, slot_image, **recipe))
        (wanted,) = wanted_by(tasks)
        images[:] = [wanted.image, *images, wanted.recipe.environment_image]
        client = recipe_build.connect(ContainerOptions())
        shelf = ImageShelf(place / "images.json")

        def prove(image):
            return image_proof.prove(image, tasks_of(wanted, tasks), ContainerOptions())

        try:
            assert recipe_build.obstacle(client, wanted, repositories) == ""
            recipe_build.make(
                client, wanted, repositories, lambda _: None, notes=shelf, prove=prove
            )
            assert shelf.held(client)[-1].reference == wanted.image
        finally:
            client.close()
        return wanted.image

    yield make
    names = list(dict.fromkeys(images))
    subprocess.run(["docker", "rmi", "-f", *names], check=False, capture_output=True)


def task_of(place, one):
    path = place / "rows.json"
    path.write_text(one)
    return {
        task.id: task for task in plugins.load("benchmarks", "swebench").benchmark().tasks(path)
    }


@pytest.mark.parametrize(
    ("project", "setuptools"), SOME.sample(list(product(PROJECTS, ["68.0.0", OLD])), 2)
)
def test_tree_itself_is_on_the_path_whatever_the_project_and_its_setuptools(
    made, project, setuptools
):
    """As in the official images. Import hooks hide the tree from tools that walk directories."""
    image = made(project, setuptools=setuptools)
    probe = "import sys, walker; print('/testbed' in sys.path, walker.__file__)"
    words = ["docker", "run", "--rm", "--network", "none", "-w", "/", image]
    told = subprocess.run(
        [*words, "/opt/testbed/bin/python", "-I", "-c", probe],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert told.stdout == "True /testbed/walker/__init__.py\n"
    clean = subprocess.run(
        [*words, "git", "-C", "/testbed", "status", "--porcelain"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "setup.py" not in clean.stdout


@pytest.mark.parametrize(("change", "step"), SOME.sample(WRONG, 3))
def test_image_that_is_not_what_its_row_needs_is_not_made(made, change, step):
    with pytest.raises(ImageError, match=r"at fault: the data; next: ") as failed:
        made("setup.py", **change)
    assert f"step '{step}" in str(failed.value)
    here = subprocess.run(
        ["docker", "images", "-q", "--filter", "dangling=true", "--filter", "label=grader.recipe"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert not here.stdout


def test_tests_that_can_only_be_seen_by_running_them_are_seen(made):
    """Some are made while others run; what the empty run does not show, the whole one may."""
    made("setup.py", pass_to_pass=["tests/test_walker.py::test_seen_in_output"])
