"""Aider Polyglot: 225 of Exercism's hardest exercises in six languages (Gauthier, December 2024).

Officially Aider's own benchmark runs them: a model gets two tries, sees the tests' output after the
first, and its score is the share of exercises whose tests pass after the second.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.benchmarks._polyglot_files import ExerciseFolder, exercises_in
from grader.benchmarks._polyglot_samples import exercise_samples
from grader.core.limits import Limits
from grader.core.sample import Sample
from grader.core.task import Task
from grader.errors import UsageError
from grader.graders.exercise import Spec
from grader.runners import base
from grader.runners.base import TestRunner

ARCHIVES = ("*.tar.gz", "*.tgz", "*.tar")
LIMITS = Limits(cpu_s=180.0, wall_s=360.0, memory_mb=2048, pids=2048)
"""Aider allows 180 s of wall clock for a build and its tests. Some start a thousand threads."""
TEST_FILE = re.compile(r"tests?/.*|.*_test\.go")
JAVA_REFERENCE, JAVA_MAIN = ".meta/src/reference/java/", "src/main/java/"


class AiderPolyglot:
    """The exercises of some or all tracks."""

    name = "aider-polyglot"
    version = "2024-12-21"
    licence = "MIT"
    summary = "225 Exercism exercises in cpp, go, java, javascript, python, rust; two tries (Aider)"

    def __init__(self, tracks: tuple[str, ...] = ()) -> None:
        """`tracks`: those that are read; empty: all."""
        self.tracks = tracks

    def of_languages(self, names: tuple[str, ...]) -> "AiderPolyglot":
        """The same in these languages alone; UsageError for a name that none has."""
        found: list[str] = []
        for name in names:
            runners = [each for each in map(base.of_track, base.tracks()) if each]
            alike = [each.track for each in runners if name.lower() in {each.track, each.language}]
            if not alike:
                known = ", ".join(base.tracks())
                raise UsageError(f"--language {name!a}: no exercises in it; known: {known}")
            found.append(alike[0])
        return AiderPolyglot(tuple(dict.fromkeys(found)))

    def locate(self, data: Path | None) -> Path:
        """`data`: a checkout of the exercises, a tar of one, or a folder that holds such a tar."""
        if data is None:
            raise UsageError(
                "aider-polyglot needs --data: a checkout of Aider-AI/polyglot-benchmark, or a tar"
                " of one"
            )
        if not data.exists():
            raise UsageError(f"{data}: no such file or directory; --data takes a folder or a tar")
        if data.is_dir():
            archives = [each for ending in ARCHIVES for each in sorted(data.glob(ending))]
            if len(archives) == 1 and not any(data.glob("*/exercises")):
                return archives[0]
        return data

    def tasks(self, path: Path) -> Iterator[Task]:
        """Tasks by track and name; UsageError names the exercise at fault."""
        for folder in exercises_in(path):
            runner = base.of_track(folder.track)
            if runner and (not self.tracks or folder.track in self.tracks):
                yield exercise_task(folder, runner, path)

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """See `_polyglot_samples`; the first sample of a task is its first try."""
        return exercise_samples(source, tasks)


def exercise_task(folder: ExerciseFolder, runner: TestRunner, path: Path) -> Task:
    """One exercise as a task."""
    config = config_of(folder, path)
    files = {name: text for name, text in folder.files.items() if not is_apart(name)}
    solution = tuple(each for each in config["solution"] if each in files)
    tests = {
        name: runner.prepared(text) if name in config["test"] else text
        for name, text in files.items()
        if name in config["test"] or TEST_FILE.fullmatch(name)
    }
    if not solution or not tests:
        raise UsageError(
            f"{path}: {folder.track}/{folder.name}: names no solution's or no test's file"
        )
    spec = Spec(
        language=runner.language,
        track=folder.track,
        name=folder.name,
        statement=statement_of(folder),
        solution=solution,
        stub={name: files[name] for name in solution},
        tests=tests,
        support={n: text for n, text in files.items() if n not in tests and n not in solution},
        reference=reference_of(folder, config["example"], solution),
    )
    return Task(
        id=f"{folder.track}/{folder.name}",
        benchmark=AiderPolyglot.name,
        kind="exercise",
        limits=LIMITS,
        spec=spec.model_dump(mode="json"),
    )


def is_apart(name: str) -> bool:
    """Whether a file is Exercism's own and no solver sees it."""
    return name.startswith((".meta/", ".docs/", ".approaches/", ".articles/"))


def config_of(folder: ExerciseFolder, path: Path) -> dict[str, list[str]]:
    """Which files are what."""
    place = f"{path}: {folder.track}/{folder.name}/.meta/config.json"
    try:
        files: Any = json.loads(folder.files[".meta/config.json"])["files"]
        return {
            key: [str(each) for each in files.get(key, files.get("exemplar", []))]
            for key in ("solution", "test", "example")
        }
    except KeyError as error:
        raise UsageError(f"{place}: no {error}") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise UsageError(f"{place}: cannot be read ({error})") from error


def statement_of(folder: ExerciseFolder) -> str:
    """What a solver is told, as Aider puts it together."""
    names = ("introduction.md", "instructions.md", "instructions.append.md")
    return "\n".join(
        folder.files[f".docs/{each}"] for each in names if f".docs/{each}" in folder.files
    )


def reference_of(
    folder: ExerciseFolder, examples: list[str], solution: tuple[str, ...]
) -> dict[str, str]:
    """The example solution's files in the places where a solver's stand."""
    found: dict[str, str] = {}
    for example in examples:
        if example not in folder.files:
            continue
        if example.startswith(JAVA_REFERENCE):
            found[f"{JAVA_MAIN}{example.removeprefix(JAVA_REFERENCE)}"] = folder.files[example]
            continue
        ending = example.rpartition(".")[2]
        free = [each for each in solution if each.endswith(f".{ending}") and each not in found]
        if free:
            found[free[0]] = folder.files[example]
    return found


def benchmark() -> AiderPolyglot:
    """The member that this module is."""
    return AiderPolyglot()
