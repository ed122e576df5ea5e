"""Write a run's results as a peer's tool would, beside the samples."""

import gzip
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from grader.benchmarks._extract import ExtractMode, candidates, fenced
from grader.benchmarks._swebench.predictions import prediction, rows_in
from grader.core.job import Job
from grader.core.manifest import Manifest
from grader.core.sample import GOLD, Sample
from grader.engine import dataset
from grader.engine.attempt import plan_of
from grader.engine.loaded import LoadedDataset
from grader.errors import UsageError
from grader.record import artifacts, journal, manifest
from grader.reports import aider, evalplus, human_eval, multipl_e, scicode, swebench
from grader.reports.base import WrittenFile
from grader.run import report

Key = tuple[str, int]
"""Task id and sample index."""
FORMATS = {
    "human-eval": human_eval.default_path,
    "evalplus": evalplus.default_path,
    "multipl-e": multipl_e.default_path,
    "scicode": scicode.default_path,
    "aider": aider.default_path,
}
OF_FOLDERS = {"evalplus", "multipl-e", "scicode", "aider"}
"""Formats of tools whose samples may be a folder."""
SWEBENCH = "swebench"
"""Repeats no samples' file: it writes a tree below the working directory."""


def refuse_impossible(name: str, samples: str) -> None:
    """UsageError where the file could not be written, told before anything is graded."""
    source = Path(samples)
    if name == SWEBENCH:
        if samples == "-":
            raise UsageError(f"--format {name} reads the predictions again; give a file")
        counts: dict[str, int] = {}
        for row in rows_in(samples) if samples != GOLD and source.is_file() else ():
            sample = prediction(row, counts)
            if sample.index:
                raise swebench.second(sample.task_id)
        return
    if not source.is_file() and not (name in OF_FOLDERS and source.is_dir()):
        if samples == "-" or source.exists():
            raise UsageError(
                f"--format {name} repeats the samples, and '{samples}' can be read only once;"
                " give a file"
            )
        return  # the evaluation will say that there is none
    out = FORMATS[name](source)
    if not os.access(out.parent, os.W_OK):
        raise UsageError(
            f"--format {name} writes {out}, and {out.parent} is not writable;"
            " copy the samples to a folder that is"
        )


def export(run: Path, name: str) -> str:
    """Write the file; returns one line that says where it is."""
    stored = manifest.read(run)
    refuse_sealed(is_sealed=stored.dataset.sealed)
    if name == SWEBENCH:
        return write_swebench(run, stored, Path())
    source = Path(stored.samples_path)
    refuse_impossible(name, stored.samples_path)
    if not source.exists() or dataset.sha256_of(source) != stored.samples_sha256:
        raise UsageError(f"{source} is no longer what the run graded; --format {name} repeats it")
    out = FORMATS[name](source)
    if name == "human-eval":
        written = human_eval.write(source, journal.current(run / journal.NAME), out)
    elif name == "multipl-e":
        written = write_multipl_e(run, stored, out)
    elif name == "scicode":
        written = write_scicode(run, stored, out)
    elif name == "aider":
        written = write_aider(run, stored, out)
    else:
        written = write_evalplus(run, stored, out)
    left = f", {written.skipped} without a result left out" if written.skipped else ""
    return f"wrote {out} ({written.samples} samples{left})"


def refuse_sealed(*, is_sealed: bool) -> None:
    """UsageError for results of a sealed benchmark: other tools' forms repeat what tests said."""
    if is_sealed:
        raise UsageError("--format is not for sealed benchmarks: their tests stay untold")


def write_swebench(
    run: Path, stored: Manifest, root: Path, *, run_id: str = "", report_dir: str = "."
) -> str:
    """The official tree and final report below `root`; returns one line that says where."""
    benchmark, _, everything = data_of(stored)
    header = swebench.SwebenchHeader(
        run_id=run_id or stored.run_id,
        dataset=stored.dataset.path,
        created_at=stored.created_at,
        report_dir=report_dir,
    )
    results = journal.current(run / journal.NAME)
    written = swebench.write(
        benchmark.samples(stored.samples_path, everything),
        (artifacts.full(result, run) for result in results),
        root,
        tasks=report.tasks_of(stored),
        header=header,
    )
    left = f", {written.skipped} without a result left out" if written.skipped else ""
    place = root / "logs" / "run_evaluation" / header.run_id
    return f"wrote {place} ({written.samples} instances{left}) and the final report"


def write_evalplus(run: Path, stored: Manifest, out: Path) -> WrittenFile:
    """EvalPlus's file wants the texts and the prompts once more."""
    tasks = report.tasks_of(stored)
    benchmark, _, everything = data_of(stored)
    samples = benchmark.samples(stored.samples_path, everything)
    if stored.extract != ExtractMode.NONE:
        samples = extracted(samples, stored, plans_of(run))
    return evalplus.write(
        samples,
        journal.current(run / journal.NAME),
        out,
        prompts={task.id: str(task.spec.get("prompt", "")) for task in tasks.values()},
        header=evalplus.EvalplusHeader(
            created_at=stored.created_at, dataset_hash=md5_of(Path(stored.dataset.path))
        ),
        ks=stored.k,
    )


def write_multipl_e(run: Path, stored: Manifest, root: Path) -> WrittenFile:
    """Write MultiPL-E's files, which repeat prompts, samples and tests."""
    name = stored.dataset.benchmark
    if name != "multipl-e":
        raise UsageError(f"--format multipl-e is for runs of multipl-e, not of {name}")
    data = data_of(stored)
    return multipl_e.write(
        data.benchmark.samples(stored.samples_path, data.tasks),
        (artifacts.full(result, run) for result in journal.current(run / journal.NAME)),
        root,
        tasks=data.tasks,
    )


def write_scicode(run: Path, stored: Manifest, out: Path) -> WrittenFile:
    """Write SciCode's two files, of all problems of the data."""
    name = stored.dataset.benchmark
    if name != "scicode":
        raise UsageError(f"--format scicode is for runs of scicode, not of {name}")
    tasks = data_of(stored).tasks
    return scicode.write(journal.current(run / journal.NAME), out, tasks=tasks)


def write_aider(run: Path, stored: Manifest, root: Path) -> WrittenFile:
    """Write Aider's files, a folder for each exercise."""
    name = stored.dataset.benchmark
    if name != "aider-polyglot":
        raise UsageError(f"--format aider is for runs of aider-polyglot, not of {name}")
    results = (artifacts.full(result, run) for result in journal.current(run / journal.NAME))
    return aider.write(results, root, model=stored.model)


def data_of(stored: Manifest) -> LoadedDataset:
    """All tasks of the data that a run was graded on, where they still lie there."""
    named = stored.dataset
    return dataset.load(named.benchmark, Path(named.path), named.languages)


def plans_of(run: Path) -> dict[Key, str]:
    """The digest of the plan that was carried out for each sample; empty where none was."""
    return {
        (result.task_id, result.index): result.plan_digest
        for result in journal.current(run / journal.NAME)
    }


def extracted(
    samples: Iterable[Sample], stored: Manifest, plans: Mapping[Key, str]
) -> Iterator[Sample]:
    """Find for each sample the reading of it that was graded; samples that never ran stay."""
    tasks = report.tasks_of(stored)
    for sample in samples:
        wanted = plans.get((sample.task_id, sample.index), "")
        task = tasks.get(sample.task_id)
        readings = (fenced(task, sample), *candidates(task, sample)) if task and wanted else ()
        for reading in (sample, *readings):
            asked = {"trust": stored.trust, "reading": stored.reading}
            fields = {"task": task, "sample": reading, **asked}
            if readings and plan_of(Job.model_validate(fields)).digest == wanted:
                yield reading
                break
        else:
            yield sample


def md5_of(path: Path) -> str:
    """Give the MD5 of a file, uncompressed, by which EvalPlus names it; empty for a folder."""
    if not path.is_file():
        return ""
    opened = gzip.open if path.suffix == ".gz" else Path.open
    with opened(path, "rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
