"""Small sealed runs to rank."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from grader.core.execution import Execution, Isolation, StepEnd, StepResult
from grader.core.manifest import DatasetRef, Manifest
from grader.core.result import Result, Trust, Verdict
from grader.record import journal, manifest, seal
from grader.run import report

PASSED, FAILED = Verdict.PASSED, Verdict.FAILED


@pytest.fixture
def store(tmp_path: Path) -> Callable[..., Path]:
    """Store a run of one sample per task with the given verdicts."""

    def make(
        run_id: str,
        verdicts: Sequence[Verdict],
        *,
        bench: str = "bench",
        complete: bool = True,
        got: str = "separated",
        folder: str = "",
        samples: int = 1,
        **changes: object,
    ) -> Path:
        run = tmp_path / (folder or f"{run_id}-{bench}")
        run.mkdir()
        fields = {
            "run_id": run_id, "engine_version": "1", "samples_path": "", "samples_sha256": "", "k": (1,),
            "model": run_id, "created_at": 1.7e9,
            "dataset": DatasetRef(benchmark=bench, version="1", sha256="ab" * 32, tasks=len(verdicts)),
        }  # fmt: skip
        manifest.write(run, Manifest(**(fields | changes)))
        step = StepResult(name="t", ended=StepEnd.EXIT, wall_s=0.5, cpu_s=0.25)
        execution = Execution(provider="local", isolation=Isolation(tier="userns"), steps=(step,))
        with journal.Journal(run) as book:
            for number, verdict in enumerate(verdicts):
                readings = {"plus": "passed" if verdict is PASSED and number % 2 else "failed"}
                for index in range(samples):
                    book.append(
                        Result(
                            task_id=f"{bench}/{number}",
                            index=index,
                            verdict=verdict,
                            execution=execution,
                            readings=readings,
                            trust=Trust(got),
                        )
                    )
        if complete:
            report.write(run, report.derive(run))
            seal.write(run)
        return run

    return make
