"""The tasks of one evaluation: find them, digest them, choose among them, set their limits."""

import errno
import gzip
import hashlib
import zlib
from collections.abc import Mapping
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from grader import plugins
from grader.benchmarks._foreign import refuse_foreign
from grader.core.limits import MAX_S, Limits
from grader.core.manifest import DatasetRef
from grader.core.record import digest
from grader.core.task import Task
from grader.engine import sealed
from grader.engine.arguments import limits_of
from grader.engine.loaded import LoadedDataset
from grader.errors import UsageError
from grader.vault.file import is_sealed

Value = TypeVar("Value")
CLOSED = frozenset({errno.EACCES, errno.EPERM, errno.ENAMETOOLONG})
"""What the system says to a path that the caller has to change."""


def load(
    name: str, data: Path | None, languages: tuple[str, ...] = (), key: str = ""
) -> LoadedDataset:
    """Find and read a benchmark's data; UsageError with the next move.

    `name`: a benchmark, or the id of its data set on the Hugging Face Hub (`owner/name`).
    `languages`: programming languages to which a benchmark of several is narrowed; empty: all.
    `key`: what opens sealed data, see `sealed.opener_of`.
    """
    if data is not None and is_sealed(data):
        return sealed.load(name, data, languages, key=key)
    sealed.refuse_idle(key, data)
    if "/" in name:
        benchmark = in_languages(of_hub(name), languages)
        path = benchmark.locate(data) if data else benchmark.fetch(name)
    else:
        benchmark = in_languages(plugins.load("benchmarks", name).benchmark(), languages)
        try:
            path = benchmark.locate(data)
        except OSError as error:
            if error.errno not in CLOSED:
                raise
            raise UsageError(f"{error.filename}: {error.strerror}; pass another --data") from error
    refuse_foreign(benchmark.name, path)
    tasks: dict[str, Task] = {}
    for task in benchmark.tasks(path):
        if task.id in tasks:
            raise UsageError(f"{path}: two tasks are called '{task.id}'; remove one of them")
        tasks[task.id] = task
    if not tasks:
        more = f" in {' or '.join(languages)}; check --language and --data" if languages else ""
        raise UsageError(f"{path} holds no tasks{more or '; check --data'}")
    reference = DatasetRef(
        benchmark=benchmark.name,
        version=benchmark.version,
        path=str(path),
        sha256=content_of(tasks) if path.is_dir() else sha256_of(path),
        tasks=len(tasks),
        languages=languages,
    )
    return LoadedDataset(benchmark, reference, tasks)


def known(name: str, data: Path, languages: tuple[str, ...] = ()) -> LoadedDataset:
    """As `load`, for readers of runs: of sealed data the public part, whoever has the key."""
    return sealed.public(name, data, languages) if is_sealed(data) else load(name, data, languages)


def in_languages(benchmark: Any, languages: tuple[str, ...]) -> Any:
    """The benchmark, narrowed to languages where any are named; UsageError where it has but one."""
    if not languages:
        return benchmark
    narrowed = getattr(benchmark, "of_languages", None)
    if narrowed is None:
        raise UsageError(f"{benchmark.name} has tasks in one language; leave out --language")
    return narrowed(languages)


def of_hub(dataset: str) -> Any:
    """The benchmark whose data set on the hub has this id; UsageError with the nearest one."""
    known: dict[str, Any] = {}
    for name in plugins.names("benchmarks"):
        benchmark = plugins.load("benchmarks", name).benchmark()
        known |= {each.lower(): benchmark for each in getattr(benchmark, "hub", ())}
    if dataset.lower() in known:
        return known[dataset.lower()]
    close = get_close_matches(dataset.lower(), known, n=1)
    hint = f"did you mean '{close[0]}'?" if close else "grader list names the benchmarks"
    raise UsageError(f"no benchmark has the data set '{dataset}'; {hint}; --data takes files")


def content_of(tasks: Mapping[str, Task]) -> str:
    """Hex SHA-256 of loaded tasks: what counts in a folder, without caches or notes beside them."""
    return digest(*(task.model_dump_json().encode() for task in tasks.values()))


def select(
    tasks: Mapping[str, Value], globs: tuple[str, ...], *, limit: int | None
) -> dict[str, Value]:
    """Those whose id matches a glob (all where there are none), at most the first `limit`."""
    for glob in globs:
        if not any(fnmatchcase(task_id, glob) for task_id in tasks):
            close = get_close_matches(glob, tasks, n=1)
            first = next(iter(tasks))
            hint = f"; did you mean '{close[0]}'?" if close else f"; the first one is '{first}'"
            raise UsageError(f"no task matches '{glob}'{hint}")
    chosen = [
        task_id
        for task_id in tasks
        if not globs or any(fnmatchcase(task_id, glob) for glob in globs)
    ]
    return {task_id: tasks[task_id] for task_id in chosen[:limit]}


def with_limits(
    tasks: Mapping[str, Task],
    *,
    timeout_s: float | None,
    memory_mb: int | None,
    pids: int | None = None,
    rule: str = "v5",
) -> dict[str, Task]:
    """`tasks` with their limits overridden where a value is given, and repositories with `rule`."""
    if rule != "v5":
        tasks = {name: with_rule(task, rule) for name, task in tasks.items()}
    if timeout_s is None and memory_mb is None and pids is None:
        return dict(tasks)
    override = partial(overridden, timeout_s=timeout_s, memory_mb=memory_mb, pids=pids)
    return {
        task.id: task.model_copy(update={"limits": override(task.limits)})
        for task in tasks.values()
    }


def with_rule(task: Task, rule: str) -> Task:
    """A repository task that is judged by another version's rule; any other task unchanged."""
    if task.kind != "repo":
        return task
    return task.model_copy(update={"spec": {**task.spec, "rule": rule}})


def overridden(
    limits: Limits, *, timeout_s: float | None, memory_mb: int | None, pids: int | None = None
) -> Limits:
    """CPU, memory and processes replaced; the wall clock keeps its ratio to CPU.

    UsageError for what no sandbox can set.
    """
    update: dict[str, object] = {}
    if timeout_s is not None:
        wall_s = min(limits.wall_s / limits.cpu_s * timeout_s, MAX_S)
        update = {"cpu_s": timeout_s, "wall_s": wall_s}
    if memory_mb is not None:
        update["memory_mb"] = memory_mb
    if pids is not None:
        update["pids"] = pids
    return limits_of(update, limits)


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file, or of a folder's relative paths and contents in sorted order.

    Raises UsageError where it cannot be read.
    """
    try:
        if not path.is_dir():
            if path.exists() and not path.is_file():
                raise UsageError(f"{path} is neither file nor folder; copy it into a file")
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        inner = sorted(found for found in path.rglob("*") if found.is_file())
        names = [str(found.relative_to(path)).encode(errors="surrogateescape") for found in inner]
        contents = [sha256_of(found).encode() for found in inner]
        return digest(*names, *contents)
    except OSError as error:
        raise UsageError(
            f"cannot read {path}: {error.strerror or error}; check the path and its permissions"
        ) from error


def lines_of(path: Path) -> int | None:
    """Lines with anything in them in a text file, compressed or not; None where it cannot tell."""
    if not path.is_file():
        return None
    opened = gzip.open if path.name.endswith(".gz") else Path.open
    try:
        with opened(path, "rb") as file:
            return sum(1 for line in file if not line.isspace())
    except (OSError, EOFError, zlib.error):
        return None
