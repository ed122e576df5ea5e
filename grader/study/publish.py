"""Make documents of a stored run: its summary, its single results and what was graded."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from grader import plugins
from grader.core.manifest import Manifest
from grader.core.result import Result
from grader.engine import dataset
from grader.errors import UsageError
from grader.record import journal, manifest, received, seal
from grader.reports.base import Key, RunEvidence, nothing
from grader.run.report import derive
from grader.study.strength.told import tested


def publish(
    run: Path,
    name: str,
    file: BinaryIO,
    *,
    k: tuple[int, ...] = (),
    settings: Mapping[str, str] | None = None,
    strength: Path | None = None,
) -> None:
    """Write the document of the report member `name`; UsageError where it makes none.

    strength: figures of the benchmark's tests, see `strength.told`.
    """
    member = plugins.load("reports", name)
    report = derive(run, k=k) if strength is None else tested(derive(run, k=k), strength)
    if hasattr(member, "compose"):
        member.compose(report, evidence(run, settings), file)
    elif hasattr(member, "render"):
        file.write(member.render(report).encode())
    else:
        raise UsageError(f"'{name}' repeats the samples and is written beside them; leave out -o")


def evidence(run: Path, settings: Mapping[str, str] | None = None) -> RunEvidence:
    """What documents are made of."""
    stored = manifest.read(run)

    def digests() -> Mapping[str, str]:
        names = (manifest.NAME, journal.NAME, seal.NAME)
        there = [name for name in names if received.is_there(run / name)]
        return {name: dataset.sha256_of(run / name) for name in there}

    def results() -> Iterator[Result]:
        return journal.current(run / journal.NAME)

    return RunEvidence(stored, results, submissions_of(stored), digests, settings or {})


def submissions_of(stored: Manifest) -> Callable[[frozenset[Key]], Mapping[Key, str]]:
    """A reader of the samples file, or of nothing where the file is gone or another one now."""
    source = Path(stored.samples_path)
    if not stored.samples_sha256 or not source.is_file():
        return nothing

    def read(keys: frozenset[Key]) -> Mapping[Key, str]:
        try:
            if dataset.sha256_of(source) != stored.samples_sha256:
                return {}
            place = Path(stored.dataset.path)
            named = stored.dataset
            benchmark, _, tasks = dataset.known(named.benchmark, place, named.languages)
            samples = benchmark.samples(stored.samples_path, tasks)
            return {
                (sample.task_id, sample.index): sample.body
                for sample in samples
                if (sample.task_id, sample.index) in keys
            }
        except UsageError:  # data or samples have moved or changed: a document goes without them
            return {}

    return read
