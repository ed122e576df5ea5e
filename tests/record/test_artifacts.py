"""Outputs too big for a journal line."""

import pytest

from grader.core.execution import Execution, Isolation, StepEnd, StepResult
from grader.core.result import Result
from grader.record.artifacts import INLINE, KEPT, Artifacts, full, is_lossy, shortened


def result(stdout: bytes, *, truncated: tuple[str, ...] = ()) -> Result:
    step = StepResult(name="case 1/a", ended=StepEnd.EXIT, stdout=stdout, truncated=truncated)
    return Result(
        task_id="t",
        index=0,
        verdict="failed",
        execution=Execution(provider="null", isolation=Isolation(tier="none"), steps=(step,)),
        plan_digest="0123456789abcdef" * 4,
    )


def test_slim_leaves_short_output_alone(tmp_path):
    short = result(b"x" * INLINE)
    assert Artifacts(tmp_path).slim(short) is short
    assert not (tmp_path / "artifacts").exists()


def test_slim_keeps_head_and_tail_and_names_the_stream(tmp_path):
    data = b"a" * KEPT + b"b" * 100_000 + b"c" * KEPT
    step = Artifacts(tmp_path).slim(result(data)).execution.steps[0]
    assert step.stdout == b"a" * KEPT + b"c" * KEPT
    assert step.truncated == ("stdout",)


def test_slim_stores_the_whole_under_plan_step_and_stream(tmp_path):
    Artifacts(tmp_path).slim(result(b"x" * 100_000))
    stored = tmp_path / "artifacts" / "0123456789abcdef-case_1_a.stdout"
    assert stored.read_bytes() == b"x" * 100_000


@pytest.mark.parametrize("truncated", [(), ("stdout",), ("stderr", "stdout")])
def test_full_brings_back_what_slim_took(tmp_path, truncated):
    before = result(bytes(range(256)) * 400, truncated=truncated)
    after = full(Artifacts(tmp_path).slim(before), tmp_path)
    assert after.execution.steps[0].stdout == before.execution.steps[0].stdout
    assert set(after.execution.steps[0].truncated) == set(truncated)
    assert not is_lossy(after)


def test_full_keeps_the_two_sides_of_an_interview_apart(tmp_path):
    before = result(b"candidate" * 10_000)
    step = before.execution.steps[0]
    checker = step.model_copy(update={"stdout": b"checker" * 10_000})
    both = (step.model_copy(update={"checker": checker}),)
    before = before.model_copy(
        update={"execution": before.execution.model_copy(update={"steps": both})}
    )
    slim = Artifacts(tmp_path).slim(before)
    assert len(slim.execution.steps[0].checker.stdout) == INLINE
    assert is_lossy(slim)
    assert full(slim, tmp_path) == before


def test_full_does_not_take_another_runs_output_of_the_same_plan(tmp_path):
    artifacts = Artifacts(tmp_path)
    first = artifacts.slim(result(b"first" * 10_000))
    artifacts.slim(result(b"other" * 10_000))
    assert full(first, tmp_path) is first
    assert is_lossy(first)


def test_full_without_the_artifact_is_lossy(tmp_path):
    slim = Artifacts(tmp_path).slim(result(b"x" * 100_000))
    next((tmp_path / "artifacts").iterdir()).unlink()
    assert is_lossy(full(slim, tmp_path))


def test_short_output_that_the_sandbox_cut_is_not_lossy(tmp_path):
    assert not is_lossy(full(result(b"head tail", truncated=("stdout",)), tmp_path))


def test_slim_stops_storing_at_the_budget(tmp_path):
    artifacts = Artifacts(tmp_path, budget_mb=1)
    for number in range(30):
        each = result(b"x" * 100_000).model_copy(update={"plan_digest": f"{number:064x}"[::-1]})
        assert artifacts.slim(each).execution.steps[0].truncated == ("stdout",)
    stored = list((tmp_path / "artifacts").iterdir())
    assert sum(path.stat().st_size for path in stored) <= 1 << 20
    assert len(stored) == 10


def test_budget_counts_what_an_earlier_session_stored(tmp_path):
    Artifacts(tmp_path, budget_mb=1).slim(result(b"x" * 1_000_000))
    again = result(b"y" * 100_000).model_copy(update={"plan_digest": "f" * 64})
    Artifacts(tmp_path, budget_mb=1).slim(again)
    assert len(list((tmp_path / "artifacts").iterdir())) == 1


@pytest.mark.parametrize("offset", range(4))
def test_shortened_does_not_cut_inside_a_character(offset):
    data = (b"a" * offset) + "€".encode() * 10_000
    short = shortened(data)
    assert short.decode()
    assert INLINE - 8 <= len(short) <= INLINE
