"""Results that clients got, as runs on disk: verified, reported and ranked like any other.

The folder is the run of the first benchmark that is asked for, or of the tasks that requests bring
(`own`); each further one has a folder beside it, `FOLDER-<benchmark>`. Every answer is a sample:
one that was asked for twice counts twice, but an ungraded one is replaced when its text comes
again. What was not asked as the benchmark asks it (other limits, trust or reading) is `own`.
"""

import queue
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from grader.core.job import Job, sample_digest
from grader.core.manifest import DatasetRef, Manifest
from grader.core.result import Result, Verdict
from grader.core.task import Task
from grader.engine.build._made import OWN
from grader.engine.options import EngineOptions
from grader.engine.run_id import new_run_id
from grader.engine.service.tasks import benchmark_task, loaded
from grader.engine.twins import shared
from grader.errors import GraderError
from grader.executors._facts import ProviderFacts
from grader.record import directory, manifest, seal
from grader.record.journal import GROUP_S, Journal
from grader.run import report
from grader.run.grounds import grounds
from grader.sandboxes.base import has_images
from grader.server.options import ServerOptions

REMEMBERED = 32_768
"""Samples of which it is known that they ran; of a forgotten one the facts are kept twice."""
SAMPLES = "<served>"
"""What a manifest calls samples that came over HTTP."""

Taken = tuple[Job, Result]


class ServedRun:
    """One run that grows."""

    def __init__(
        self, path: Path, benchmark: str, served: ServerOptions, facts: ProviderFacts
    ) -> None:
        """Begin it; UsageError where the folder cannot be used, InfraError where the disk fails."""
        self.path = path
        self.tasks: Mapping[str, Task] = {}
        reference = DatasetRef(benchmark=OWN, version="")
        if benchmark != OWN:
            found = loaded(benchmark, served.data.get(benchmark))
            reference, self.tasks = found.reference, found.tasks
        self._began = time.monotonic()
        self._numbers: Counter[str] = Counter()
        self._graded: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._ungraded: dict[tuple[str, str], int] = {}
        self._broken: dict[str, str] = {}
        directory.refuse_occupied(path)
        with ExitStack() as opened:
            opened.enter_context(directory.locked(path, create=True))
            self.manifest = manifest_of(reference, self.tasks, served.engine, facts)
            manifest.write(path, self.manifest)
            self.book = opened.enter_context(Journal(path))
            self._held = opened.pop_all()

    def take(self, job: Job, result: Result) -> None:
        """Take one result into the group."""
        task_id = job.task.id
        if job.task.known_broken:
            self._broken[task_id] = job.task.known_broken
        digest = sample_digest(job.sample)
        key = (task_id, digest)
        number = self._ungraded.pop(key, None)
        if number is None:
            number = self._numbers[task_id]
            self._numbers[task_id] += 1
        fields = {"task_id": task_id, "index": number, "sample_digest": digest}
        named = result.model_copy(update=fields)
        if result.verdict is Verdict.UNGRADED:
            self._ungraded[key] = number
        elif key in self._graded:
            twin = named.model_copy(update={"index": self._graded[key]})
            sample = job.sample.model_copy(update={"index": number})
            named = shared(twin, job.model_copy(update={"sample": sample}))
        else:
            self._graded[key] = number
            if len(self._graded) > REMEMBERED:
                self._graded.popitem(last=False)
        if self.book.append(named):
            self.book.commit()

    def conclude(self) -> None:
        """Commit the rest, report and seal."""
        with self._held:
            self.book.close()
            scope = report.scope_of_tasks(self.tasks)
            if not self.tasks:
                scope = report.ReportScope(tuple(self._numbers), self._broken)
            made = report.tally(
                self.path,
                self.manifest,
                scope=scope,
                k=self.manifest.k,
                wall_s=time.monotonic() - self._began,
                complete=True,
            )
            report.write(self.path, made)
            seal.write(self.path)


class ServedRuns:
    """All runs of a server, written by a thread of its own."""

    def __init__(
        self,
        path: Path,
        options: ServerOptions,
        facts: ProviderFacts,
        broken: Callable[[], None],
    ) -> None:
        """`broken`: is called where the disk fails. UsageError where `path` cannot be a new run."""
        directory.refuse_occupied(path)
        self._path = path
        self._options = options
        self._facts = facts
        self._broken = broken
        self._runs: dict[str, ServedRun] = {}
        self._taken: queue.SimpleQueue[Taken | None] = queue.SimpleQueue()
        self._trouble: GraderError | OSError | None = None
        self._writer = threading.Thread(target=self._write, name="grader run")
        self._writer.start()

    def take(self, job: Job, result: Result) -> None:
        """Take one result; it is on disk a moment later."""
        self._taken.put((job, result))

    def close(self) -> list[Path]:
        """Conclude all; the runs' folders. Raises what kept a run from being written."""
        self._taken.put(None)
        self._writer.join()
        if self._trouble is not None:
            raise self._trouble
        return [each.path for each in self._runs.values()]

    def _write(self) -> None:
        try:
            while self._group():
                pass
            for each in self._runs.values():
                each.conclude()
        except (GraderError, OSError) as error:
            self._trouble = error
            self._broken()

    def _group(self) -> bool:
        """Write what comes within a moment; False at the end."""
        taken = self._taken.get()
        ends_at = time.monotonic() + GROUP_S
        touched: set[ServedRun] = set()
        is_quiet = False
        while taken is not None and not is_quiet:
            run = self._run_of(asked_of(taken[0], self._options))
            run.take(*taken)
            touched.add(run)
            try:
                taken = self._taken.get(timeout=max(0.0, ends_at - time.monotonic()))
            except queue.Empty:
                is_quiet = True
        for each in touched:
            each.book.commit()
        return taken is not None

    def _run_of(self, benchmark: str) -> ServedRun:
        if benchmark not in self._runs:
            path = self._path
            if self._runs:
                path = path.with_name(f"{path.name}-{benchmark}")
            self._runs[benchmark] = ServedRun(path, benchmark, self._options, self._facts)
        return self._runs[benchmark]


def asked_of(job: Job, served: ServerOptions) -> str:
    """The benchmark whose task this is as it asks it; else `own`."""
    task, options = job.task, served.engine
    if task.benchmark == OWN or (job.trust, job.reading) != (options.trust, options.reading):
        return OWN
    asked = benchmark_task(task.benchmark, task.id, served.data.get(task.benchmark))
    return task.benchmark if asked.limits == task.limits else OWN


def manifest_of(
    reference: DatasetRef,
    tasks: Mapping[str, Task],
    options: EngineOptions,
    facts: ProviderFacts,
) -> Manifest:
    """The manifest of a run that is served."""
    return Manifest(
        run_id=new_run_id(reference.benchmark),
        dataset=reference,
        samples_path=SAMPLES,
        samples_sha256="",
        containers=options.containers if has_images(options.sandbox) else None,
        command=("grader", "serve"),
        **grounds(options, tasks, facts),
    )
