"""Judging a stored run again."""

from pathlib import Path

import pytest

from grader.core.result import Result, Verdict
from grader.errors import UsageError
from grader.record import journal
from grader.record.journal import Journal, current
from grader.run import report
from grader.run.evaluate import evaluate
from grader.study.regrade import regrade
from grader.study.show import find

pytestmark = pytest.mark.anyio


def body(number: int, marker: str = "done") -> str:
    return f"    return a + b  # {number}\n# null: {marker}\n"


def results(run: Path) -> list[Result]:
    return list(current(run / journal.NAME))


@pytest.fixture
async def run(options, write_samples, tmp_path) -> Path:
    """A run with a failed sample, its twin, a passed one, an ungraded one and a broken one."""
    pairs = [
        ("add/0", body(0, "failed")),
        ("add/0", body(0, "failed")),
        ("add/1", body(1)),
        ("add/1", body(2, "infra")),
        ("add/2", "    return (\n"),
    ]
    await evaluate(options(write_samples(pairs)))
    return tmp_path / "out"


def misjudge(run: Path, **changes: object) -> None:
    """Rewrite the journal as if an older engine had judged `add/0` otherwise."""
    stored = results(run)
    (run / journal.NAME).unlink()
    with Journal(run) as book:
        for each in stored:
            book.append(each.model_copy(update=changes) if each.task_id == "add/0" else each)


async def test_regrade_of_a_sound_run_changes_nothing(run):
    before = (run / "results.jsonl").read_bytes()
    done = regrade(run)
    assert (done.judged, done.kept, done.changed, done.before) == (3, 1, (), "")
    assert (run / "results.jsonl").read_bytes() == before


async def test_regrade_corrects_a_verdict_and_its_twins(run):
    sound = results(run)
    misjudge(run, verdict=Verdict.PASSED, reason="")
    done = regrade(run)
    assert sorted((c.task_id, c.index, c.old, c.new) for c in done.changed) == [
        ("add/0", 0, "passed", "failed"),
        ("add/0", 1, "passed", "failed"),
    ]
    assert results(run) == sound


async def test_regrade_keeps_the_old_journal_beside_the_new_one(run):
    misjudge(run, verdict=Verdict.PASSED, reason="")
    old = (run / "results.jsonl").read_bytes()
    done = regrade(run)
    assert (run / done.before).read_bytes() == old


async def test_regrade_renews_the_report(run):
    misjudge(run, verdict=Verdict.PASSED, reason="")
    regrade(run)
    assert report.written(run).counts == {"failed": 2, "passed": 1, "ungraded": 1, "error": 1}


async def test_regrade_of_another_reason_is_written_but_no_change_of_verdict(run):
    misjudge(run, reason="old words")
    done = regrade(run)
    assert done.changed == ()
    assert done.before
    assert {each.reason for each in results(run) if each.task_id == "add/0"} == {"AssertionError"}


async def test_regrade_refuses_other_data(run, bench):
    (bench / "add-0" / "prompt.py").write_text("def add(a, b):\n    ...\n")
    with pytest.raises(UsageError, match="is not what the run graded"):
        regrade(run)


async def test_regrade_finds_data_that_moved(run, bench):
    moved = bench.rename(bench.with_name("moved"))
    with pytest.raises(UsageError):
        regrade(run)
    assert regrade(run, data=moved).judged == 3


async def test_find_gives_a_tasks_results_by_index(run):
    assert [(each.index, each.verdict) for each in find(run, "add/1")] == [
        (0, "passed"),
        (1, "ungraded"),
    ]


async def test_find_suggests_the_nearest_task(run):
    with pytest.raises(UsageError, match=r"no result of task 'ad/1'; did you mean 'add/1'\?"):
        find(run, "ad/1")


async def test_report_of_a_run_whose_data_are_gone_counts_what_the_journal_has(run, bench):
    whole = report.derive(run)
    bench.rename(bench.with_name("moved"))
    alone = report.derive(run)
    assert alone.counts == whole.counts
    assert alone.tasks_total == 3


async def test_report_can_be_derived_for_another_k(run):
    assert [metric.name for metric in report.derive(run, k=(2,)).metrics] == ["pass@2"]
