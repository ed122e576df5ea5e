"""Which images on record belong to tasks."""

import json

import pytest

from grader import plugins
from grader.core.task import Image, Task
from grader.errors import UsageError
from grader.image.dockerfile_build import ImageBuild
from grader.image.recipe import ImageRecipe
from grader.supply.images import count_of, names_of

ROW = {
    "repo": "a/b",
    "base_commit": "c" * 40,
    "log_parser": "parse_log_pytest",
    "FAIL_TO_PASS": [],
    "PASS_TO_PASS": [],
    "patch": "",
    "test_patch": "",
}
RECIPE = {"base_image": "base:1", "pip_pins": ["six==1.16.0"], "test_cmd": "pytest"}


def test_environment_that_a_recipe_makes_belongs_to_its_task(tmp_path):
    rows = [
        ROW | {"instance_id": "a__b-1", "recipe": RECIPE},
        ROW | {"instance_id": "a__b-2", "image": "there/is:1", "eval_script": "run"},
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = plugins.load("benchmarks", "swebench").benchmark().tasks(tmp_path / "rows.jsonl")
    tasks = {task.id: task for task in found}
    recipe = ImageRecipe(base_image="base:1", packages=("six==1.16.0",))
    assert names_of(tasks, None) == {
        "there/is:1",
        recipe.environment_image,
        recipe.task_image("a/b", "c" * 40),
    }
    assert count_of(tasks) == 2


def test_every_name_and_the_content_of_it_belong_to_a_task():
    image = Image(name="a:1", others=("b/c:2",), digest="sha256:0")
    task = Task(id="x", benchmark="b", kind="cases", image=image, spec={})
    assert names_of({"x": task}, None) == {"a:1", "b/c:2", "a@sha256:0", "b/c@sha256:0"}


def test_tasks_of_this_machine_have_no_image():
    with pytest.raises(UsageError, match="none of these tasks has an image of its own"):
        count_of({"x": Task(id="x", benchmark="b", kind="function", spec={})})


def test_images_that_a_dockerfile_begins_with_are_read_from_it(tmp_path):
    text = (
        "ARG V=1\nFROM --platform=linux/amd64 one:1 AS first\nfrom two\nFROM scratch\n"
        "FROM First\nFROM three:$V\n# FROM four\nRUN echo FROM five\nFROM one:1\n"
    )
    assert ImageBuild("x", text, tmp_path).bases == ("one:1", "two")
