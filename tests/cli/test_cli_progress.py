"""Plain progress lines: not too many, and the right figures."""

from grader.cli.progress import ProgressStyle, RunProgress
from grader.core.result import Result, Verdict

PASSED = Result(task_id="a", index=0, verdict=Verdict.PASSED)
FAILED = Result(task_id="a", index=1, verdict=Verdict.FAILED)


class Clock:
    """Seconds that pass when told."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_line_has_share_rate_time_left_and_verdicts():
    clock = Clock()
    progress = RunProgress(ProgressStyle.LINES, clock=clock)
    progress.begin("grading", 400)
    for _ in range(60):
        progress.result(PASSED)
    for _ in range(40):
        progress.result(FAILED)
    line = progress.line(clock.now + 8)
    assert line == "100 of 400 (25 %), 12.5/s, 24 s left: passed 60, failed 40"


def test_line_without_a_total_claims_no_share():
    progress = RunProgress(ProgressStyle.LINES, clock=Clock())
    progress.begin("grading", None)
    progress.result(PASSED)
    assert progress.line(102.0) == "1, 0.5/s: passed 1"


def test_lines_come_at_most_every_ten_seconds(capsys):
    clock = Clock()
    progress = RunProgress(ProgressStyle.LINES, clock=clock)
    progress.begin("grading", 100)
    for _ in range(42):
        clock.now += 0.5
        progress.result(PASSED)
    assert [line.split(" ")[0] for line in capsys.readouterr().err.splitlines()] == [
        "grading", "20", "40",
    ]  # fmt: skip


def test_note_is_one_harmless_line(capsys):
    RunProgress(ProgressStyle.QUIET).note("\x1b[2Jx\ny")
    assert capsys.readouterr().err == "note: \\x1b[2Jx\\ny\n"


def test_quiet_says_nothing_of_results(capsys):
    progress = RunProgress(ProgressStyle.QUIET)
    progress.begin("grading", 1)
    progress.result(PASSED)
    assert capsys.readouterr().err == ""
    assert progress.done == 1
