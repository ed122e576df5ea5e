"""From samples to jobs: which samples of a source are still to be graded."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from anyio import to_thread
from anyio.lowlevel import checkpoint

from grader.benchmarks._extract import candidates
from grader.benchmarks._samples import without_surrogates
from grader.benchmarks._unknown_ids import UnknownIds
from grader.core.job import Job, sample_digest
from grader.core.sample import GOLD, Sample
from grader.core.sample import SampleSource as Origin
from grader.core.shard import ShardRef
from grader.core.task import Task
from grader.engine.attempt import plan_of
from grader.engine.dataset import sha256_of
from grader.engine.loaded import LoadedDataset
from grader.errors import TaskError, UsageError
from grader.record.ledger import Ledger, mark

SKIP_UNKNOWN = "--skip-unknown"
PAUSE = 500
"""Samples passed over at a time before the loop gets its turn: 2 to 10 ms."""

SHAPES_SHOWN = 3

Handed = Sample | Mapping[str, object]
"""A sample, or a row: `task_id` with `completion` (continues the prompt) or `solution` (whole)."""
Samples = AsyncIterable[Handed] | Iterable[Handed]


class SamplesSource(NamedTuple):
    """Where samples come from."""

    name: str
    sha256: str
    """Empty for streams, which cannot be read twice."""
    handed: Samples | None = None
    """Samples that the caller gave; None: read them from `name`."""

    @property
    def blocks(self) -> bool:
        """Whether the next sample may be long in coming, which must not hold up the others."""
        return not self.sha256 and not isinstance(self.handed, Sequence)

    @property
    def trickles(self) -> bool:
        """Whether samples may come one by one, too slowly to be waited for."""
        return self.blocks and self.name != GOLD

    def samples(self, data: LoadedDataset) -> Samples:
        """All of them, from the beginning; UsageError with file and line where one is malformed."""
        if self.handed is not None:
            return self.handed
        return data.benchmark.samples(self.name, data.tasks)


def source_for(data: LoadedDataset, name: str, handed: Samples | None) -> SamplesSource:
    """As `source_of`, with the words that the benchmark takes in place of a path."""
    return source_of(name, handed, words=getattr(data.benchmark, "words", ()))


def source_of(name: str, handed: Samples | None, *, words: Sequence[str] = ()) -> SamplesSource:
    """The source; UsageError where a named file or folder is not there.

    `words`: names that are no path, though a file or folder may be called so.
    """
    if handed is not None or name in words:
        return SamplesSource(name, "", handed)
    path = Path(name)
    try:
        found = path.exists()
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}; check the path") from error
    if name == "-" or (found and not path.is_file() and not path.is_dir()):
        return SamplesSource(name, "")
    if not found:
        raise UsageError(f"no samples at {name}; give a .jsonl or .jsonl.gz file, a folder or '-'")
    return SamplesSource(name, sha256_of(path))


def refuse_stream(source: SamplesSource) -> None:
    """UsageError for samples that can be read only once."""
    if source.blocks:
        raise UsageError(
            "choosing among samples or repeating them takes more than one look; give them in a file"
        )


def refuse_unshared(source: SamplesSource) -> None:
    """UsageError for samples of which nobody can say later that two machines had the same."""
    if not source.sha256:
        raise UsageError("--shard takes a part of a file or folder of samples; give them in one")


class SampleCensus(NamedTuple):
    """What a file of samples holds."""

    total: int | None
    """Samples to grade; None for a source that can be read only once."""
    shape: str = ""
    """How the file is written, where not in grader's own way."""
    left_out: str = ""
    """What is not graded since no task has its id; empty where nothing is."""
    idle: bool = False
    """Whether it is sure that no sample has anything to run."""


def survey(
    source: SamplesSource,
    data: LoadedDataset,
    chosen: Mapping[str, Task],
    *,
    shard: ShardRef | None = None,
    skip_unknown: bool = False,
) -> SampleCensus:
    """Read a file once to its end, so that a bad line is told before anything is graded.

    Raises UsageError as the reader does, where there is nothing to grade, and for ids that are no
    task's unless `skip_unknown`; these first, for a file of another benchmark has other faults too.
    """
    if not source.sha256:
        return SampleCensus(None)
    found = source.samples(data)
    assert not isinstance(found, AsyncIterable)  # noqa: S101  a file is read as an iterator
    unknown, count, known, mine, trouble = UnknownIds(), 0, 0, 0, None
    shapes: dict[str, None] = {}
    idle = True
    try:
        for sample in found:
            assert isinstance(sample, Sample)  # noqa: S101  only callers hand over rows
            if sample.task_id not in data.tasks:
                unknown.add(sample.task_id, place_of(sample, source.name))
                continue
            known += 1
            task = chosen.get(sample.task_id)
            count += task is not None
            if task is not None and is_part(task, sample, shard):
                mine += 1
                idle = idle and is_idle(sample, chosen)
            if sample.source.shape and len(shapes) < SHAPES_SHOWN:
                shapes[sample.source.shape] = None
    except UsageError as error:
        trouble = error
    if unknown.samples and not skip_unknown:
        raise UsageError(
            unknown.complaint(data.benchmark.name, data.tasks, known=known, skip=SKIP_UNKNOWN)
        )
    if trouble is not None:
        raise trouble
    left_out = unknown.told(data.benchmark.name) if unknown.samples else ""
    if not count:
        raise UsageError(
            f"{source.name} has no sample of the selected tasks; check --task and --limit"
            + (f" ({left_out})" if left_out else "")
        )
    return SampleCensus(mine, "; ".join(shapes), left_out, idle=idle)


def is_part(task: Task, sample: Sample, shard: ShardRef | None) -> bool:
    """Whether a sample is to be graded here."""
    return shard is None or shard.holds(task, sample)


def is_idle(sample: Sample, chosen: Mapping[str, Task]) -> bool:
    """Whether a sample has nothing to run; only what holds nothing or is defect is asked about."""
    if sample.body.strip() and not sample.defect:
        return False
    try:
        return not plan_of(Job(task=chosen[sample.task_id], sample=sample)).steps
    except TaskError:
        return False


async def jobs(
    source: SamplesSource,
    data: LoadedDataset,
    chosen: Mapping[str, Task],
    *,
    done: Ledger,
    shard: ShardRef | None = None,
    skip_unknown: bool = False,
) -> AsyncIterator[Job]:
    """A job for each sample of a chosen task that `done` does not hold yet.

    Samples whose id is no task's are passed over with `skip_unknown`. Raises UsageError for a key
    that comes twice, and for one that a resumed stream fills with another sample than
    the run graded; a file's own digest has shown that it is the same.
    """
    seen = Ledger()
    passed_over = 0
    counts: dict[str, int] = {}
    async for handed in flowing(source, source.samples(data)):
        sample = handed if isinstance(handed, Sample) else sample_of(handed, counts, source.name)
        task = chosen.get(sample.task_id)
        if task is None:
            if not skip_unknown:
                refuse_unknown(sample, data, source.name)
        elif seen.put(sample.task_id, sample.index, value=1):
            raise UsageError(
                f"{source.name}: sample {sample.index} of {sample.task_id} comes twice;"
                " give each its own index"
            )
        elif is_part(task, sample, shard):
            before = done.get(sample.task_id, sample.index)
            if not before:
                yield Job(task=task, sample=sample)
                continue
            if not source.sha256 and not is_same(sample, task, graded=before):
                raise UsageError(
                    f"{source.name}: sample {sample.index} of {sample.task_id} is not the one that"
                    " the run graded; resume with the same samples or start a new run"
                )
        passed_over += 1
        if passed_over % PAUSE == 0:
            await checkpoint()


def is_same(sample: Sample, task: Task, *, graded: int) -> bool:
    """Whether what was graded is this sample, as it was given or as it was read."""
    readings = chain((sample,), candidates(task, sample))
    return any(mark(sample_digest(each)) == graded for each in readings)


def refuse_unknown(sample: Sample, data: LoadedDataset, name: str) -> None:
    """UsageError unless the sample's task exists."""
    if sample.task_id in data.tasks:
        return
    unknown = UnknownIds()
    unknown.add(sample.task_id, place_of(sample, name))
    raise UsageError(unknown.complaint(data.benchmark.name, data.tasks, known=0, skip=SKIP_UNKNOWN))


def place_of(sample: Sample, name: str) -> str:
    """Where a sample stood, as messages begin."""
    file, line = sample.source.file or name, sample.source.line
    return f"{file}:{line}" if line else file


def sample_of(row: Mapping[str, object], counts: dict[str, int], name: str) -> Sample:
    """A caller's row as a sample; `counts` numbers the rows of each task in their order."""
    key = "solution" if "solution" in row else "completion"
    task_id, text, model = row.get("task_id"), row.get(key), row.get("model", "")
    if not isinstance(task_id, str) or not isinstance(text, str):
        raise UsageError(
            f"{name}: a row needs strings under 'task_id' and 'completion' or 'solution';"
            f" found the keys {', '.join(sorted(map(str, row))) or 'none'}"
        )
    index = counts.get(task_id, 0)
    counts[task_id] = index + 1
    body, defect = without_surrogates(text)
    source = Origin(model=model if isinstance(model, str) else "")
    language = row.get("language", "")
    return Sample(
        task_id=task_id,
        index=index,
        body=body,
        whole=key == "solution",
        defect=defect,
        language=language if isinstance(language, str) else "",
        source=source,
    )


async def flowing(source: SamplesSource, samples: Samples) -> AsyncIterator[Handed]:
    """`samples` without blocking the loop: a thread waits for a pipe or a caller's generator."""
    if isinstance(samples, AsyncIterable):
        async for sample in samples:
            yield sample
        return
    reader: Iterator[Handed] = iter(samples)
    if not source.blocks:
        for sample in reader:
            yield sample
        return
    # Abandoned on cancellation: nobody can wake a thread that waits for a terminal.
    while (
        sample := await to_thread.run_sync(next, reader, None, abandon_on_cancel=True)
    ) is not None:
        yield sample
