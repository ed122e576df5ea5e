"""Read a task repository: one folder per task with its metadata, patches, script and Dockerfile.

Source of the layout: swebench 5.0.2, `task/repo.py` and `task/checks.py`. Nothing in it runs here.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

from grader.benchmarks._rows import JsonRow, kind_of
from grader.core.task import Task
from grader.errors import UsageError
from grader.graders._repo_assets import BinaryAsset

CONFIG, TASKS, METADATA, TESTS = "sweb.yaml", "tasks", "task.yaml", "tests.json"
DOCKERFILE, ASSETS = "Dockerfile", "test_assets"
FILES = {
    "patch": "gold.patch",
    "test_patch": "test.patch",
    "eval_script": "eval.sh",
    "problem_statement": "problem_statement.md",
}
"""Columns that are files of their own."""
REQUIRED = (
    *("instance_id", "repo", "version", "base_commit", "split", "image", "log_parser"),
    "eval_type",
)
DEPRECATED = "deprecated"
ASSET_BYTES = 64 << 20


class PublishedTasks(NamedTuple):
    """What the repository says that it publishes."""

    datasets: tuple[str, ...]
    splits: tuple[str, ...]


def is_repository(path: Path) -> bool:
    """Whether a folder is a task repository, or one task's folder in it."""
    return (path / CONFIG).is_file() or (path / METADATA).is_file()


def rows_in(path: Path, official: str) -> Iterator[tuple[JsonRow, Path]]:
    """The tasks of a repository as rows, each with its folder.

    Where the repository publishes a dataset called `official`, its tasks alone; tasks of a split
    that is not published only where `path` is their own folder. UsageError names the file.
    """
    if (path / METADATA).is_file():
        yield row_of(path), path
        return
    published = config_of(path)
    wanted = {name for name in published.datasets if name.rsplit("/", 1)[-1] == official}
    for folder in folders_in(path):
        row = row_of(folder)
        named = row.value.get("datasets")
        if not isinstance(named, list):
            raise UsageError(f"{folder / METADATA}: 'datasets' must be a list of names")
        if row.value["split"] == DEPRECATED or row.value["split"] not in published.splits:
            continue
        if set(cast("list[object]", named)) & (wanted or set(published.datasets)):
            yield row, folder


def config_of(path: Path) -> PublishedTasks:
    """The repository's own description."""
    value = yaml_in(path / CONFIG)
    datasets, splits = value.get("datasets"), value.get("splits") or ["test"]
    if not isinstance(datasets, list) or not datasets or not isinstance(splits, list):
        raise UsageError(f"{path / CONFIG}: 'datasets' and 'splits' must be lists of names")
    return PublishedTasks(
        tuple(map(str, cast("list[object]", datasets))),
        tuple(map(str, cast("list[object]", splits))),
    )


def folders_in(path: Path) -> list[Path]:
    """The tasks' folders in the order of their names."""
    root = path / TASKS
    found = sorted(each.parent for each in root.glob(f"*/{METADATA}"))
    if not found:
        raise UsageError(f"{root}: no task in it; a task is a folder with a {METADATA}")
    return found


def row_of(folder: Path) -> JsonRow:
    """One task's folder as a row."""
    value = yaml_in(folder / METADATA)
    missing = [key for key in REQUIRED if key not in value]
    if missing:
        raise UsageError(f"{folder / METADATA}: no {', '.join(missing)}")
    if value["instance_id"] != folder.name:
        raise UsageError(
            f"{folder / METADATA}: the task in this folder must be called '{folder.name}'"
        )
    texts = {key: text_in(folder / name) for key, name in FILES.items()}
    tests = tests_in(folder / TESTS)
    return JsonRow(str(folder), 0, {**value, **tests, **texts})


def tests_in(path: Path) -> dict[str, Any]:
    """The names of the deciding tests."""
    try:
        value: object = json.loads(text_in(path))
    except ValueError as error:
        raise UsageError(f"{path}: not JSON ({error})") from error
    if not isinstance(value, dict):
        raise UsageError(f"{path}: an object is expected, found {kind_of(value)}")
    return cast("dict[str, Any]", value)


def yaml_in(path: Path) -> dict[str, Any]:
    """A YAML file's object; needs the extra `swebench`."""
    try:
        import yaml  # noqa: PLC0415  optional
    except ImportError:
        raise UsageError(
            f"{path}: reading a task repository needs PyYAML; pip install 'grader[swebench]'"
        ) from None
    try:
        value: object = yaml.safe_load(text_in(path))
    except yaml.YAMLError as error:
        raise UsageError(f"{path}: not YAML ({' '.join(str(error).split())})") from error
    if not isinstance(value, dict):
        raise UsageError(f"{path}: keys and values are expected, found {kind_of(value)}")
    return cast("dict[str, Any]", value)


def text_in(path: Path) -> str:
    """A file's text, its line ends as they are."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file; every task has one") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read ({error})") from error


def with_files(task: Task, folder: Path) -> Task:
    """`task` with its Dockerfile and the binary files that lie beside it."""
    assets = [
        BinaryAsset.model_validate({**each, "data": asset_in(folder, each["path"])}).model_dump(
            mode="json"
        )
        for each in task.spec.get("assets", ())
    ]
    more: dict[str, Any] = {"dockerfile": text_in(folder / DOCKERFILE)}
    if assets:
        more["assets"] = assets
    return task.model_copy(update={"spec": {**task.spec, **more}})


def asset_in(folder: Path, path: str) -> bytes | None:
    """A binary file's content; None where the repository does not hold it.

    A path that leads out of the folder is refused: metadata must not choose files of this machine.
    """
    root = (folder / ASSETS).resolve()
    place = (root / path).resolve()
    if not place.is_relative_to(root):
        raise UsageError(f"{folder / METADATA}: the asset '{path}' leads out of {ASSETS}")
    if not place.is_file():
        return None
    if place.stat().st_size > ASSET_BYTES:
        raise UsageError(f"{place}: more than {ASSET_BYTES >> 20} MiB")
    return place.read_bytes()
