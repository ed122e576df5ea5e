"""The folder of one examination: what it is about, its verdicts, its answers, its figures.

`about.json` says what the verdicts belong to, `results.jsonl` is a journal as runs have it,
`apart.jsonl` holds a line for each survivor that was asked, `strength.json` the figures.
"""

import os
from collections import defaultdict
from pathlib import Path

from pydantic import ValidationError

from grader.core.record import Record
from grader.core.strength import BenchmarkStrength, TellingInput
from grader.errors import UsageError
from grader.record import directory, journal, manifest, received
from grader.reports._strength import of_task
from grader.study.strength.apart import ToldApart

ABOUT, APART, FIGURES = "about.json", "apart.jsonl", "strength.json"


class ExaminedBenchmark(Record):
    """What must be equal for verdicts to be gone on with."""

    schema_version: int = 1
    benchmark: str
    dataset_sha256: str
    seed: str
    most: int
    engine_sha256: str
    sandbox: str
    trust: str


class SurvivorAnswer(Record):
    """A line of `apart.jsonl`."""

    task_id: str
    number: int
    asked: int
    different: int
    inputs: tuple[TellingInput, ...] = ()


def begin(folder: Path, about: ExaminedBenchmark) -> None:
    """Begin, or go on with what is there; UsageError where that belongs to something else."""
    path = folder / ABOUT
    if not received.is_there(path):
        if any(each.name != directory.LOCK for each in folder.iterdir()):
            raise UsageError(f"{folder} is not empty; choose a new folder with --out")
        manifest.write_record(path, about)
        return
    try:
        known = ExaminedBenchmark.model_validate_json(received.data(path))
    except ValidationError as error:
        raise UsageError(f"{path} is damaged; choose a new folder with --out") from error
    for name in ExaminedBenchmark.model_fields:
        old, new = getattr(known, name), getattr(about, name)
        if old != new:
            raise UsageError(
                f"{folder} holds mutants of another {name} ({str(old)[:40]}, now {str(new)[:40]});"
                " choose a new folder with --out"
            )


class SurvivorAnswers:
    """What survivors answered, on disk."""

    def __init__(self, folder: Path) -> None:
        """Read what is there; a torn last line is cut off."""
        path = folder / APART
        self.known: dict[str, dict[int, ToldApart]] = defaultdict(dict)
        """Task → mutant's number → what it answered."""
        end = 0
        for _, offset, line in journal.lines(path):
            row = _answer(line)
            if row is None:
                break
            self.known[row.task_id][row.number] = ToldApart(row.asked, row.different, row.inputs)
            end = offset + len(line)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._file = os.fdopen(received.descriptor(path, flags), "ab")
        self._file.truncate(end)

    def add(self, task_id: str, found: dict[int, ToldApart]) -> None:
        """Keep a task's answers, durably."""
        for number, told in found.items():
            self.known[task_id][number] = told
            row = SurvivorAnswer(task_id=task_id, number=number, **told._asdict())
            self._file.write(row.model_dump_json().encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _answer(line: bytes) -> SurvivorAnswer | None:
    """None for what a kill left of a line."""
    if not line.endswith(b"\n"):
        return None
    try:
        return SurvivorAnswer.model_validate_json(line)
    except ValidationError:
        return None


def write(folder: Path, figures: BenchmarkStrength) -> None:
    """Keep the figures."""
    manifest.write_record(folder / FIGURES, figures)


def read(path: Path) -> BenchmarkStrength:
    """Figures of a file, or of the folder that holds it; UsageError where there are none."""
    place = path / FIGURES if path.is_dir() else path
    try:
        return BenchmarkStrength.model_validate_json(received.data(place))
    except ValidationError as error:
        raise UsageError(f"{place}: no figures of 'grader strength'; run it again") from error
    except OSError as error:
        raise UsageError(
            f"{place}: {error.strerror or error}; 'grader strength' writes such a file"
        ) from error


def read_for(path: Path, benchmark: str, sha256: str) -> BenchmarkStrength:
    """As `read`; UsageError where the figures are of other tasks than those graded.

    benchmark, sha256: of the graded dataset.
    """
    found = read(path)
    if found.dataset.sha256 != sha256:
        raise UsageError(
            f"{path}: of other tasks ({found.dataset.benchmark} {found.dataset.sha256[:12]}) than"
            f" those graded ({benchmark} {sha256[:12]}); examine these"
        )
    return found


def weak_tasks(found: BenchmarkStrength) -> dict[str, str]:
    """Task → why its tests are called weak."""
    return {row.task_id: of_task(row) for row in found.rows if row.is_weak}
