"""Read what agents left of Harbor tasks, in the forms that people have it.

A folder with an entry for each task, called as the task is (`/` of a name as `__`, or its last
part): `NAME/` mirrors the container's root, `NAME.tar` or `NAME.tar.gz` is that as a tar file,
`NAME.diff` or `NAME.patch` is a patch to the working directory. Or Harbor's own trial and job
folders (`result.json` and `artifacts/`). Or JSON Lines, `{"task": …}` with `archive`, `diff` (paths
below the file's folder) or `image` (`name@sha256:…`: what is in the agent's container, committed).
"""

import base64
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, cast

from grader.benchmarks._rows import JsonRow, json_lines, keys_of, shown
from grader.benchmarks._samples import without_surrogates
from grader.core.sample import GOLD, Sample, SampleSource
from grader.core.task import Task
from grader.errors import UsageError
from grader.graders._harbor_left import (
    MOST_BYTES,
    UnreadableArtifacts,
    archive_of,
    in_folder,
    in_tar,
    read,
)
from grader.graders._harbor_spec import HarborSpec
from grader.graders.harbor import solution_body

ENDS = (".tar", ".tar.gz", ".tgz", ".diff", ".patch")
BY_CONTENT = re.compile(r"(?:[\w./:-]+@)?sha256:[0-9a-f]{64}")
RESULT_BYTES = 16 << 20
NAMED = 5


def read_artifacts(source: str, tasks: Mapping[str, Task]) -> Iterator[Sample]:
    """Samples in the order of names; UsageError for what is no task's."""
    counts: Counter[str] = Counter()
    path = Path(source)
    if source == GOLD:
        found = ((name, solution_body(spec_of(task)), source) for name, task in tasks.items())
    elif path.is_dir():
        found = in_directory(path, tasks)
    elif path.suffix in {".jsonl", ".json"} or source == "-":
        found = in_rows(source, tasks)
    elif path.is_file() and path.name.endswith(ENDS):
        found = one(path, tasks)
    else:
        raise UsageError(
            f"{source}: no folder of artifacts, no {', '.join(ENDS)} and no .jsonl;"
            " see: grader help harbor"
        )
    for task_id, body, place in found:
        text, defect = without_surrogates(body)
        yield Sample(
            task_id=task_id, index=counts[task_id], body=text, whole=True, defect=defect,
            source=SampleSource(file=place),
        )  # fmt: skip
        counts[task_id] += 1
    if not counts:
        raise UsageError(f"{source}: no artifacts of any of these tasks in it")


def in_directory(path: Path, tasks: Mapping[str, Task]) -> Iterator[tuple[str, str, str]]:
    """What a folder holds, or is."""
    if is_trial(path):
        yield of_trial(path, tasks)
        return
    strange: list[str] = []
    is_any = False
    for entry in sorted(path.iterdir()):
        name = name_of(entry)
        if is_trial(entry):
            is_any = True
            yield of_trial(entry, tasks)
        elif (task_id := called(name, tasks)) is not None:
            is_any = True
            yield task_id, body_of(entry, tasks[task_id]), str(entry)
        elif entry.is_dir() or entry.name.endswith(ENDS):
            strange.append(entry.name)
    if strange:
        more = f" and {len(strange) - NAMED} more" if len(strange) > NAMED else ""
        raise UsageError(
            f"{path}: no task is called {', '.join(strange[:NAMED])}{more}; the tasks are"
            f" {', '.join(list(tasks)[:NAMED])}{' …' if len(tasks) > NAMED else ''}"
        )
    if not is_any:
        raise UsageError(f"{path}: no artifacts in it; see: grader help harbor")


def one(path: Path, tasks: Mapping[str, Task]) -> Iterator[tuple[str, str, str]]:
    """A single file, for the task of its name or for the only one."""
    task_id = called(name_of(path), tasks)
    if task_id is None:
        if len(tasks) != 1:
            raise UsageError(f"{path}: no task is called '{name_of(path)}'")
        task_id = next(iter(tasks))
    yield task_id, body_of(path, tasks[task_id]), str(path)


def is_trial(path: Path) -> bool:
    """Whether a folder is one that Harbor wrote of a trial."""
    return (path / "result.json").is_file() and (path / "artifacts").is_dir()


def of_trial(path: Path, tasks: Mapping[str, Task]) -> tuple[str, str, str]:
    """A trial's folder; of what it says only the task's name is taken."""
    file = path / "result.json"
    try:
        said: Any = json.loads(read(file, min(file.lstat().st_size, RESULT_BYTES)))
        name = str(cast("dict[str, Any]", said)["task_name"])
    except (ValueError, TypeError, KeyError, OSError, RecursionError) as error:
        raise UsageError(f"{file}: no trial's result with a task_name ({error})") from error
    task_id = called(name, tasks)
    if task_id is None:
        raise UsageError(f"{file}: no task is called '{name}'")
    return task_id, body_of(path / "artifacts", tasks[task_id]), str(path)


def called(name: str, tasks: Mapping[str, Task]) -> str | None:
    """The task of this name; None where there is none, or more than one."""
    if name in tasks:
        return name
    found = [each for each in tasks if name in {each.replace("/", "__"), each.rpartition("/")[2]}]
    return found[0] if len(found) == 1 else None


def name_of(entry: Path) -> str:
    """A file's name without what says its form."""
    if entry.is_dir():
        return entry.name
    for end in ENDS:
        if entry.name.endswith(end):
            return entry.name.removesuffix(end)
    return ""


def body_of(entry: Path, task: Task) -> str:
    """What an entry holds, as a sample; what cannot be read is the caller's to mend."""
    spec = spec_of(task)
    try:
        if entry.is_dir():
            found = archive_of(in_folder(entry), spec.places, spec.exclude)
        elif entry.name.endswith((".diff", ".patch")):
            text = bounded(entry).decode("utf-8", "surrogateescape")
            return json.dumps({"diff": text}, ensure_ascii=False)
        else:
            found = archive_of(in_tar(bounded(entry), str(entry)), spec.places, spec.exclude)
    except UnreadableArtifacts as error:
        raise UsageError(str(error)) from error
    body: dict[str, Any] = {"archive": base64.b64encode(found.tar).decode()}
    if found.dropped:
        body["dropped"] = [ascii(path)[1:-1] for path in sorted(found.dropped)[:NAMED]]
    return json.dumps(body)


def spec_of(task: Task) -> HarborSpec:
    """What the task's directory says."""
    return HarborSpec.model_validate(task.spec)


def bounded(entry: Path) -> bytes:
    """A file's bytes; UnreadableArtifacts where it is too large."""
    size = entry.lstat().st_size
    if size > 2 * MOST_BYTES:
        raise UnreadableArtifacts(f"{entry}: more than {MOST_BYTES >> 20} MiB of artifacts")
    return read(entry, size)


def in_rows(source: str, tasks: Mapping[str, Task]) -> Iterator[tuple[str, str, str]]:
    """Rows of JSON Lines."""
    for row in json_lines(source):
        name = row.value.get("task", row.value.get("task_name"))
        task_id = called(name, tasks) if isinstance(name, str) else None
        if task_id is None:
            raise UsageError(f"{row.place}: no task is called {name!r}, under 'task'")
        yield task_id, row_body(row, tasks[task_id], Path(source).parent), row.place


def row_body(row: JsonRow, task: Task, beside: Path) -> str:
    """What a row says was left."""
    value = row.value
    if isinstance(image := value.get("image"), str):
        if not BY_CONTENT.fullmatch(image):
            raise UsageError(
                f"{row.place}: the image '{image}' is named by what can change; give name@sha256:…"
            )
        return json.dumps({"image": image})
    if isinstance(text := value.get("diff"), str) and "\n" in text:
        return json.dumps({"diff": text}, ensure_ascii=False)
    for key in ("archive", "diff"):
        if isinstance(name := value.get(key), str):
            return body_of(named(row, name, beside), task)
    raise UsageError(
        f"{row.place}: none of 'archive', 'diff' and 'image' (found: {keys_of(value)})"
    )


def named(row: JsonRow, name: str, beside: Path) -> Path:
    """What a row names; its author may be a stranger, and chooses no other file of this machine."""
    parts = PurePosixPath(name).parts
    if not parts or ".." in parts or name.startswith("/"):
        raise UsageError(f"{row.place}: {shown(name)} is no path below the folder of these rows")
    return beside / name
