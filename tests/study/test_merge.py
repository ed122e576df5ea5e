"""The parts of an evaluation, put together, are the evaluation."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.core.job import Job
from grader.core.report import Report
from grader.core.sample import Sample
from grader.core.shard import ShardRef
from grader.core.task import HOST, Image, Task
from grader.errors import UsageError
from grader.record import journal, manifest, seal
from grader.run.evaluate import evaluate
from grader.run.options import Options
from grader.study.merge import merge
from grader.study.verify import verify
from tests.small_benchmark import body

pytestmark = pytest.mark.anyio
MARKERS = ("done", "done", "failed", "error", "timeout", "memory", "output")
PLACES = {"run_id", "isolation", "wall_s", "cpu_s", "cost"}
"""Of a report: what tells where and how long."""


def pairs(count: int = 60) -> list[tuple[str, str]]:
    """Samples of every verdict over three tasks; each fifth is the one before once more."""
    numbers = [number - (number % 5 == 4) * 3 for number in range(count)]
    return [(f"add/{number % 3}", body(number, MARKERS[number % 7])) for number in numbers]


async def graded(
    options: Callable[..., Options], samples: Path, folder: Path, count: int
) -> list[Path]:
    """Every part of a run."""
    runs = [folder / f"part-{number}" for number in range(1, count + 1)]
    for number, run in enumerate(runs, 1):
        await evaluate(options(samples, out=run, shard=ShardRef(number=number, count=count)))
    return runs


def told(report: Report) -> dict[str, object]:
    """What a report says but for times and places."""
    return {key: value for key, value in report.model_dump().items() if key not in PLACES}


def facts(run: Path) -> dict[tuple[str, int], tuple[object, ...]]:
    """What a run says of each sample."""
    return {
        (each.task_id, each.index): (each.verdict, each.same_as, each.sample_digest, each.reason)
        for each in journal.current(run / journal.NAME)
    }


@pytest.mark.parametrize("count", [1, 3, 16])
async def test_merged_parts_are_the_run_that_was_never_parted(
    options, write_samples, tmp_path, count
):
    samples = write_samples(pairs())
    undisturbed = await evaluate(options(samples, workers=1))
    parts = await graded(options, samples, tmp_path, count)
    made = merge(parts, tmp_path / "whole")
    assert told(made) == told(undisturbed)
    assert facts(tmp_path / "whole") == facts(tmp_path / "out")
    assert verify(tmp_path / "whole").sealed
    assert not verify(tmp_path / "whole").damage


async def test_merged_run_says_what_it_was_made_of(options, write_samples, tmp_path):
    parts = await graded(options, write_samples(pairs()), tmp_path, 3)
    merge(parts[::-1], tmp_path / "whole")
    stored = manifest.read(tmp_path / "whole")
    assert stored.shard is None
    assert [part.run_id for part in stored.shards] == [manifest.read(each).run_id for each in parts]
    assert [part.head for part in stored.shards] == [verify(each).head for each in parts]
    assert sum(part.results for part in stored.shards) == 60


async def test_resuming_a_merged_run_has_nothing_left_to_do(options, write_samples, tmp_path):
    samples = write_samples(pairs())
    merge(await graded(options, samples, tmp_path, 3), tmp_path / "whole")
    lines = (tmp_path / "whole" / journal.NAME).read_bytes()
    made = await evaluate(options(samples, out=tmp_path / "whole", resume=True))
    assert made.complete
    assert (tmp_path / "whole" / journal.NAME).read_bytes() == lines


async def test_unfinished_parts_make_a_run_that_a_resume_completes(
    options, write_samples, tmp_path
):
    samples = write_samples(pairs())
    undisturbed = await evaluate(options(samples, workers=1))
    first, second, _ = await graded(options, samples, tmp_path, 3)
    cut_short(second)
    with pytest.raises(UsageError, match=r"part-2 is not finished: resume shard 2/3"):
        merge([first, second], tmp_path / "whole")
    assert not merge([first, second], tmp_path / "whole", unfinished=True).complete
    done = await evaluate(options(samples, out=tmp_path / "whole", resume=True, workers=1))
    assert done.counts == undisturbed.counts
    assert done.samples == undisturbed.samples


async def test_part_that_was_cut_short_is_resumed_like_any_run(options, write_samples, tmp_path):
    samples = write_samples(pairs())
    parts = await graded(options, samples, tmp_path, 3)
    before = facts(parts[1])
    cut_short(parts[1])
    shard = ShardRef(number=2, count=3)
    await evaluate(options(samples, out=parts[1], shard=shard, resume=True, workers=1))
    assert facts(parts[1]).keys() == before.keys()
    assert merge(parts, tmp_path / "whole").samples == 60


async def test_merge_names_parts_that_are_missing(options, write_samples, tmp_path):
    parts = await graded(options, write_samples(pairs()), tmp_path, 16)
    with pytest.raises(UsageError, match=r"3 of 16 shards are missing: 4, 9, 16"):
        merge([each for each in parts if each.name[5:] not in {"4", "9", "16"}], tmp_path / "whole")
    assert not (tmp_path / "whole").exists()


async def test_merge_names_a_part_that_is_there_twice(options, write_samples, tmp_path):
    parts = await graded(options, write_samples(pairs()), tmp_path, 2)
    shutil.copytree(parts[1], tmp_path / "again")
    with pytest.raises(UsageError, match=r"both shard 2/2"):
        merge([*parts, tmp_path / "again"], tmp_path / "whole")


async def test_merge_refuses_parts_that_overlap(options, write_samples, tmp_path):
    parts = await graded(options, write_samples(pairs()), tmp_path, 2)
    stored = manifest.read(parts[1])
    shutil.rmtree(parts[1])
    shutil.copytree(parts[0], parts[1])
    relabelled(parts[1], stored.model_copy(update={"run_id": "other"}))
    with pytest.raises(UsageError, match=r"both hold sample \d+ of add/\d"):
        merge(parts, tmp_path / "whole")


@pytest.mark.parametrize(
    ("changes", "why"),
    [({"timeout_s": 9.0}, "timeout_s"), ({"extract": "none"}, "extract"), ({"limit": 2}, "limit")],
)
async def test_merge_refuses_parts_of_different_evaluations(
    options, write_samples, tmp_path, changes, why
):
    samples = write_samples([("add/0", body(number)) for number in range(12)])
    runs = [tmp_path / "one", tmp_path / "two"]
    for number, extra in ((1, {}), (2, changes)):
        shard = ShardRef(number=number, count=2)
        await evaluate(options(samples, out=runs[number - 1], shard=shard, **extra))
    with pytest.raises(UsageError, match=rf"different evaluations: .*{why}"):
        merge(runs, tmp_path / "whole")


async def test_merge_refuses_parts_of_another_number_of_parts(options, write_samples, tmp_path):
    samples = write_samples(pairs())
    for number, count in ((1, 2), (2, 3)):
        shard = ShardRef(number=number, count=count)
        await evaluate(options(samples, out=tmp_path / str(number), shard=shard))
    with pytest.raises(UsageError, match=r"one of 2 -> one of 3"):
        merge([tmp_path / "1", tmp_path / "2"], tmp_path / "whole")


async def test_merge_refuses_a_run_that_is_no_part(options, write_samples, tmp_path):
    await evaluate(options(write_samples(pairs())))
    with pytest.raises(UsageError, match="graded without --shard"):
        merge([tmp_path / "out"], tmp_path / "whole")


async def test_merge_refuses_a_part_of_which_a_byte_was_changed(options, write_samples, tmp_path):
    parts = await graded(options, write_samples(pairs()), tmp_path, 2)
    path = parts[1] / journal.NAME
    path.write_bytes(path.read_bytes().replace(b'"verdict":"failed"', b'"verdict":"passed"', 1))
    with pytest.raises(UsageError, match=r"part-2 is damaged: results.jsonl:\d+"):
        merge(parts, tmp_path / "whole")


async def test_merge_that_was_killed_is_done_again_by_the_same_command(
    options, write_samples, tmp_path
):
    parts = await graded(options, write_samples(pairs()), tmp_path, 2)
    merge(parts, tmp_path / "whole")
    cut_short(tmp_path / "whole")
    assert merge(parts, tmp_path / "whole").samples == 60
    assert not verify(tmp_path / "whole").damage
    with pytest.raises(UsageError, match="already holds a run"):
        merge(parts, tmp_path / "whole")


async def test_part_says_in_its_report_that_it_is_one(options, write_samples, tmp_path):
    shard = ShardRef(number=2, count=3)
    made = await evaluate(options(write_samples(pairs()), shard=shard))
    assert made.notes[0].startswith("a part: only shard 2/3")
    assert made.resolved is None or made.resolved.value is None


async def test_part_without_a_sample_is_a_finished_run(options, write_samples, tmp_path):
    parts = await graded(options, write_samples([("add/0", body(1))]), tmp_path, 3)
    assert sorted(len(facts(each)) for each in parts) == [0, 0, 1]
    assert merge(parts, tmp_path / "whole").samples == 1


@pytest.mark.parametrize("changes", [{"repeats": 2}, {"samples": "-"}])
async def test_shards_refuse_what_rests_on_all_samples(options, write_samples, changes):
    samples = changes.pop("samples", None) or write_samples(pairs())
    with pytest.raises(UsageError, match="--shard"):
        await evaluate(options(samples, shard=ShardRef(number=1, count=2), **changes))


def test_shards_keep_an_image_and_equal_samples_together():
    def job(task: str, text: str, image: str = HOST) -> Job:
        made = Task(id=task, benchmark="b", spec={}, kind="function", image=Image(name=image))
        return Job(task=made, sample=Sample(task_id=task, index=0, body=text))

    def part(each: Job) -> int:
        found = [
            n for n in range(1, 17) if ShardRef(number=n, count=16).holds(each.task, each.sample)
        ]
        assert len(found) == 1
        return found[0]

    assert len({part(job("a", str(number), "an/image")) for number in range(50)}) == 1
    assert part(job("a", "x")) == part(job("a", "x"))
    assert len({part(job("a", str(number))) for number in range(500)}) == 16


def cut_short(run: Path) -> None:
    """Leave of a run what a kill in its middle leaves."""
    (run / "report.json").unlink()
    (run / seal.NAME).unlink()
    lines = (run / journal.NAME).read_bytes().splitlines(keepends=True)
    (run / journal.NAME).write_bytes(b"".join(lines[: len(lines) // 2]) + lines[-1][:40])


def relabelled(run: Path, stored: object) -> None:
    """Make a finished run say that it is another one, with chain and seal in order."""
    found = list(journal.current(run / journal.NAME))
    report = json.loads((run / "report.json").read_text())
    shutil.rmtree(run)
    run.mkdir()
    manifest.write(run, stored)
    with journal.Journal(run) as book:
        for each in found:
            book.append(each)
    (run / "report.json").write_text(json.dumps(report))
    seal.write(run)
