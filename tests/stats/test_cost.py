"""What runs consume: adds up, can be taken back, and is never invented."""

import pytest

from grader.core.execution import Execution, Isolation, SandboxTimes, StepEnd, StepResult
from grader.core.result import Result, Verdict
from grader.stats.cost import CostMeter, CpuRatios, EnergyUse, plus

BARE = Isolation(tier="bare")


def step(name="tests", **facts):
    return StepResult(name=name, ended=StepEnd.EXIT, **facts)


def result(*steps, verdict=Verdict.PASSED):
    execution = Execution(provider="local", isolation=BARE, steps=steps) if steps else None
    return Result(task_id="T/0", index=0, verdict=verdict, execution=execution)


def cost(meter, wall_s=10.0, workers=2):
    return meter.cost(workers=workers, wall_s=wall_s, energy=EnergyUse())


def test_steps_of_a_sample_add_up_and_phases_stay_apart():
    meter = CostMeter()
    checker = step("inner", wall_s=0.5, cpu_s=0.25)
    meter.add(
        result(
            step("build", wall_s=1, cpu_s=0.5, peak_mb=9),
            step(wall_s=3, cpu_s=2, wait_s=0.5, peak_mb=40, checker=checker),
        ),
        1,
    )
    made = cost(meter)
    assert made.wall_s.median == pytest.approx(4, rel=0.01)
    assert made.cpu_s.median == pytest.approx(2.5, rel=0.01)
    assert made.wait_s.median == pytest.approx(0.5, rel=0.01)
    assert made.peak_mb.median == pytest.approx(40, rel=0.01)
    assert [phase.name for phase in made.phases] == ["build", "checker", "tests"]
    assert made.phases[1].wall_s.median == pytest.approx(0.5, rel=0.01)


def test_stages_of_sandboxes_of_their_own_are_told_in_order():
    meter = CostMeter()
    steps = step("apply", wall_s=1.0, is_setup=True), step("eval", wall_s=8.0)
    around = SandboxTimes(queue_s=0.25, pull_s=2.0, create_s=0.5, teardown_s=0.125)
    mine = result(*steps)
    execution = mine.execution.model_copy(update={"around": around})
    meter.add(mine.model_copy(update={"execution": execution}), 1)
    meter.add(result(step(wall_s=3)), 1)
    told = {stage.name: stage.wall_s.median for stage in cost(meter).stages}
    assert list(told) == ["queue", "pull", "create", "set-up", "tests", "teardown"]
    assert list(told.values()) == pytest.approx([0.25, 2.0, 0.5, 1.0, 8.0, 0.125], rel=0.01)


def test_throughput_and_utilisation_rest_on_the_wall_clock():
    meter = CostMeter()
    for _ in range(5):
        meter.add(result(step(wall_s=2)), 1)
    made = cost(meter)
    assert made.samples_per_s == 0.5
    assert made.utilisation == pytest.approx(0.5)


def test_what_is_taken_back_leaves_no_trace():
    meter, never = CostMeter(), CostMeter()
    for each in (meter, never):
        each.add(result(step(wall_s=2, cpu_s=1)), 1)
    meter.add(result(step("other", wall_s=7, cpu_s=3)), 1)
    meter.add(result(step("other", wall_s=7, cpu_s=3)), -1)
    assert cost(meter) == cost(never)


def test_nothing_run_has_no_figures():
    meter = CostMeter()
    meter.add(result(verdict=Verdict.UNGRADED), 1)
    made = cost(meter, wall_s=0.0)
    assert (made.wall_s, made.samples_per_s, made.utilisation) == (None, None, None)


def test_unmeasured_energy_is_null_with_a_reason():
    made = cost(CostMeter())
    assert (made.energy_j, made.energy_why) == (None, "not measured")
    measured = CostMeter().cost(workers=1, wall_s=1, energy=EnergyUse(5.0, ""))
    assert (measured.energy_j, measured.energy_why) == (5.0, "")


def test_energy_of_two_parts_is_unknown_as_soon_as_one_is():
    assert plus(EnergyUse(1.0, ""), EnergyUse(2.0, "")) == EnergyUse(3.0, "")
    assert plus(EnergyUse(1.0, ""), EnergyUse(None, "gone")) == EnergyUse(None, "gone")
    assert plus(EnergyUse(None, "gone"), EnergyUse(1.0, "")).joules is None


def test_ratios_need_a_reference():
    ratios = CpuRatios({"a": 0.5, "b": 0.0})
    for task in ("a", "b", "c"):
        ratios.add(task, 1.0)
    found = ratios.sketch.spread()
    assert (found.count, round(found.median, 1)) == (1, 2.0)
