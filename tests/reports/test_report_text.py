"""The table that a person reads: what must be on it, and that it fits."""

import json
import re

import pytest

from grader.core.execution import (
    CompletionRecord,
    CompletionWord,
    Execution,
    Isolation,
    StepEnd,
    StepResult,
)
from grader.core.report import (
    DifferentSample,
    MetricEstimate,
    ReadingScore,
    Report,
    RuleDifferences,
    TaskRow,
)
from grader.core.result import Outcome, Result, TestResult, Verdict
from grader.reports import json as json_report
from grader.reports import text
from grader.reports.base import cells

PASS_AT_1 = MetricEstimate(
    name="pass@1", value=0.4512, low=0.4, high=0.51, method="clustered t", tasks=20
)
PASS_AT_100 = MetricEstimate(
    name="pass@100", value=None, why="20 of 20 tasks have fewer than 100 samples"
)


def report(**changes):
    fields = {
        "run_id": "run-1",
        "benchmark": "humaneval",
        "version": "1.0",
        "tasks_total": 164,
        "tasks_covered": 20,
        "samples": 200,
        "counts": {"passed": 90, "failed": 80, "timeout": 30},
        "metrics": (PASS_AT_1, PASS_AT_100),
        "trust": {"shared": 200},
        "isolation": Isolation(tier="userns", walls=("pid-ns", "seccomp"), missing=("cgroup",)),
        "rows": (
            TaskRow(
                task_id="T/0", counts={"passed": 9, "failed": 1}, samples=10, graded=10, passed=9
            ),
            TaskRow(task_id="T/1", counts={"failed": 10}, samples=10, graded=10, passed=0),
        ),
    }
    return Report(**(fields | changes))


def words(rendered):
    return " ".join(rendered.split())


def result(**changes):
    fields = {
        "task_id": "HumanEval/7",
        "index": 3,
        "verdict": Verdict.FAILED,
        "reason": "AssertionError: 1 != 2",
    }
    return Result(**(fields | changes))


def ran(**changes):
    step = StepResult(**({"name": "tests", "ended": StepEnd.EXIT, "code": 1} | changes))
    return Execution(provider="local", isolation=Isolation(tier="userns"), steps=(step,))


HOSTILE = "\x1b[2J\u202e\x9b\0\r" + "x" * 500


@pytest.mark.parametrize("width", [50, 80, 132])
def test_render_fits_the_width(width):
    rendered = text.render(
        report(
            benchmark="a-benchmark-with-a-very-long-name" * 3,
            ungraded={"no processor for a long while " * 9: 3},
            counts={verdict.value: 10**6 for verdict in Verdict},
            samples=10**7,
            known_broken={
                "HumanEval/" + "3" * 60: "a reason of many words " * 9,
                "語" * 60: "語" * 90,
            },
            extraction={"fence": 10},
        ),
        width=width,
        worst=5,
    )
    assert max(cells(line) for line in rendered.split("\n")) <= width


def test_render_states_the_coverage():
    assert "20 of 164 tasks (144 without a sample), 200 samples" in words(text.render(report()))


def test_render_puts_ungraded_before_all_figures():
    rendered = text.render(
        report(counts={"passed": 90, "ungraded": 110}, ungraded={"slot died": 110})
    )
    assert rendered.index("UNGRADED") < rendered.index("slot died") < rendered.index("passed  ")
    assert "110 of 200 samples got no verdict" in words(rendered)


def test_render_is_silent_about_ungraded_where_there_is_none():
    assert "UNGRADED" not in text.render(report())


def test_render_sums_up_reasons_beyond_the_first():
    reasons = {f"reason {'x' * i}": 1 for i in range(9)}
    rendered = text.render(report(counts={"passed": 191, "ungraded": 9}, ungraded=reasons))
    assert re.search(r"^ +4 +for other reasons$", rendered, re.MULTILINE)


def test_render_shows_each_verdict_with_count_share_and_bar():
    lines = text.render(report()).split("\n")
    (passed,) = (line for line in lines if line.startswith("passed"))
    (timeout,) = (line for line in lines if line.startswith("timeout"))
    assert passed.split()[1:4] == ["90", "45.00", "%"]
    assert passed.count("█") > timeout.count("█") > 0
    assert not any(line.startswith("error") for line in lines)


def test_render_shows_pass_at_k_with_its_interval():
    rendered = words(text.render(report()))
    assert "pass@1 45.12 % 95 % CI 40.00 % to 51.00 % (clustered t, 20 tasks)" in rendered


def test_render_shows_why_a_figure_is_undefined():
    rendered = words(text.render(report()))
    assert "pass@100 undefined 20 of 20 tasks have fewer than 100 samples" in rendered


def test_render_shows_why_there_is_no_interval():
    alone = MetricEstimate(name="pass@1", value=0.5, why="one task has no spread", tasks=1)
    assert "no interval: one task has no spread" in text.render(report(metrics=(alone,)))


def test_render_shows_readings():
    reading = ReadingScore(name="plus", metrics=(PASS_AT_1,), passed=70, graded=200)
    assert "plus (70 of 200 graded samples pass)" in text.render(report(readings=(reading,)))


def test_render_names_tier_walls_and_gaps():
    rendered = words(text.render(report()))
    assert "isolation userns: pid-ns, seccomp" in rendered
    assert "not in force cgroup" in rendered


def test_render_names_known_broken_tasks():
    rendered = words(text.render(report(known_broken={"HumanEval/32": "the oracle is wrong"})))
    assert "HumanEval/32 the oracle is wrong" in rendered


def test_render_counts_duplicates_and_uncompiled():
    rendered = words(text.render(report(duplicates=40, uncompiled=1)))
    assert "duplicates 40 samples" in rendered
    assert "uncompiled 1 sample never run" in rendered


def test_render_says_when_the_run_is_incomplete():
    assert "INCOMPLETE" in text.render(report(complete=False))
    assert "INCOMPLETE" not in text.render(report())


def test_render_lists_the_weakest_tasks_first():
    rendered = text.render(report(), worst=2)
    assert rendered.index("T/1") < rendered.index("T/0")


def test_render_of_an_empty_report_says_so():
    empty = report(
        tasks_covered=0, samples=0, counts={}, rows=(), trust={}, isolation=None,
        metrics=(MetricEstimate(name="pass@1", value=None, why="no samples"),),
    )  # fmt: skip
    assert "pass@1 undefined no samples" in words(text.render(empty))


def test_render_adds_colour_only_and_only_on_request():
    plain, colored = text.render(report()), text.render(report(), color=True)
    assert "\x1b" not in plain
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain


def test_render_cleans_every_text():
    hostile = text.render(
        report(
            run_id=HOSTILE, benchmark=HOSTILE, version=HOSTILE, counts={"ungraded": 200},
            ungraded={HOSTILE: 200}, known_broken={HOSTILE: HOSTILE}, extraction={HOSTILE: 1},
            isolation=Isolation(tier=HOSTILE, walls=(HOSTILE,), missing=(HOSTILE,)),
            trust={HOSTILE: 1}, metrics=(MetricEstimate(name=HOSTILE, value=None, why=HOSTILE),),
            readings=(ReadingScore(name=HOSTILE, metrics=(), passed=0, graded=0),),
            rows=(TaskRow(task_id=HOSTILE, counts={HOSTILE: 1}, samples=1, graded=1, passed=0),),
        ),
        worst=1,
    )  # fmt: skip
    assert all(line.isprintable() for line in hostile.split("\n"))


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0, "0.00 %"),
        (1, "100.00 %"),
        (1e-9, "<0.01 %"),
        (1 - 1e-9, ">99.99 %"),
        (0.22104, "22.10 %"),
    ],
)
def test_percent_keeps_none_and_all_for_what_is_exact(share, shown):
    assert text.percent(share) == shown


def test_bar_shows_even_one_of_a_million():
    assert text.bar(1e-6, 40) == "▏"
    assert text.bar(0, 40) == ""
    assert text.bar(1, 40) == "█" * 40


def test_render_result_names_sample_verdict_and_reason():
    rendered = words(text.render_result(result()))
    assert "HumanEval/7 sample 3 failed" in rendered
    assert "reason AssertionError: 1 != 2" in rendered


def test_render_result_shows_failing_tests_and_hides_passing_ones():
    tests = (
        TestResult(name="test_ok", outcome=Outcome.PASSED),
        TestResult(name="test_bad", outcome=Outcome.FAILED, message="1 != 2"),
    )
    rendered = text.render_result(result(tests=tests))
    assert "1 of 2 did not pass" in rendered
    assert re.search(r"failed +test_bad +1 != 2", rendered)
    assert "test_ok" not in rendered
    assert "test_ok" in text.render_result(result(tests=tests), full=True)


def test_render_result_shows_head_and_tail_of_the_output():
    stdout = "".join(f"line {number}\n" for number in range(1000)).encode()
    rendered = text.render_result(result(execution=ran(stdout=stdout)))
    assert "| line 0\n" in rendered
    assert "| line 999\n" in rendered
    assert "| line 500\n" not in rendered
    assert "… 976 more lines" in rendered


def test_render_result_shows_all_of_the_output_on_request():
    stdout = "".join(f"line {number}\n" for number in range(1000)).encode() + b"y" * 300
    rendered = text.render_result(result(execution=ran(stdout=stdout)), full=True)
    assert all(f"| line {number}\n" in rendered for number in range(1000))
    assert "y" * 300 in rendered


def test_render_result_says_that_an_output_was_cut_by_the_sandbox():
    rendered = text.render_result(result(execution=ran(stdout=b"x", truncated=("stdout",))))
    assert "stdout (head and tail only):" in rendered


def test_render_result_gives_evidence_and_use():
    rendered = text.render_result(
        result(
            execution=ran(
                ended=StepEnd.TIMEOUT, code=0, evidence="cpu limit", wall_s=3.5, cpu_s=3, peak_mb=12
            )
        )
    )
    assert "step tests: timeout (cpu limit)" in rendered
    assert "3.50 s, 3.00 CPU s, 12.0 MiB" in rendered


def test_render_result_shows_the_traceback():
    completion = CompletionRecord(
        said=CompletionWord.RAISED, exception="KeyError", traceback="Traceback:\n  line 3\n"
    )
    assert "|   line 3\n" in text.render_result(result(execution=ran(completion=completion)))


def test_render_result_names_the_identical_sample():
    assert "sample 0, whose text is identical" in text.render_result(result(same_as=0))


def test_render_result_cleans_every_text():
    completion = CompletionRecord(said=CompletionWord.RAISED, exception=HOSTILE, message=HOSTILE)
    execution = ran(
        completion=completion, evidence=HOSTILE, name=HOSTILE,
        stdout=bytes(range(256)), stderr=HOSTILE.encode(),
    )  # fmt: skip
    hostile = result(
        task_id=HOSTILE, reason=HOSTILE, extraction=HOSTILE, known_broken=HOSTILE, attempts=2,
        tests=(TestResult(name=HOSTILE, outcome=Outcome.FAILED, message=HOSTILE),),
        readings={"base": HOSTILE}, execution=execution,
    )  # fmt: skip
    for full in (False, True):
        rendered = text.render_result(hostile, full=full)
        assert all(line.isprintable() for line in rendered.split("\n"))


def test_json_carries_every_field_of_the_same_report():
    made = report(readings=(ReadingScore(name="plus", metrics=(PASS_AT_1,), passed=1, graded=2),))
    assert Report.model_validate_json(json_report.render(made)) == made


def test_json_says_null_where_a_figure_is_undefined():
    metrics = json.loads(json_report.render(report()))["metrics"]
    assert metrics[1]["value"] is None
    assert metrics[1]["why"]


def test_json_is_harmless_on_a_terminal():
    rendered = json_report.render(report(ungraded={HOSTILE: 1}))
    assert rendered.isascii()
    assert "\x1b" not in rendered
    assert json.loads(rendered)["ungraded"] == {HOSTILE: 1}


def test_samples_that_pass_by_one_rule_only_are_named_and_bounded():
    samples = tuple(
        DifferentSample(task_id="HumanEval/32", index=at, strict="failed", compat="passed")
        for at in range(12)
    )
    differences = RuleDifferences(reading="compat-base", compared=984, differ=1500, samples=samples)
    rendered = text.render(report(differences=(differences,)), width=80)
    assert "compat-base   differs from the strict verdict on 1,500 of 984 samples" in rendered
    assert "HumanEval/32 9  failed, compat-base: passed" in rendered
    assert "HumanEval/32 10" not in rendered
    assert "… 1,490 more; --json names them" in words(rendered)
    assert max(cells(line) for line in rendered.split("\n")) <= 80


def test_readings_that_agree_are_said_to_agree():
    differences = RuleDifferences(reading="compat-plus", compared=984, differ=0)
    rendered = text.render(report(differences=(differences,)))
    assert "compat-plus   differs from the strict verdict on 0 of 984 samples" in rendered
