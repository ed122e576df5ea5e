"""A small run in memory: its manifest, its results and its report."""

from grader.core.execution import (
    CompletionRecord,
    CompletionWord,
    Execution,
    Isolation,
    StepEnd,
    StepResult,
)
from grader.core.manifest import DatasetRef, Manifest
from grader.core.result import Outcome, Result, TestResult, Verdict
from grader.reports.base import RunEvidence
from grader.stats.summary import RunTally

HOSTILE = '=cmd|"]]></failure><script>\x1b[2J\u202e\x9b\0\r\n,;\ud800@all www.x.y http://x.y'
MANIFEST = Manifest(
    run_id="run-1", engine_version="0.1.0", samples_path="", samples_sha256="ab" * 32,
    dataset=DatasetRef(benchmark="bench", version="2"), k=(1, 2), created_at=1.7e9,
)  # fmt: skip


def ran(text: str = "", *, wall_s: float = 0.25) -> Execution:
    completion = CompletionRecord(
        said=CompletionWord.RAISED, exception="ValueError", traceback=text
    )
    step = StepResult(
        name="tests", ended=StepEnd.EXIT, code=1, stdout=text.encode(errors="replace"),
        completion=completion, wall_s=wall_s, cpu_s=0.125, peak_mb=20.5,
    )  # fmt: skip
    return Execution(provider="local", isolation=Isolation(tier="userns"), steps=(step,))


def results(text: str = "1 != 2") -> list[Result]:
    bad = TestResult(name="test_bad", outcome=Outcome.FAILED, message=text)
    good = TestResult(name="test_good", outcome=Outcome.PASSED)
    return [
        Result(task_id="T/0", index=0, verdict=Verdict.PASSED, execution=ran()),
        Result(
            task_id="T/0", index=1, verdict=Verdict.FAILED, reason=text, tests=(bad, good),
            readings={"base": "passed"}, execution=ran(text, wall_s=1.5),
        ),
        Result(task_id="T/1", index=0, verdict=Verdict.TIMEOUT, reason="3 CPU s", execution=ran()),
        Result(task_id="T/1", index=1, verdict=Verdict.TIMEOUT, reason="3 CPU s", same_as=0),
        Result(task_id="T/2", index=0, verdict=Verdict.PASSED, execution=ran()),
        Result(task_id="T/2", index=1, verdict=Verdict.UNGRADED, reason="slot died"),
    ]  # fmt: skip


def report_of(found: list[Result], *, complete: bool = True, ks=(1, 2)):
    tasks = list(dict.fromkeys(result.task_id for result in found))
    tally = RunTally(task_ids=[*tasks, "T/none"], known_broken={"T/1": "its oracle is wrong"})
    for result in found:
        tally.add(result)
    return tally.report(MANIFEST, ks=ks, wall_s=12.5, complete=complete)


def evidence_of(found: list[Result], submissions: dict | None = None) -> RunEvidence:
    texts = submissions or {}
    return RunEvidence(
        MANIFEST, lambda: iter(found), lambda keys: {k: texts[k] for k in keys & set(texts)}
    )
