"""`--executor processes`: the verdicts of one process, and no finished result lost."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

import grader
from grader.errors import UsageError
from grader.record import journal
from grader.run.options import SilentObserver

BODY = "    return a + b  # {}\n# null: {}\n"


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    task = tmp_path / "bench" / "add"
    (task / "tests").mkdir(parents=True)
    (task / "task.toml").write_text('[task]\nid = "add"\nkind = "function"\nentry_point = "add"\n')
    (task / "instruction.md").write_text("Add.\n")
    (task / "prompt.py").write_text('def add(a, b):\n    """Add."""\n')
    (task / "tests" / "test.py").write_text("assert add(1, 2) == 3\n")
    return tmp_path / "bench"


def samples(path: Path, count: int, *, distinct: int | None = None) -> Path:
    words = ("done", "failed", "error", "timeout")
    rows = (
        {
            "task_id": "add",
            "completion": BODY.format(number % (distinct or count), words[number % 4]),
        }
        for number in range(count)
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def graded(bench: Path, file: Path, out: Path, **more: object) -> grader.Report:
    choices = {"sandbox": "null", "allow_weak": True, "workers": 2, **more}
    return grader.evaluate("folder", file, data=bench, out=out, **choices)


def lines(run: Path) -> dict[int, tuple[str, str]]:
    found = [
        (each.index, each.verdict.value, each.reason) for each in journal.read(run / journal.NAME)
    ]
    assert len(found) == len({index for index, _, _ in found})
    return {index: (verdict, reason) for index, verdict, reason in found}


def test_processes_give_the_verdicts_of_one(bench, tmp_path):
    file = samples(tmp_path / "s.jsonl", 600)
    runs = [tmp_path / "one", tmp_path / "many"]
    reports = [
        graded(bench, file, run, executor=executor)
        for run, executor in zip(runs, ("local", "processes"), strict=True)
    ]
    assert lines(runs[0]) == lines(runs[1])
    assert reports[0].counts == reports[1].counts


def test_twins_run_once_in_whatever_process(bench, tmp_path):
    file = samples(tmp_path / "s.jsonl", 600, distinct=60)
    graded(bench, file, tmp_path / "run", executor="processes")
    ran = [each for each in journal.read(tmp_path / "run" / journal.NAME) if each.same_as is None]
    assert len(ran) == 60


def test_processes_grade_with_real_sandboxes(tmp_path):
    file = tmp_path / "s.jsonl"
    rows = [{"task_id": "bill-split", "solution": text} for text in ("print(1)", "x = (", "1 / 0")]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows * 2))
    reports = [
        grader.evaluate("folder", file, out=tmp_path / executor, workers=2, executor=executor)
        for executor in ("local", "processes")
    ]
    assert lines(tmp_path / "local") == lines(tmp_path / "processes")
    assert reports[1].counts == reports[0].counts


def test_modules_in_the_working_directory_are_none_of_a_worker_s(bench, tmp_path, monkeypatch):
    (tmp_path / "queue.py").write_text("raise RuntimeError('not the one of the library')\n")
    monkeypatch.chdir(tmp_path)
    file = samples(tmp_path / "samples.jsonl", 4)
    report = graded(bench, file, tmp_path / "out", executor="processes")
    assert report.counts["passed"] == 1


def test_trouble_of_a_worker_is_raised_here(bench, tmp_path):
    file = samples(tmp_path / "s.jsonl", 4)
    with pytest.raises(grader.InfraError, match="null sandbox runs nothing"):
        graded(bench, file, tmp_path / "run", executor="processes", allow_weak=False)


def test_processes_are_refused_where_one_chooses_by_results(bench, tmp_path):
    file = samples(tmp_path / "s.jsonl", 4)
    with pytest.raises(UsageError, match="repeated passes"):
        graded(bench, file, tmp_path / "run", executor="processes", repeats=2)


def children() -> list[int]:
    listed = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    named = {int(pid): Path(f"/proc/{pid}/cmdline").read_bytes() for pid in listed}
    return [pid for pid, name in named.items() if b"grader.executors._worker" in name]


@pytest.mark.parametrize("after", [3, 150])
def test_killed_worker_loses_nothing(bench, tmp_path, after):
    class Killing(SilentObserver):
        seen = 0

        def result(self, result: grader.Result) -> None:
            self.seen += 1
            if self.seen == after:
                os.kill(children()[0], signal.SIGKILL)

    file = samples(tmp_path / "s.jsonl", 2000)
    report = graded(bench, file, tmp_path / "run", executor="processes", observe=Killing())
    assert len(lines(tmp_path / "run")) == 2000
    assert Counter(report.counts) == Counter(
        {"passed": 500, "failed": 500, "error": 500, "timeout": 500}
    )
    assert children() == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_ended_parent_leaves_no_worker_and_is_resumed(bench, tmp_path, number):
    file, run = samples(tmp_path / "s.jsonl", 20_000), tmp_path / "run"
    words = ["evaluate", "folder", str(file), "--data", str(bench), "--out", str(run), "--quiet"]
    words += ["--sandbox", "null", "--allow-weak", "--workers", "2", "--executor", "processes"]
    parent = subprocess.Popen([sys.executable, "-m", "grader", *words], stderr=subprocess.DEVNULL)
    ends = time.monotonic() + 40
    while not (run / journal.NAME).exists() or not (run / journal.NAME).stat().st_size:
        assert time.monotonic() < ends
        assert parent.poll() is None
    workers = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
    parent.send_signal(number)
    parent.wait(30)
    while any(b"_worker" in name for name in map(command_of, workers)):
        assert time.monotonic() < ends
    before = sum(1 for _ in journal.scan(run / journal.NAME))
    assert 0 < before < 20_000
    done = subprocess.run(
        [sys.executable, "-m", "grader", *words, "--resume"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(lines(run)) == 20_000


def command_of(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_worker_killed_as_it_begins_is_replaced_too(bench, tmp_path):
    """One is killed in its work, and the one in its place before it has said anything."""

    class Killing(SilentObserver):
        seen = 0
        first: tuple[int, ...] = ()
        killed = 0

        def result(self, result: grader.Result) -> None:
            self.seen += 1
            if self.seen == 100:
                self.first = tuple(children())
                os.kill(self.first[0], signal.SIGKILL)
            elif self.seen > 100 and self.killed < 2:
                for pid in set(children()) - set(self.first):
                    os.kill(pid, signal.SIGKILL)
                    self.killed += 1
                    self.first = (*self.first, pid)

    watch = Killing()
    file = samples(tmp_path / "s.jsonl", 6000)
    graded(bench, file, tmp_path / "run", executor="processes", observe=watch)
    assert len(lines(tmp_path / "run")) == 6000
    assert watch.killed
