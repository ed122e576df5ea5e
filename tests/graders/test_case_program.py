"""The program that holds a task's cases, where everything runs in one process."""

import signal
import time

from grader.graders import _case_program
from grader.graders._case_program import CaseComparison

SAID = {
    "entry_point": "f", "atol": 0, "reference": "def f(x): return x", "rule": "equal",
    "compat": False, "shapes": {}, "rules": "",
}  # fmt: skip


def burned(cpu_s):
    end = time.process_time() + cpu_s
    while time.process_time() < end:
        pass


def test_comparing_is_not_the_candidates_time(monkeypatch):
    """Large answers take long to compare: that is ours, and no case's limit ends it."""
    rung = []
    before = signal.signal(signal.SIGPROF, lambda *_: rung.append(1))
    monkeypatch.setattr(_case_program, "CASE_CPU_S", 0.05)
    monkeypatch.setattr(CaseComparison, "_agrees", lambda *_: burned(0.3) or True)
    try:
        CaseComparison(SAID).check(1, [1], lambda x: x)
        assert rung == []
        CaseComparison(SAID).check(1, [1], lambda x: burned(0.3) or x)
        assert rung == [1]
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
