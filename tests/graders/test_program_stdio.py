"""Programs in the real sandbox: every honest way to read and write passes, no attack does."""

import json

import anyio
import pytest
from stdin_idioms import IDIOMS

from grader import plugins
from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.result import Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.engine.attempt import attempt
from grader.graders.program import OutputRule, Spec
from grader.sandboxes.base import ProviderSettings

CASES = (("3\n1 2 4\n", "7\n4\n"), ("1\n-5\n", "-5\n-5\n"), ("4\n10 20 30 -40\n", "20\n30\n"))


def task(cases, rule=OutputRule.LINES, *, tolerance: float = 0.0) -> Task:
    listed = [
        {"name": str(number), "stdin": given, "stdout": wanted}
        for number, (given, wanted) in enumerate(cases)
    ]
    spec = {"cases": listed, "rule": rule, "float_tolerance": tolerance}
    Spec.model_validate(spec)
    return Task(id="t", benchmark="folder", kind="program", limits=Limits(cpu_s=5), spec=spec)


def verdicts(jobs: list[tuple[Task, str]]) -> list[Verdict]:
    """Verdicts of programs, one after the other in one slot."""

    async def run() -> list[Verdict]:
        settings = ProviderSettings(run_id="test-stdio")
        async with plugins.load("sandboxes", "local").open_provider(settings) as provider:
            found = []
            for each, body in jobs:
                sample = Sample(task_id="t", index=0, body=body, whole=True)
                found.append((await attempt(Job(task=each, sample=sample), provider)).verdict)
            return found

    return anyio.run(run)


def test_every_honest_way_to_read_and_write_passes() -> None:
    asked = task(CASES)
    found = verdicts([(asked, body) for body in IDIOMS.values()])
    wrong = dict(zip(IDIOMS, found, strict=True))
    assert {name: verdict for name, verdict in wrong.items() if verdict != Verdict.PASSED} == {}
    assert len(IDIOMS) >= 34


@pytest.mark.parametrize("rule", [OutputRule.NUMBERS, OutputRule.CODECONTESTS, OutputRule.FLOATS])
def test_every_rule_refuses_what_is_wrong(rule: OutputRule) -> None:
    asked = task(CASES, rule)
    bodies = ("print(7); print(4)", "pass", "print(4); print(7)", IDIOMS["input"][:-14])
    assert verdicts([(asked, body) for body in bodies]) == [Verdict.FAILED] * 4
    assert verdicts([(asked, IDIOMS["input"])]) == [Verdict.PASSED]


def test_no_attack_on_programs_passes_and_every_honest_one_does(shared) -> None:
    path = shared / "data/exploits/dev_stdio.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    jobs = []
    for row in rows:
        rule, _, tolerance = row["checker"].partition(":")
        cases = [(test["input"], test["output"]) for test in row["tests"]]
        kind = OutputRule.TOKENS if rule == "float" else OutputRule(rule)
        jobs.append((task(cases, kind, tolerance=float(tolerance or 0)), row["program"]))
    found = verdicts(jobs)
    passed = {row["id"] for row, verdict in zip(rows, found, strict=True) if verdict == "passed"}
    assert passed == {row["id"] for row in rows if row["expected_verdict"] == "passed"}
