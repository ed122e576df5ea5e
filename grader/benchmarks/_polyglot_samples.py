"""Solutions of exercises: rows, or folders as a solver (Aider's benchmark, say) leaves them."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from grader.benchmarks._polyglot_files import as_text, files_of_folder
from grader.benchmarks._rows import JsonRow
from grader.benchmarks._samples import read_samples
from grader.core.sample import Sample, SampleSource
from grader.core.task import Task
from grader.errors import UsageError

RESULTS = ".aider.results.json"
TRY = re.compile(r"(?:try|attempt)?[-_ ]?(?P<number>[12])")
SKIPPED = frozenset({
    "node_modules", "target", "build", "__pycache__", ".gradle", ".pytest_cache", ".docs", ".meta",
})  # fmt: skip
TRACK_NAMES = {
    "js": "javascript", "node": "javascript", "rs": "rust", "golang": "go", "c++": "cpp",
    "py": "python",
}  # fmt: skip


def exercise_samples(source: str, tasks: Mapping[str, Task]) -> Iterator[Sample]:
    """Samples from rows with `solution` (a text) or `files` (texts by path), or from a folder."""
    if source != "-" and Path(source).is_dir():
        yield from from_folder(Path(source), tasks)
        return

    def canonical(spelling: str) -> str:
        return usual_id(spelling, tasks)

    yield from read_samples(source, tasks, canonical=canonical, unfold=unfolded)


def unfolded(row: JsonRow) -> Iterator[JsonRow]:
    """A row of files by path as the usual row."""
    files = row.value.get("files")
    if not isinstance(files, dict) or not all(
        isinstance(each, str) for each in cast("dict[str, Any]", files).values()
    ):
        yield row
        return
    rest = {key: value for key, value in row.value.items() if key != "files"}
    yield row._replace(value={**rest, "solution": json.dumps(files)})


def usual_id(spelling: str, tasks: Mapping[str, Task]) -> str:
    """`javascript/bowling` for `js/bowling`, `javascript_bowling`, or a name that one track has."""
    track, mark, name = spelling.replace("exercises/practice/", "").partition("/")
    if not mark:
        track, mark, name = spelling.partition("_")
    plain = TRACK_NAMES.get(track.lower(), track.lower())
    if mark and f"{plain}/{name}" in tasks:
        return f"{plain}/{name}"
    alike = [each for each in tasks if each.partition("/")[2] == spelling.replace("_", "-")]
    return alike[0] if len(alike) == 1 else spelling


def from_folder(root: Path, tasks: Mapping[str, Task]) -> Iterator[Sample]:
    """Tries in their order where the folder holds a folder for each, else one."""
    tries = tries_in(root)
    counts: dict[str, int] = {}
    for number, folder in tries:
        for task_id, task in tasks.items():
            place = folder_of(folder, task_id, tasks)
            if place is None:
                continue
            index = counts.get(task_id, 0)
            counts[task_id] = index + 1
            source = SampleSource(file=str(place), shape=shape_of(place, number))
            yield Sample(task_id=task_id, index=index, body=body_of(place, task), source=source)
    if not counts:
        raise UsageError(
            f"{root}: no solutions in it; it holds <language>/exercises/practice/<exercise>/ (or"
            " <language>/<exercise>/) with the solution's files, or try1/ and try2/ with such"
        )


def tries_in(root: Path) -> list[tuple[int, Path]]:
    """The folders of first and second tries; the folder itself where it holds none."""
    named = [(each, TRY.fullmatch(each.name)) for each in sorted(root.iterdir()) if each.is_dir()]
    found = [(int(match["number"]), each) for each, match in named if match]
    return sorted(found) or [(0, root)]


def folder_of(root: Path, task_id: str, tasks: Mapping[str, Task]) -> Path | None:
    """Where a task's solution lies; None where it has none."""
    track, _, name = task_id.partition("/")
    several = len({each.partition("/")[0] for each in tasks}) > 1
    places = [root / track / "exercises" / "practice" / name, root / track / name]
    places += [root / f"{track}_{name}"] + ([] if several else [root / name])
    for place in places:
        if place.is_dir() and not place.is_symlink():
            return place
    lone = [each for place in places[1:] for each in place.parent.glob(f"{place.name}.*")]
    return next((each for each in sorted(lone) if each.is_file()), None)


def body_of(place: Path, task: Task) -> str:
    """All text files of a solution that are not the exercise's own, as JSON; or one file's text."""
    if place.is_file():
        return as_text(place.read_bytes()) or ""
    own: dict[str, str] = {**task.spec["support"], **task.spec["tests"]}
    found: dict[str, str] = {}
    for name, data in files_of_folder(place):
        path = name.partition("/")[2]
        text = as_text(data)
        parts = frozenset(path.split("/"))
        if text is None or parts & SKIPPED or path.startswith(".aider") or own.get(path) == text:
            continue
        found[path] = text
    return json.dumps(found, sort_keys=True)


def shape_of(place: Path, number: int) -> str:
    """What the folder says of itself: which try it is, and what Aider said of it."""
    said = ""
    if place.is_dir() and (place / RESULTS).is_file():
        try:
            told: Any = json.loads((place / RESULTS).read_text("utf-8"))
            outcomes = told.get("tests_outcomes")
        except (OSError, ValueError, AttributeError):
            outcomes = None
        said = f"Aider's run, which says {json.dumps(outcomes)[:60]}"
    return said or (f"try {number}" if number else "")
