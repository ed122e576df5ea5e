"""What a run consumed, sample by sample and phase by phase."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from grader.core.execution import Execution, StepResult
from grader.core.report import RunCost, SandboxStage, StepKindTime
from grader.core.result import Result
from grader.stats.sketch import QuantileSketch

CHECKER = "checker"
"""The trusted side of an interview, whichever step it belongs to."""


class EnergyUse(NamedTuple):
    """Joules, or why there are none."""

    joules: float | None = None
    why: str = "not measured"


def plus(first: EnergyUse, second: EnergyUse) -> EnergyUse:
    """Energy of both; unknown as soon as one is."""
    if first.joules is None or second.joules is None:
        return EnergyUse(None, second.why or first.why)
    return EnergyUse(first.joules + second.joules, "")


class CostMeter:
    """Adds up executions. Memory grows with the kinds of steps, never with samples."""

    def __init__(self) -> None:
        self._wall, self._cpu, self._wait, self._peak = (
            QuantileSketch(),
            QuantileSketch(),
            QuantileSketch(),
            QuantileSketch(),
        )
        self._phases: dict[str, tuple[QuantileSketch, QuantileSketch]] = {}
        self._stages: dict[str, QuantileSketch] = {}
        self._results = 0

    def add(self, result: Result, by: int) -> None:
        """Count a result's execution; a negative `by` takes it back."""
        self._results += by
        if result.execution is None or not result.execution.steps:
            return
        steps = result.execution.steps
        self._wall.add(sum(step.wall_s for step in steps), by)
        self._cpu.add(sum(step.cpu_s for step in steps), by)
        self._wait.add(sum(step.wait_s for step in steps), by)
        self._peak.add(max(step.peak_mb for step in steps), by)
        for name, step in _named(steps):
            wall, cpu = self._phases.setdefault(name, (QuantileSketch(), QuantileSketch()))
            wall.add(step.wall_s, by)
            cpu.add(step.cpu_s, by)
        for name, seconds in _stages(result.execution):
            self._stages.setdefault(name, QuantileSketch()).add(seconds, by)

    def cost(self, *, workers: int, wall_s: float, energy: EnergyUse) -> RunCost:
        """Summarize; `wall_s`: the run's wall clock."""
        phases: list[StepKindTime] = []
        for name, (wall, cpu) in sorted(self._phases.items()):
            spreads = wall.spread(), cpu.spread()
            if spreads[0] and spreads[1]:
                phases.append(StepKindTime(name=name, wall_s=spreads[0], cpu_s=spreads[1]))
        stages = ((name, sketch.spread()) for name, sketch in self._stages.items())
        busy = self._wall.total / (workers * wall_s) if wall_s > 0 else None
        return RunCost(
            wall_s=self._wall.spread(),
            cpu_s=self._cpu.spread(),
            wait_s=self._wait.spread(),
            peak_mb=self._peak.spread(),
            phases=tuple(phases),
            stages=tuple(
                SandboxStage(name=name, wall_s=spread) for name, spread in stages if spread
            ),
            samples_per_s=self._results / wall_s if wall_s > 0 and self._results else None,
            utilisation=min(busy, 1.0) if busy is not None and self._results else None,
            energy_j=energy.joules,
            energy_why=energy.why if energy.joules is None else "",
        )


class CpuRatios:
    """CPU seconds of passing samples over those of their task's reference."""

    def __init__(self, references: Mapping[str, float]) -> None:
        """`references`: task → median CPU seconds of its reference."""
        self._references = references
        self.sketch = QuantileSketch()

    def add(self, task_id: str, cpu_s: float) -> None:
        """Count one passing sample; tasks without a reference say nothing."""
        reference = self._references.get(task_id, 0.0)
        if reference > 0:
            self.sketch.add(cpu_s / reference)


def _stages(execution: Execution) -> tuple[tuple[str, float], ...]:
    """Wall-clock seconds of a sample that had sandboxes of its own, from first to last."""
    around = execution.around
    if around is None:
        return ()
    setup_s = sum(step.wall_s for step in execution.steps if step.is_setup)
    return (
        ("queue", around.queue_s),
        ("pull", around.pull_s),
        ("create", around.create_s),
        ("set-up", setup_s),
        ("tests", sum(step.wall_s for step in execution.steps) - setup_s),
        ("teardown", around.teardown_s),
    )


def _named(steps: tuple[StepResult, ...]) -> Iterator[tuple[str, StepResult]]:
    for step in steps:
        yield step.name, step
        if step.checker is not None:
            yield CHECKER, step.checker
