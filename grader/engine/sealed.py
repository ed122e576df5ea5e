"""Sealed benchmarks as data sets: opened with a key, or only their public part."""

import os
from collections.abc import Iterable
from pathlib import Path

from grader import plugins
from grader.core.manifest import DatasetRef
from grader.core.sealed_task import SealedTask
from grader.engine.loaded import LoadedDataset
from grader.errors import UsageError
from grader.vault import agent, file, opened
from grader.vault.keys import KeyFile, Opener

VARIABLE = "GRADER_KEY"
"""Where `--key` may stand instead."""
AGENT = "agent"


def load(name: str, path: Path, languages: tuple[str, ...] = (), *, key: str = "") -> LoadedDataset:
    """Open a sealed benchmark; UsageError where there is no key, or not the right one."""
    found = of_benchmark(name, path, languages)
    opener = opener_of(key)
    if opener is None:
        raise UsageError(f"{path} is sealed; give --key FILE or --key agent, or set {VARIABLE}")
    tasks = file.open_tasks(found, opener)
    opened.note(tasks)
    return loaded(found, tasks)


def public(name: str, path: Path, languages: tuple[str, ...] = ()) -> LoadedDataset:
    """What everybody may know of a sealed benchmark: enough for reports, not to grade."""
    found = of_benchmark(name, path, languages)
    return loaded(found, file.public_tasks(found))


def of_benchmark(name: str, path: Path, languages: tuple[str, ...]) -> file.SealedData:
    """The file; UsageError where it is of another benchmark."""
    found = file.read(path)
    if found.head.benchmark != name:
        raise UsageError(f"{path} is sealed data of {found.head.benchmark}, not of {name}")
    if languages:
        raise UsageError(f"{path} is sealed with the languages that it has; leave out --language")
    return found


def loaded(found: file.SealedData, tasks: Iterable[SealedTask]) -> LoadedDataset:
    """The data set of some tasks."""
    head = found.head
    reference = DatasetRef(
        benchmark=head.benchmark,
        version=head.version,
        path=str(found.path),
        sha256=head.content,
        tasks=head.tasks,
        sealed=True,
    )
    benchmark = plugins.load("benchmarks", head.benchmark).benchmark()
    return LoadedDataset(benchmark, reference, {task.id: task for task in tasks})


def opener_of(key: str) -> Opener | None:
    """What opens: a file's key, or an agent's; None where neither is named."""
    named = key or os.environ.get(VARIABLE, "")
    if named == AGENT:
        return agent.AgentKey(agent.usual_socket())
    return KeyFile(Path(named)) if named else None


def refuse_idle(key: str, data: Path | None) -> None:
    """UsageError where a key is given for data that are open."""
    if key:
        raise UsageError(f"{data or 'these data'}: not sealed; leave --key out")
