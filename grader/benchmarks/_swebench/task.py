"""A SWE-bench row, of any generation, as a task."""

import json
from typing import Any, cast

from pydantic import ValidationError

from grader.benchmarks._rows import JsonRow, text_of
from grader.benchmarks._swebench.repos import FAIL_ONLY, PARSER_OF
from grader.benchmarks._swebench.script import of_recipe, official
from grader.core.limits import Limits
from grader.core.task import Task
from grader.errors import UsageError
from grader.graders._repo_assets import BinaryAsset, with_copies
from grader.graders._repo_log import HarnessRule
from grader.graders._repo_tests import EvalType
from grader.graders.repo import Spec
from grader.image.names import SWEBENCH, dockerhub, with_mirrors
from grader.image.recipe import ImageRecipe

LIMITS = Limits(
    cpu_s=7200,
    wall_s=1800,
    memory_mb=8192,
    pids=4096,
    output_kb=65536,
    disk_mb=16384,
    network=True,
)
"""The official harness knows one limit, 1800 s of wall clock for the whole script. Its scripts
install packages (498 of 500 in Verified), so they have the network; rows with a recipe do not."""
BASES = {"swe-py39": "grader/base:bullseye", "swe-py311": "grader/base:bookworm"}
"""Names that recipes use for a base → the image that `scripts/base-image` makes."""


def task_of(row: JsonRow, benchmark: str, *, rule: HarnessRule = HarnessRule.V5) -> Task:
    """One task, judged by `rule`; UsageError with the row's place for what is malformed."""
    value = row.value
    task_id, repository = text_of(row, "instance_id"), text_of(row, "repo")
    commit = str(value.get("base_commit") or "")
    recipe = recipe_of(row)
    if value.get("eval_script"):
        script = official(text_of(row, "eval_script"))
    elif recipe is not None:
        script = recipe_script(row, recipe, commit)
    else:
        raise UsageError(
            f"{row.place}: {task_id} has neither 'eval_script' (rows of SWE-bench 5) nor 'recipe';"
            " how its tests are run is not said. Give the rows of the newer dataset"
        )
    assets = assets_of(row)
    spec = Spec(
        repo=repository,
        version=str(value.get("version") or ""),
        rule=rule,
        base_commit=commit,
        eval_script=with_copies(script, assets),
        log_parser=parser_of(row, repository),
        eval_type=eval_type_of(row, repository),
        fail_to_pass=tests_in(row, "FAIL_TO_PASS"),
        pass_to_pass=tests_in(row, "PASS_TO_PASS"),
        patch=str(value.get("patch") or ""),
        test_patch=str(value.get("test_patch") or ""),
        statement=str(value.get("problem_statement") or ""),
        assets=assets,
        recipe=recipe,
    )
    return Task(
        id=task_id,
        benchmark=benchmark,
        kind="repo",
        image=with_mirrors(image_of(row, recipe, repository, commit)),
        limits=LIMITS.model_copy(update={"network": recipe is None}),
        spec=spec.model_dump(mode="json", exclude_defaults=True),
    )


def assets_of(row: JsonRow) -> tuple[BinaryAsset, ...]:
    """The binary files of the row's patches, in the official order; pictures of issues are none."""
    value: Any = row.value.get("image_assets") or {}
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    if not isinstance(value, dict):
        raise UsageError(f"{row.place}: 'image_assets' must be an object, or its JSON text")
    assets = cast("dict[str, Any]", value)
    listed = [*(assets.get("test_patch") or ()), *(assets.get("patch") or ())]
    try:
        return tuple(
            BinaryAsset(path=each["path"], url=each.get("url") or "")
            for each in listed
            if has_path(each)
        )
    except ValidationError as error:
        wrong = error.errors()[0]
        raise UsageError(f"{row.place}: 'image_assets' is unusable ({wrong['msg']})") from error


def has_path(entry: object) -> bool:
    """Whether an entry is a file of the repository; others are only addresses."""
    return isinstance(entry, dict) and bool(cast("dict[str, Any]", entry).get("path"))


def image_of(row: JsonRow, recipe: ImageRecipe | None, repository: str, commit: str) -> str:
    """The row's own image, else the one that its recipe makes, else the published name."""
    if row.value.get("image"):
        return text_of(row, "image")
    if recipe is not None:
        return recipe.task_image(repository, commit)
    return f"{SWEBENCH}{dockerhub(text_of(row, 'instance_id'))}:latest"


def parser_of(row: JsonRow, repository: str) -> str:
    """The row's parser, else the one of its repository."""
    if row.value.get("log_parser"):
        return text_of(row, "log_parser")
    if repository not in PARSER_OF:
        raise UsageError(f"{row.place}: no 'log_parser', and none is known for '{repository}'")
    return PARSER_OF[repository]


def eval_type_of(row: JsonRow, repository: str) -> EvalType:
    """What the row says, else what its repository's runner can tell."""
    said = row.value.get("eval_type")
    if not said:
        return EvalType.FAIL_ONLY if repository in FAIL_ONLY else EvalType.PASS_AND_FAIL
    if said not in set(EvalType):
        raise UsageError(f"{row.place}: 'eval_type' must be one of {', '.join(EvalType)}")
    return EvalType(said)


def tests_in(row: JsonRow, key: str) -> tuple[str, ...]:
    """A list of test names, or the JSON text of one."""
    value = row.value.get(key)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    if isinstance(value, list):
        names = cast("list[object]", value)
        if all(isinstance(name, str) for name in names):
            return tuple(cast("list[str]", names))
    raise UsageError(f"{row.place}: '{key}' must be a list of test names, or its JSON text")


def recipe_of(row: JsonRow) -> ImageRecipe | None:
    """How the row says that its image is made; None where it does not."""
    value: Any = row.value.get("recipe")
    if not isinstance(value, dict):
        return None
    recipe = cast("dict[str, Any]", value)
    try:
        base = str(recipe["base_image"])
        return ImageRecipe(
            base_image=BASES.get(base, base),
            packages=tuple(recipe["pip_pins"]),
            prepare=tuple(recipe.get("pre_install") or ()),
            install=recipe.get("install") or "",
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{row.place}: 'recipe' is unusable ({error})") from error


def recipe_script(row: JsonRow, recipe: ImageRecipe, commit: str) -> str:
    """The script of a row that says how its tests are run."""
    value = cast("dict[str, Any]", row.value["recipe"])
    if not isinstance(value.get("test_cmd"), str):
        raise UsageError(f"{row.place}: 'recipe' has no 'test_cmd'")
    return of_recipe(
        recipe,
        commit=commit,
        test_patch=str(row.value.get("test_patch") or ""),
        setup=tuple(value.get("eval_commands") or ()),
        test=value["test_cmd"],
    )
