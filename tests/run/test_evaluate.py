"""One evaluation on disk, with a sandbox that runs nothing."""

import errno
import json
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from grader.core.manifest import Manifest
from grader.core.report import Report
from grader.core.result import Result, Verdict
from grader.core.sample import Sample
from grader.errors import InfraError, SandboxError, UsageError
from grader.record import journal, manifest
from grader.run import report
from grader.run.evaluate import evaluate
from grader.run.options import SilentObserver

pytestmark = pytest.mark.anyio


def body(number: int, marker: str = "done") -> str:
    return f"    return a + b  # {number}\n# null: {marker}\n"


def spread(count: int, marker: str = "done") -> list[tuple[str, str]]:
    """`count` different samples, dealt out over the three tasks."""
    return [(f"add/{number % 3}", body(number, marker)) for number in range(count)]


def results(run: Path) -> dict[tuple[str, int], Result]:
    return {(each.task_id, each.index): each for each in journal.current(run / journal.NAME)}


class Notes(SilentObserver):
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.results: list[Result] = []
        self.total: int | None = None
        self.most = 0
        self.report: Report | None = None

    def started(self, manifest: Manifest, total: int | None) -> None:
        self.total = total

    def result(self, result: Result) -> None:
        self.results.append(result)

    def working(self, active) -> None:
        self.most = max(self.most, len(active))

    def note(self, text: str) -> None:
        self.told.append(text)

    def finished(self, report: Report) -> None:
        self.report = report


async def test_evaluate_journals_one_result_for_each_sample(options, write_samples, tmp_path):
    made = await evaluate(options(write_samples(spread(20))))
    assert made.samples == 20
    assert len(list(journal.read(tmp_path / "out" / "results.jsonl"))) == 20


async def test_evaluate_reports_each_verdict(options, write_samples):
    markers = ["done", "failed", "error", "timeout", "memory", "output"]
    pairs = [("add/0", body(number, marker)) for number, marker in enumerate(markers)]
    made = await evaluate(options(write_samples(pairs)))
    assert made.counts == dict.fromkeys(
        ["passed", "failed", "error", "timeout", "memory", "output"], 1
    )


async def test_evaluate_writes_the_report_that_it_returns(options, write_samples, tmp_path):
    made = await evaluate(options(write_samples(spread(5))))
    assert report.written(tmp_path / "out") == made
    assert made.complete


async def test_evaluate_derives_the_same_report_from_disk(options, write_samples, tmp_path):
    made = await evaluate(options(write_samples(spread(5))))
    assert report.derive(tmp_path / "out") == made


async def test_evaluate_tells_its_observer_all_results_and_the_report(options, write_samples):
    notes = Notes()
    made = await evaluate(options(write_samples(spread(7))), observe=notes)
    assert notes.total == 7
    assert len(notes.results) == 7
    assert notes.report == made


async def test_evaluate_makes_a_run_directory_of_its_own(
    options, write_samples, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    made = await evaluate(options(write_samples(spread(3)), out=None))
    assert manifest.read(tmp_path / "runs" / made.run_id).run_id == made.run_id


async def test_evaluate_executes_identical_samples_once(options, write_samples, tmp_path):
    same = body(0, "failed")
    made = await evaluate(options(write_samples([("add/0", same)] * 5 + [("add/1", same)])))
    found = results(tmp_path / "out")
    executed = [key for key, each in found.items() if each.execution is not None]
    assert sorted(executed) == [("add/0", 0), ("add/1", 0)]
    assert {each.same_as for (task, index), each in found.items() if index} == {0}
    assert made.counts == {"failed": 6}
    assert made.duplicates == 4


async def test_evaluate_tries_again_for_an_identical_sample_that_stayed_ungraded(
    options, write_samples, tmp_path
):
    made = await evaluate(options(write_samples([("add/0", body(0, "infra"))] * 3), workers=1))
    assert made.counts == {"ungraded": 3}
    assert {each.attempts for each in results(tmp_path / "out").values()} == {3}


async def test_evaluate_resumes_ungraded_samples_and_the_last_line_counts(
    options, write_samples, tmp_path
):
    flag = tmp_path / "mended"
    pairs = [*spread(4), ("add/0", body(9, f"infra until {flag}"))]
    samples = write_samples(pairs)
    first = await evaluate(options(samples))
    assert first.counts == {"passed": 4, "ungraded": 1}
    flag.touch()
    notes = Notes()
    second = await evaluate(options(samples, resume=True), observe=notes)
    assert second.counts == {"passed": 5}
    assert notes.total == 1
    assert len(list(journal.read(tmp_path / "out" / "results.jsonl"))) == 6


async def test_evaluate_resumed_when_all_is_graded_changes_nothing(
    options, write_samples, tmp_path
):
    samples = write_samples(spread(6))
    first = await evaluate(options(samples))
    before = (tmp_path / "out" / "results.jsonl").read_bytes()
    second = await evaluate(options(samples, resume=True))
    assert (tmp_path / "out" / "results.jsonl").read_bytes() == before
    assert second.counts == first.counts


async def test_evaluate_resumed_shares_with_twins_of_the_first_session(
    options, write_samples, tmp_path
):
    samples = write_samples([("add/0", body(0))] * 4)
    await evaluate(options(samples))
    path = tmp_path / "out" / "results.jsonl"
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    await evaluate(options(samples, resume=True))
    shared = [each.same_as for each in results(tmp_path / "out").values()]
    assert shared == [None, 0, 0, 0]


async def test_evaluate_resumes_the_newest_run_of_these_samples(
    options, write_samples, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    samples = write_samples(spread(3))
    await evaluate(options(write_samples(spread(4), "others.jsonl"), out=None))
    first = await evaluate(options(samples, out=None))
    again = await evaluate(options(samples, out=None, resume=True))
    assert again.run_id == first.run_id


async def test_evaluate_with_nothing_to_resume_says_so(
    options, write_samples, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="nothing to resume: runs/ holds no run of folder"):
        await evaluate(options(write_samples(spread(3)), out=None, resume=True))


async def test_evaluate_refuses_to_resume_another_evaluation(options, write_samples):
    samples = write_samples(spread(3))
    await evaluate(options(samples))
    with pytest.raises(UsageError, match=r"timeout_s: null -> 9\.0"):
        await evaluate(options(samples, resume=True, timeout_s=9))


async def test_evaluate_refuses_a_folder_that_holds_a_run(options, write_samples):
    samples = write_samples(spread(3))
    await evaluate(options(samples))
    with pytest.raises(UsageError, match="already holds a run; pass --resume"):
        await evaluate(options(samples))


async def test_evaluate_refuses_a_folder_that_holds_something_else(
    options, write_samples, tmp_path
):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letters.txt").touch()
    with pytest.raises(UsageError, match="is not empty"):
        await evaluate(options(write_samples(spread(3))))


async def test_evaluate_goes_on_where_an_engine_was_killed_before_its_run_began(
    options, write_samples, tmp_path
):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".lock").touch()
    (tmp_path / "out" / ".run.json.4711").write_text('{"schema')
    made = await evaluate(options(write_samples(spread(3)), resume=True))
    assert made.counts == {"passed": 3}


async def test_evaluate_goes_on_where_the_disk_refused_its_very_first_file(
    options, write_samples, tmp_path, monkeypatch
):
    samples = write_samples(spread(3))

    def refused(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(manifest, "write", refused)
        with pytest.raises(InfraError, match=r"disk full at .*run\.json; .*--resume --out .*/out$"):
            await evaluate(options(samples))
    made = await evaluate(options(samples, resume=True))
    assert made.counts == {"passed": 3}


async def test_evaluate_leaves_no_folder_behind_where_no_sandbox_opens(
    options, write_samples, tmp_path
):
    with pytest.raises(SandboxError, match="runs nothing"):
        await evaluate(options(write_samples(spread(3)), allow_weak=False))
    assert not (tmp_path / "out").exists()


async def test_evaluate_finds_a_bad_line_before_it_grades(options, write_samples, tmp_path):
    samples = write_samples(spread(3))
    samples.write_text(samples.read_text() + '{"task_id": "add/0", "compl')
    with pytest.raises(UsageError, match=r"samples\.jsonl:4"):
        await evaluate(options(samples))
    assert not (tmp_path / "out").exists()


async def test_evaluate_names_samples_that_are_not_there(options, tmp_path):
    with pytest.raises(UsageError, match="no samples at"):
        await evaluate(options(tmp_path / "none.jsonl"))


async def test_evaluate_grades_only_selected_tasks(options, write_samples):
    made = await evaluate(options(write_samples(spread(9)), tasks=("add/1", "add/2"), limit=1))
    assert (made.tasks_total, made.samples) == (1, 3)
    assert [row.task_id for row in made.rows] == ["add/1"]


async def test_evaluate_counts_selected_tasks_without_samples(options, write_samples):
    made = await evaluate(options(write_samples([("add/0", body(0))])))
    assert (made.tasks_total, made.tasks_covered) == (3, 1)


async def test_evaluate_takes_samples_from_an_asynchronous_source(options):
    async def source() -> AsyncIterator[Sample]:
        for index in range(3):
            await anyio.lowlevel.checkpoint()
            yield Sample(task_id="add/0", index=index, body=body(index))

    made = await evaluate(options("<caller>"), samples=source())
    assert made.counts == {"passed": 3}


async def test_evaluate_refuses_the_same_key_twice(options):
    twice = [Sample(task_id="add/0", index=0, body=body(number)) for number in range(2)]
    with pytest.raises(UsageError, match="sample 0 of add/0 comes twice"):
        await evaluate(options("<caller>"), samples=twice)


async def test_evaluate_resumed_with_other_samples_under_the_same_key_refuses(options):
    await evaluate(options("<caller>"), samples=[Sample(task_id="add/0", index=0, body=body(0))])
    with pytest.raises(UsageError, match="is not the one that the run graded"):
        await evaluate(
            options("<caller>", resume=True),
            samples=[Sample(task_id="add/0", index=0, body=body(1))],
        )


async def test_evaluate_resumed_knows_a_sample_whose_code_was_extracted(options, tmp_path):
    chat = Sample(task_id="add/0", index=0, body="Sure!\n```python\ndef add(a, b): ...\n```\n")
    await evaluate(options("<caller>", extract="auto"), samples=[chat])
    assert [each.extraction for each in results(tmp_path / "out").values()] == ["fence"]
    again = options("<caller>", extract="auto", resume=True)
    assert (await evaluate(again, samples=[chat])).samples == 1


async def test_evaluate_keeps_what_was_graded_when_the_source_breaks(options, tmp_path):
    async def source() -> AsyncIterator[Sample]:
        for index in range(50):
            yield Sample(task_id="add/0", index=index, body=body(index))
        raise UsageError("the pipe broke")

    with pytest.raises(UsageError, match="the pipe broke"):
        await evaluate(options("<caller>", workers=1), samples=source())
    assert len(results(tmp_path / "out")) >= 48


async def test_evaluate_cancelled_keeps_what_was_graded_and_tells_how_to_go_on(options, tmp_path):
    reached = anyio.Event()
    notes = Notes()

    async def source() -> AsyncIterator[Sample]:
        for index in range(10):
            yield Sample(task_id="add/0", index=index, body=body(index))
        reached.set()
        await anyio.sleep_forever()

    async def run() -> None:
        await evaluate(options("<caller>", workers=1), observe=notes, samples=source())

    async with anyio.create_task_group() as group:
        group.start_soon(run)
        await reached.wait()
        group.cancel_scope.cancel()
    command = f"grader evaluate folder '<caller>' --resume --out {tmp_path / 'out'}"
    assert notes.told == [f"interrupted; to go on, run: {command}"]
    assert len(results(tmp_path / "out")) >= 9
    assert not report.derive(tmp_path / "out").complete


async def test_evaluate_commits_a_group_when_its_time_is_up(options, tmp_path):
    committed = anyio.Event()
    path = tmp_path / "out" / "results.jsonl"

    async def source() -> AsyncIterator[Sample]:
        yield Sample(task_id="add/0", index=0, body=body(0))
        with anyio.fail_after(5):
            while not path.stat().st_size:
                await anyio.lowlevel.checkpoint()
        committed.set()

    await evaluate(options("<caller>"), samples=source())
    assert committed.is_set()


async def test_evaluate_survives_text_that_utf8_cannot_carry(options, write_samples, tmp_path):
    samples = tmp_path / "samples.jsonl"
    samples.write_text(json.dumps({"task_id": "add/0", "completion": "    x = '\udc80'\n"}) + "\n")
    await evaluate(options(samples))
    assert [each.verdict for each in results(tmp_path / "out").values()] == [Verdict.ERROR]


async def test_evaluate_reaches_the_same_counts_with_any_number_of_workers(
    options, write_samples, tmp_path
):
    markers = ["done", "failed", "error", "timeout"]
    pairs = [(f"add/{n % 3}", body(n % 40, markers[n % 4])) for n in range(120)]
    samples = write_samples(pairs)
    counts = [
        (await evaluate(options(samples, workers=workers, out=tmp_path / str(workers)))).counts
        for workers in (1, 5)
    ]
    assert counts[0] == counts[1]
    assert Counter(counts[0]).total() == 120
