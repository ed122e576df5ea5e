"""Images made from recipes, in a real engine; packages come from the network."""

import subprocess

import pytest

from grader.core.container import Containers
from grader.image import recipe_build
from grader.image.recipe import Recipe
from grader.sandboxes.docker.shelf import Shelf

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(300)]
SETUP = "from setuptools import setup\n\nsetup(name='walker', version='1', packages=['walker'])\n"


@pytest.fixture
def repository(tmp_path):
    """A folder of bare repositories with one in it, and its commit."""
    tree = tmp_path / "tree"
    (tree / "walker").mkdir(parents=True)
    (tree / "walker" / "__init__.py").write_text("")
    (tree / "setup.py").write_text(SETUP)
    git = ["git", "-C", str(tree), "-c", "user.name=t", "-c", "user.email=t@t"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "base"]):
        subprocess.run([*git, *words], check=True)
    found = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    bare = ["git", "clone", "-q", "--bare", str(tree), str(tmp_path / "bare" / "tests__walker.git")]
    subprocess.run(bare, check=True)
    return tmp_path / "bare", found.stdout.strip()


def test_editable_installation_puts_the_tree_on_the_path(engine, slot_image, repository, tmp_path):
    """As in the official images. Import hooks hide the tree from tools that walk directories."""
    repositories, commit = repository
    recipe = Recipe(
        base_image=slot_image,
        packages=("setuptools==68.0.0", "wheel==0.44.0"),
        install="python -m pip install --no-deps --no-build-isolation -e .",
    )
    wanted = recipe_build.Wanted(recipe, "tests/walker", commit)
    client = recipe_build.connect(Containers())
    try:
        shelf = Shelf(tmp_path / "images.json")
        assert recipe_build.obstacle(client, wanted, repositories) == ""
        assert recipe_build.make(client, wanted, repositories, lambda _: None, notes=shelf)
        noted = [each.reference for each in shelf.held(client)]
        assert noted == [recipe.environment_image, wanted.image]
        probe = "import sys, walker; print('/testbed' in sys.path, walker.__file__)"
        words = ["docker", "run", "--rm", "--network", "none", "-w", "/", wanted.image]
        done = subprocess.run(
            [*words, "/opt/testbed/bin/python", "-I", "-c", probe],
            check=True,
            capture_output=True,
            text=True,
        )
        assert done.stdout == "True /testbed/walker/__init__.py\n"
    finally:
        client.close()
        images = [wanted.image, recipe.environment_image]
        subprocess.run(["docker", "rmi", "-f", *images], check=False, capture_output=True)
