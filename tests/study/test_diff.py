"""Why a verdict changed between two runs."""

from pathlib import Path

import pytest

from grader.core.execution import Execution, Isolation, StepEnd, StepResult
from grader.core.manifest import DatasetRef, Manifest
from grader.core.result import Result, Verdict
from grader.errors import UsageError
from grader.record import journal, manifest
from grader.study.diff import ChangeCause, diff

STORED = Manifest(
    run_id="a", engine_version="1", samples_path="", samples_sha256="", timeout_s=3.0,
    dataset=DatasetRef(benchmark="b", version="1"),
)  # fmt: skip


def ran(tier: str = "userns", *, cpu_s: float = 0.5) -> Execution:
    step = StepResult(name="tests", ended=StepEnd.EXIT, cpu_s=cpu_s, wait_s=0.25, peak_mb=30)
    return Execution(provider="local", isolation=Isolation(tier=tier), steps=(step,))


def result(verdict: Verdict = Verdict.FAILED, **changes: object) -> Result:
    fields = {
        "task_id": "T/0", "index": 0, "verdict": verdict, "reason": f"was {verdict}",
        "execution": ran(), "sample_digest": "aa", "plan_digest": "bb" * 32, "engine_version": "1",
    }  # fmt: skip
    return Result(**(fields | changes))


def store(run: Path, *results: Result, **changes: object) -> Path:
    run.mkdir()
    manifest.write(run, STORED.model_copy(update={"run_id": run.name, **changes}))
    with journal.Journal(run) as book:
        for each in results:
            book.append(each)
    return run


def compared(folder: Path, before: list[Result], after: list[Result], **changes: object):
    return diff(store(folder / "a", *before), store(folder / "b", *after, **changes))


@pytest.mark.parametrize(
    ("new", "cause", "evidence"),
    [
        ({"sample_digest": "cc"}, ChangeCause.SAMPLE, "aa -> cc"),
        ({"verdict": Verdict.UNGRADED, "reason": "slot died"}, ChangeCause.OURS, "now without a verdict: slot died"),
        ({"plan_digest": "cc" * 32}, ChangeCause.TASK, "bbbbbbbb -> cccccccc"),
        ({"engine_version": "2"}, ChangeCause.ENGINE, "1 -> 2"),
        ({"execution": ran("bare")}, ChangeCause.ISOLATION, "local/userns -> local/bare"),
        ({"verdict": Verdict.TIMEOUT, "execution": ran(cpu_s=3)}, ChangeCause.LIMIT, "0.50 CPU s (0.25 s waiting, 30 MiB), now 3.00"),
        ({}, ChangeCause.CHANCE, "the same plan gave another outcome"),
    ],
    ids=lambda value: value.name if isinstance(value, ChangeCause) else "",
)  # fmt: skip
def test_change_is_given_its_cause_and_evidence(tmp_path, new, cause, evidence):
    found = compared(tmp_path, [result()], [result(**({"verdict": Verdict.PASSED} | new))])
    (change,) = found.changes
    assert change.cause is cause
    assert evidence in change.why
    assert found.causes == {cause.value: 1}


def test_equal_and_lonely_samples_are_counted(tmp_path):
    before = [result(), result(index=1), result(index=2)]
    after = [result(), result(Verdict.PASSED, index=1), result(index=3), result(index=4)]
    found = compared(tmp_path, before, after)
    assert (found.same, len(found.changes), found.only_before, found.only_after) == (1, 1, 1, 2)


def test_only_the_last_line_of_a_sample_counts(tmp_path):
    found = compared(tmp_path, [result(Verdict.UNGRADED), result()], [result()])
    assert found.same == 1
    assert found.changes == ()


def test_other_settings_are_named(tmp_path):
    found = compared(tmp_path, [result()], [result()], timeout_s=5.0, workers=9)
    assert found.settings == ("timeout_s: 3.0 -> 5.0",)


def test_diff_with_a_folder_that_is_no_run_says_so(tmp_path):
    with pytest.raises(UsageError, match="no run in"):
        diff(tmp_path, tmp_path)
