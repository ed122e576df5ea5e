"""Several data sets of labels as one benchmark, with predictions as official archives hold them.

An archive is a zip, or a folder, with a file for each set. The hidden labels come in the same form.
"""

import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from grader.benchmarks._samples import read_samples, without_surrogates
from grader.core.sample import Sample, SampleSource
from grader.core.task import Task
from grader.errors import UsageError
from grader.graders.answer import AnswerRule, Spec

MEMBER_BYTES = 256 << 20
MEMBERS_MAX = 200
UNREADABLE = (OSError, zipfile.BadZipFile)


class LabelSet(NamedTuple):
    """One data set of a benchmark."""

    name: str
    file: str
    """What it is called in an archive."""
    metrics: tuple[str, ...]
    labels: tuple[str, ...] = ()
    """All that an item may be given; empty: anything, or a number."""
    rule: AnswerRule = "exact"
    tolerance: float = 0.0
    part: str = ""
    """Of which ranked task it is a part; empty: of its own; `DIAGNOSTIC`: of none."""


class LabelledItem(NamedTuple):
    """One line of a file."""

    place: str
    """File and line."""
    key: str
    """Index within the set."""
    label: str
    unit: str = ""
    targets: tuple[str, ...] = ()


class LabelFiles(NamedTuple):
    """Files of an archive, by their names without folders."""

    where: str
    texts: Mapping[str, Callable[[], bytes]]

    def text(self, name: str) -> str:
        """One file's text."""
        try:
            data = self.texts[name]()
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise UsageError(f"{self.where}/{name}:{line}: not UTF-8; save it as UTF-8") from None
        except (*UNREADABLE, zlib.error, lzma.LZMAError, RuntimeError, EOFError) as error:
            raise UsageError(
                f"{self.where}/{name}: cannot be read ({error}); make the archive again"
            ) from error


def files_of(path: Path) -> LabelFiles:
    """What a zip or folder holds; UsageError where it is neither."""
    if path.is_dir():
        found = {each.name: _reading(each) for each in sorted(path.iterdir()) if each.is_file()}
        return LabelFiles(str(path), found)
    if not path.exists():
        raise UsageError(f"{path}: no such file; check the path")
    try:
        archive = zipfile.ZipFile(path)
        members = [each for each in archive.infolist() if not each.is_dir()]
    except (*UNREADABLE, ValueError, NotImplementedError) as error:
        raise UsageError(f"{path}: no zip archive ({error}); zip the prediction files") from error
    if len(members) > MEMBERS_MAX:
        raise UsageError(f"{path}: {len(members):,} files in it; an archive has one for each set")
    texts: dict[str, Callable[[], bytes]] = {}
    for member in members:
        name = PurePosixPath(member.filename).name
        if name.startswith(".") or "__MACOSX" in member.filename:
            continue
        if name in texts:
            raise UsageError(f"{path}: {name} stands twice in it; remove one")
        texts[name] = _unpacking(path, archive, member)
    return LabelFiles(str(path), texts)


def _reading(path: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        with path.open("rb") as file:
            return _bounded(file.read(MEMBER_BYTES + 1), str(path))

    return read


def _unpacking(
    path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo
) -> Callable[[], bytes]:
    def read() -> bytes:
        with archive.open(member) as file:
            return _bounded(file.read(MEMBER_BYTES + 1), f"{path}/{member.filename}")

    return read


def _bounded(data: bytes, name: str) -> bytes:
    if len(data) > MEMBER_BYTES:
        raise UsageError(f"{name}: larger than {MEMBER_BYTES >> 20} MiB; is it predictions?")
    return data


class LabelBenchmark:
    """A benchmark of label sets; members give it their sets and their way of reading a file."""

    name = ""
    version = "1"
    licence = ""
    summary = ""
    sets: tuple[LabelSet, ...] = ()

    def read(self, of: LabelSet, text: str, place: str) -> Iterator[LabelledItem]:
        """Items of a file; UsageError names file and line."""
        raise NotImplementedError

    def locate(self, data: Path | None) -> Path:
        """The hidden labels, which nobody publishes."""
        if data is None:
            raise UsageError(
                f"{self.name}: its labels are hidden; give yours with --data: a zip or folder of"
                f" {self.sets[0].file} and so on, written as predictions are"
            )
        return data

    def tasks(self, path: Path) -> Iterator[Task]:
        """One task for each item of each set that has labels here."""
        files = files_of(path)
        there = [each for each in self.sets if each.file in files.texts]
        if not there:
            raise UsageError(f"{path}: no labels in it; expected {self.sets[0].file} and so on")
        for of in there:
            for item in self._items(of, files):
                yield self._task(of, item)

    def _task(self, of: LabelSet, item: LabelledItem) -> Task:
        spec = Spec(
            rule=of.rule,
            tolerance=of.tolerance,
            targets=item.targets or (item.label,),
            group=of.name,
            metrics=of.metrics,
            unit=item.unit,
        )
        return Task(
            id=f"{of.name}/{item.key}",
            benchmark=self.name,
            kind="answer",
            spec=spec.model_dump(),
        )

    def _items(self, of: LabelSet, files: LabelFiles) -> Iterator[LabelledItem]:
        """Checked items: every index once, every label one that there is."""
        seen: set[str] = set()
        place = f"{files.where}/{of.file}"
        for item in self.read(of, files.text(of.file), place):
            if item.key in seen:
                raise UsageError(f"{item.place}: index {item.key[:40]} was there before; remove it")
            if of.labels and item.label not in of.labels:
                raise UsageError(
                    f"{item.place}: '{item.label[:40]}' is no label of {of.name}; there are"
                    f" {', '.join(of.labels)}"
                )
            seen.add(item.key)
            yield item
        if not seen:
            raise UsageError(f"{place}: nothing in it; a line for each item is expected")

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """Predictions of an official archive, whole; or rows of task_id and completion."""
        path = Path(source)
        if not (path.is_dir() or zipfile.is_zipfile(path)):
            if source != "-" and path.suffix == ".zip":
                raise UsageError(f"{source}: no zip archive; zip the prediction files again")
            yield from read_samples(source, tasks)
            return
        files = files_of(path)
        named = {each.file for each in self.sets}
        if strange := sorted(set(files.texts) - named):
            close = get_close_matches(strange[0], named, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(named))}"
            raise UsageError(f"{source}: {strange[0]} is no file of {self.name}; {hint}")
        wanted: dict[str, int] = {}
        for task_id in tasks:
            group = task_id.partition("/")[0]
            wanted[group] = wanted.get(group, 0) + 1
        for of in self.sets:
            if of.name in wanted:
                yield from self._predictions(of, files, tasks, wanted[of.name])

    def _predictions(
        self, of: LabelSet, files: LabelFiles, tasks: Mapping[str, Task], count: int
    ) -> Iterator[Sample]:
        if of.file not in files.texts:
            raise UsageError(f"{files.where}: no {of.file} in it; an archive has all sets")
        found = 0
        for item in self._items(of, files):
            task_id = f"{of.name}/{item.key}"
            if task_id not in tasks:
                raise UsageError(f"{item.place}: index {item.key[:40]} is none of {of.name}'s")
            found += 1
            file, _, line = item.place.rpartition(":")
            source = SampleSource(file=file, line=int(line), shape=f"a {self.name} archive")
            body, defect = without_surrogates(item.label)
            yield Sample(task_id=task_id, index=0, body=body, defect=defect, source=source)
        if found < count:
            raise UsageError(
                f"{files.where}/{of.file}: {count - found:,} of {count:,} predictions are missing"
            )


def number_of(text: str, place: str) -> str:
    """A finite number's text; UsageError for anything else."""
    try:
        if abs(float(text)) < float("inf"):
            return text.strip()
    except ValueError:
        pass
    raise UsageError(f"{place}: '{text[:40]}' is no number")
