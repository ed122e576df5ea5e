"""Repeats: real runs whose samples flicker, and what reports make of them."""

import json
from pathlib import Path

import pytest

from grader.cli.main import main
from grader.core.result import Verdict
from grader.run import repeat
from grader.run.repeat import RepeatTiming
from grader.run.report import derive


@pytest.fixture
def samples(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [
        {"task_id": task, "solution": f"# null: {word}\n"}
        for task, word in (("seat-blocks", "done"), ("crop-grid", "failed"))
    ]
    path = tmp_path / "samples.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def evaluate(samples, *words):
    dry = ("--sandbox", "null", "--allow-weak", "--quiet", "--out", "run", "--workers", "1")
    return main(["evaluate", "folder", str(samples), *dry, *words])


def test_repeats_run_each_sample_and_each_reference(samples):
    assert evaluate(samples, "--repeat", "3") == 0
    passes = repeat.read(Path("run"))
    assert len(passes) == 2
    for timings in passes:
        assert [(t.task_id, t.index) for t in timings] == [
            ("seat-blocks", None),
            ("seat-blocks", 0),
            ("crop-grid", None),
            ("crop-grid", 0),
        ]
    assert derive(Path("run")).cost.repeats == 3


def test_repeats_change_no_verdict(samples):
    assert evaluate(samples) == 0
    before = derive(Path("run")).counts
    assert evaluate(samples, "--repeat", "2", "--resume") == 0
    assert derive(Path("run")).counts == before


def test_resume_makes_the_missing_passes_alone(samples):
    assert evaluate(samples, "--repeat", "2") == 0
    path = Path("run/repeats/2.jsonl")
    before = path.read_bytes(), path.stat().st_mtime_ns
    assert evaluate(samples, "--repeat", "3", "--resume") == 0
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert sorted(each.name for each in path.parent.iterdir()) == ["2.jsonl", "3.jsonl"]


def test_a_sample_that_flickers_is_found(samples):
    assert evaluate(samples) == 0
    timing = RepeatTiming(
        task_id="seat-blocks", index=0, verdict=Verdict.FAILED, wall_s=1.0, cpu_s=0.5
    )
    repeat.write(Path("run/repeats/2.jsonl"), [timing])
    (finding,) = derive(Path("run")).findings
    assert (finding.task_id, finding.kind) == ("seat-blocks", "flaky")
    assert "failed 1, passed 1" in finding.why
    found = derive(Path("run")).repeatability
    assert (found.samples, found.flaky, found.disagreement) == (1, 1, 1.0)


def test_ratio_is_of_medians_of_samples_that_always_passed(samples):
    assert evaluate(samples) == 0
    for number, (own, reference) in enumerate(((3.0, 1.0), (3.0, 1.5), (3.0, 1.5)), 2):
        timings = [
            RepeatTiming(task_id="seat-blocks", index=i, verdict=Verdict.PASSED, wall_s=s, cpu_s=s)
            for i, s in ((None, reference), (0, own))
        ]
        timings.append(
            RepeatTiming(task_id="crop-grid", index=0, verdict=Verdict.FAILED, wall_s=9, cpu_s=9)
        )
        repeat.write(Path(f"run/repeats/{number}.jsonl"), timings)
    found = derive(Path("run")).cost.reference_ratio
    assert found.count == 1
    assert found.median == pytest.approx(2.0, rel=0.02)
    assert derive(Path("run")).cost.efficiency == ()


def test_efficiency_is_0_for_wrong_and_1_for_as_fast_as_the_reference(samples):
    assert evaluate(samples, "-k", "1") == 0
    timings = [
        RepeatTiming(task_id=task, index=index, verdict=verdict, wall_s=2, cpu_s=cpu_s, limit_s=10)
        for task, verdict in (("seat-blocks", Verdict.PASSED), ("crop-grid", Verdict.FAILED))
        for index, cpu_s in ((None, 2.0), (0, 2.0))
    ]
    for number in range(2, 5):
        repeat.write(Path(f"run/repeats/{number}.jsonl"), timings)
    (found,) = derive(Path("run")).cost.efficiency
    assert (found.name, found.value, found.tasks) == ("eff@1", 0.5, 2)
    assert "BCa bootstrap, seed 0" in found.method


def test_a_damaged_pass_is_named(samples, capsys):
    assert evaluate(samples, "--repeat", "2") == 0
    Path("run/repeats/2.jsonl").write_text("{}\n")
    assert main(["report", "run"]) == 2
    assert "2.jsonl:1: damaged" in capsys.readouterr().err


def test_a_stream_cannot_be_repeated(samples, capsys):
    assert evaluate("-", "--repeat", "2") == 2
    assert not Path("run").exists()
    assert "give them in a file" in capsys.readouterr().err
