"""SciCode: research problems in steps, by tests with hidden targets (arXiv:2407.13168)."""

from collections.abc import Iterator
from pathlib import Path

from grader.benchmarks._data import DataOrigin
from grader.benchmarks._many_files import located, rows_in
from grader.benchmarks._samples import read_samples
from grader.benchmarks._scicode import targets as target_files
from grader.benchmarks._scicode.answers import answer_folder, assembled, unfolded
from grader.benchmarks._scicode.problems import OFFICIAL_WALL_S, ProblemRow, before, problems
from grader.benchmarks._scicode.targets import PackedTargets
from grader.core.limits import Limits
from grader.core.sample import Sample
from grader.core.task import Image, Task
from grader.graders.targets import Spec

HOME = "https://raw.githubusercontent.com/scicode-bench/SciCode/"
ORIGINS = (
    DataOrigin(
        url=f"{HOME}89fccc3/eval/data/problems_all.jsonl",
        sha256="38797fef78f434720be6d053b4f3a86839d6f8ea5fb9115450677cd3a6edf81d",
    ),
    *(
        DataOrigin(
            url=f"{HOME}cea505309e6650c806718f2bfb4385366a96c590/eval/data/{name}", sha256=sha256
        )
        for name, sha256 in {
            "13.6.txt": "795a2b57c2d9bb12ca4eaf16d6b8e1f202015a89a886628858abf42a1b18a94e",
            "62.1.txt": "bc9931d88a7d5950091b72a996a25b8be6c936fd136b01005e22c3d45b0008a2",
            "76.3.txt": "4758300d96ea726cdc0fbf749f1bc437030d2a3e8b43bde232ecdeaf636cd367",
        }.items()
    ),
)
REFERENCE_TIMES = 4
LEAST_CPU_S = 60.0
MEMORY_MB, LARGE_MEMORY_MB = 1024, 3072
LARGE_RSS_MB = 400.0
"""A reference that takes more may be followed by an answer that takes more than MEMORY_MB."""


class SciCode:
    """The steps of some problems."""

    name = "scicode"
    version = "2024-07-24"
    licence = "Apache-2.0"
    summary = "80 research problems in 338 steps: 288 graded, 50 with solutions (SciCode)"

    def __init__(self) -> None:
        """No problem is read yet."""
        self._steps: dict[str, tuple[ProblemRow, int]] = {}

    def locate(self, data: Path | None) -> Path:
        """`data`: a file of problems, or a folder that holds some; else a download."""
        return located(data, self.name, ORIGINS)

    def tasks(self, path: Path) -> Iterator[Task]:
        """One task for each step that is graded, in the files' order."""
        found, missing = target_files.source(path)
        folder = path if path.is_dir() else path.parent
        rows = rows_in(path, lambda row: "sub_steps" in row, hint="problems_all.jsonl")
        seen: set[str] = set()
        for problem in problems(rows, folder):
            if problem.id in seen:
                continue  # the same problem in another file of the folder
            seen.add(problem.id)
            for place, step in enumerate(problem.steps):
                self._steps[step.id] = problem, place
                if step.is_asked:
                    yield _task(problem, place, found(step.id, len(step.tests)), missing)

    def samples(self, source: str, tasks: dict[str, Task]) -> Iterator[Sample]:
        """Answers or whole programs, see `_scicode.answers`."""
        read = read_samples(answer_folder(source), tasks, unfold=unfolded)
        return assembled(read, self._steps)


def _task(problem: ProblemRow, place: int, targets: PackedTargets, missing: str) -> Task:
    step = problem.steps[place]
    names = [each for earlier in problem.steps[: place + 1] for each in earlier.names]
    spec = Spec(
        problem=problem.id,
        before=before(problem, place, {}),
        dependencies=problem.dependencies,
        tests=step.tests,
        targets=targets.packed,
        functions=tuple(dict.fromkeys(name for kind, name in names if kind == "def")),
        classes=tuple(dict.fromkeys(name for kind, name in names if kind == "class")),
        reference=step.gold,
        asks=missing,
    )
    return Task(
        id=step.id,
        benchmark=SciCode.name,
        kind="targets",
        image=Image(environment="science"),
        limits=_limits(targets, has_gold=bool(step.gold)),
        spec=spec.model_dump(),
    )


def _limits(targets: PackedTargets, *, has_gold: bool) -> Limits:
    """The official 1,800 s; less CPU where the reference's own is known."""
    cpu_s = max(LEAST_CPU_S, REFERENCE_TIMES * targets.cpu_s) if targets.cpu_s else OFFICIAL_WALL_S
    is_small = has_gold and targets.cpu_s and targets.rss_mb <= LARGE_RSS_MB
    memory_mb = MEMORY_MB if is_small else LARGE_MEMORY_MB
    return Limits(cpu_s=cpu_s, wall_s=OFFICIAL_WALL_S, memory_mb=memory_mb)


def benchmark() -> SciCode:
    """The member that this module is."""
    return SciCode()
