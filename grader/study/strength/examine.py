"""Examine a benchmark's tests: make wrong solutions, grade them, ask those that passed."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

from grader.core.execution import Execution
from grader.core.limits import Limits
from grader.core.result import Result, Verdict
from grader.core.sample import Sample
from grader.core.strength import BenchmarkStrength
from grader.core.task import Task
from grader.engine import dataset
from grader.engine.dataset import LoadedDataset
from grader.engine.grading import refuse
from grader.engine.options import EngineOptions
from grader.engine.provenance import engine_sha256
from grader.engine.service.asked import JobChoices
from grader.engine.service.blocking import BlockingEngine
from grader.engine.service.held import EngineChoices, HeldDesk
from grader.errors import InfraError
from grader.record import directory, journal
from grader.record.journal import Journal
from grader.study.strength import apart, figures, kept
from grader.study.strength.apart import ToldApart
from grader.study.strength.kept import ExaminedBenchmark, SurvivorAnswers
from grader.study.strength.wrong import ASKED, PATCHED, MutantMaker, in_rounds

MutantJob = tuple[Task, Sample, JobChoices]
ROUND = 12
"""Mutants of a task that are graded one after the other: its checker stays warm."""
MOST = 60
FACTOR = 5.0
LEAST_S = 0.5
"""A mutant may take so many times the CPU time of the task's own solution, and so much at least:
who does not come to an end is found quickly."""


class ExamineOptions(NamedTuple):
    """What is to be examined."""

    benchmark: str
    out: Path
    data: Path | None = None
    tasks: tuple[str, ...] = ()
    limit: int | None = None
    most: int = MOST
    seed: str = "0"
    budget_s: float | None = None
    """Seconds of wall clock for grading; None: until all are graded."""
    engine: EngineChoices = EngineChoices()


class ExamineObserver(Protocol):
    """Is told how it goes."""

    def begin(self, title: str, total: int | None) -> None:
        """So many mutants are to be graded."""
        ...

    def result(self, result: Result) -> None:
        """One more is."""
        ...

    def note(self, text: str) -> None:
        """One line that a person should see."""
        ...


class MutantVerdicts:
    """Which mutants passed, by task; the journal on disk is the original."""

    def __init__(self) -> None:
        self.passed: dict[str, dict[int, bool]] = defaultdict(dict)
        self.references: dict[str, Result] = {}
        self.ungraded: Counter[str] = Counter()

    def take(self, result: Result) -> None:
        """One more verdict; 0 is the task's own solution."""
        if result.verdict is Verdict.UNGRADED:
            self.ungraded[result.task_id] += 1
            return
        if result.index == 0:
            self.references[result.task_id] = result
        else:
            self.passed[result.task_id][result.index] = result.verdict is Verdict.PASSED


def examine(options: ExamineOptions, observe: ExamineObserver) -> BenchmarkStrength:
    """Grade the mutants of every selected task and say what the tests notice.

    Goes on with what `options.out` holds of the same benchmark. Raises UsageError for what the
    caller can mend, SandboxError and InfraError for our own trouble.
    """
    data = dataset.load(options.benchmark, options.data)
    tasks = dataset.select(data.tasks, options.tasks, limit=options.limit)
    refuse(EngineOptions.model_validate({**options.engine}), tasks)
    with ExitStack() as stack:
        maker = stack.enter_context(closing(MutantMaker(most=options.most, seed=options.seed)))
        stack.enter_context(directory.locked(options.out, create=True))
        kept.begin(options.out, about(options, data))
        verdicts = MutantVerdicts()
        for result in journal.read(options.out / journal.NAME):
            verdicts.take(result)
        verdicts.ungraded.clear()
        answers = stack.enter_context(closing(SurvivorAnswers(options.out)))
        engine = stack.enter_context(
            BlockingEngine(HeldDesk({**options.engine, "extract": "none"}))
        )
        lines = stack.enter_context(closing(Journal(options.out, resume="grader strength again")))
        study = BenchmarkStudy(
            engine, lines, verdicts, maker, observe, workers=options.engine.get("workers", 1)
        )
        complete = study.grade(tasks, options.budget_s)
        study.ask(tasks, answers, options.seed)
        made = summary(data, tasks, study, answers, options=options, complete=complete)
    kept.write(options.out, made)
    return made


def about(options: ExamineOptions, data: LoadedDataset) -> ExaminedBenchmark:
    """What the folder's verdicts belong to."""
    return ExaminedBenchmark(
        benchmark=data.benchmark.name,
        dataset_sha256=data.reference.sha256,
        seed=options.seed,
        most=options.most,
        engine_sha256=engine_sha256(),
        sandbox=options.engine.get("sandbox", "local"),
        trust=options.engine.get("trust", "auto"),
    )


class BenchmarkStudy:
    """One examination under way."""

    def __init__(
        self,
        engine: BlockingEngine,
        lines: Journal,
        verdicts: MutantVerdicts,
        maker: MutantMaker,
        observe: ExamineObserver,
        *,
        workers: int,
    ) -> None:
        """All of them are open; workers: programs at one time."""
        self.engine = engine
        self.workers = workers
        self.verdicts = verdicts
        self.maker = maker
        self._lines = lines
        self._observe = observe
        self._committed = time.monotonic()

    def grade(self, tasks: Mapping[str, Task], budget_s: float | None) -> bool:
        """Grade what has no verdict; False where the budget was spent before."""
        self._observe.begin("grading the tasks' own solutions", len(tasks))
        self._run(self._references(tasks), ends_at=None)
        sound = [task for task in tasks.values() if self.is_sound(task)]
        counts = [len(self.maker.of(task).mutants) for task in sound]
        wanted = [
            (sound[place], number)
            for place, number in in_rounds(counts, ROUND)
            if number not in self.verdicts.passed[sound[place].id]
        ]
        self._observe.begin(f"grading {len(wanted):,} mutants", len(wanted))
        ends_at = None if budget_s is None else time.monotonic() + budget_s
        return self._run(self._jobs(wanted), ends_at=ends_at)

    def is_sound(self, task: Task) -> bool:
        """Whether the task's own solution passed: only then a mutant's verdict says something."""
        found = self.verdicts.references.get(task.id)
        return found is not None and found.verdict is Verdict.PASSED

    def _references(self, tasks: Mapping[str, Task]) -> Iterator[MutantJob]:
        for task in tasks.values():
            wrong = self.maker.of(task)
            if wrong.mutants and task.id not in self.verdicts.references:
                yield task, wrong.sample(task, 0), JobChoices()

    def _jobs(self, wanted: list[tuple[Task, int]]) -> Iterator[MutantJob]:
        for task, number in wanted:
            limits = limits_for(task, self.verdicts.references[task.id].execution)
            yield task, self.maker.of(task).sample(task, number), JobChoices(limits=limits)

    def _run(self, jobs: Iterator[MutantJob], *, ends_at: float | None) -> bool:
        """Grade jobs until the moment comes; False where it came before all had begun."""
        numbers: list[int] = []
        all_begun = True

        def begun() -> Iterator[MutantJob]:
            nonlocal all_begun
            for job in jobs:
                if ends_at is not None and time.monotonic() > ends_at:
                    all_begun = False
                    return
                numbers.append(job[1].index)
                yield job

        for found in self.engine.grade_many(begun()):
            result = found.model_copy(update={"index": numbers[found.index]})
            self.verdicts.take(result)
            self._keep(result)
            self._observe.result(result)
        self._lines.commit()
        return all_begun

    def _keep(self, result: Result) -> None:
        slim = result if result.index == 0 else result.model_copy(update={"execution": None})
        now = time.monotonic()
        if self._lines.append(slim) or now - self._committed > journal.GROUP_S:
            self._lines.commit()
            self._committed = now

    def ask(self, tasks: Mapping[str, Task], answers: SurvivorAnswers, seed: str) -> None:
        """Ask survivors what nobody has tested."""
        wanted = [
            (task, numbers)
            for task in tasks.values()
            if task.kind in ASKED and (numbers := self._unasked(task, answers))
        ]
        total = sum(len(numbers) for _, numbers in wanted)
        self._observe.begin(f"asking {total:,} survivors", None)
        asking = partial(self._told, seed=seed)
        with ThreadPoolExecutor(self.workers) as pool:
            for task_id, found in pool.map(asking, wanted):
                answers.add(task_id, found)

    def _unasked(self, task: Task, answers: SurvivorAnswers) -> list[int]:
        passed = self.verdicts.passed[task.id]
        known = answers.known[task.id]
        return [number for number in sorted(passed) if passed[number] and number not in known]

    def _told(
        self, asked: tuple[Task, list[int]], *, seed: str
    ) -> tuple[str, dict[int, ToldApart]]:
        task, numbers = asked
        wrong, found = self.maker.of(task), dict[int, ToldApart]()
        while numbers:
            question = apart.question(task, wrong, numbers, f"{seed} {task.id}")
            if question is None:
                return task.id, found | dict.fromkeys(numbers, ToldApart(0, 0))
            try:
                step = self.engine.run(apart.asking(), stdin=question, limits=apart.LIMITS)
            except InfraError as error:
                self._observe.note(f"{task.id}: survivors could not be asked: {error}")
                return task.id, found
            more, left = apart.told(step, numbers)
            found |= more
            numbers = list(left)
        return task.id, found


def limits_for(task: Task, execution: Execution | None) -> Limits | None:
    """Shorter limits than the task's where its own solution needs far less."""
    if task.kind == PATCHED or execution is None:
        return None
    spent = sum(step.cpu_s for step in execution.steps)
    cpu_s = min(task.limits.cpu_s, LEAST_S + FACTOR * spent)
    wall_s = min(task.limits.wall_s, max(3.0, 4 * cpu_s))
    return task.limits.model_copy(update={"cpu_s": cpu_s, "wall_s": wall_s})


def summary(
    data: LoadedDataset,
    tasks: Mapping[str, Task],
    study: BenchmarkStudy,
    answers: SurvivorAnswers,
    *,
    options: ExamineOptions,
    complete: bool,
) -> BenchmarkStrength:
    """The figures of all tasks."""
    rows = [
        figures.of_task(
            task,
            study.maker.of(task)._replace(why=why_not(task, study)),
            study.verdicts.passed[task.id] if study.is_sound(task) else {},
            answers.known[task.id],
        )
        for task in tasks.values()
    ]
    return figures.of_benchmark(
        data.reference,
        rows,
        seed=options.seed,
        most=options.most,
        complete=complete,
        ungraded=study.verdicts.ungraded.total(),
    )


def why_not(task: Task, study: BenchmarkStudy) -> str:
    """Why a task has no figures; '' where it has."""
    wrong = study.maker.of(task)
    if wrong.why:
        return wrong.why
    found = study.verdicts.references.get(task.id)
    if found is None:
        return "its own solution stayed ungraded"
    if found.verdict is not Verdict.PASSED:
        return f"its own solution does not pass ({found.verdict}): {found.reason}"
    return ""
