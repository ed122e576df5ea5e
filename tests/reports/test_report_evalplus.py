"""EvalPlus's results file: fields, statuses, and its own two tables."""

import json

import pytest

from grader.core.result import Outcome, Result, TestResult, Verdict
from grader.core.sample import Sample
from grader.errors import UsageError
from grader.reports import evalplus

HEADER = evalplus.EvalplusHeader(created_at=1_732_000_000, dataset_hash="fe58")
FIELDS = ["task_id", "solution", "base_status", "plus_status", "base_fail_tests", "plus_fail_tests"]


def sample(index=0, task_id="H/0", *, body="    return 1\n", whole=False):
    return Sample(task_id=task_id, index=index, body=body, whole=whole)


def result(index=0, task_id="H/0", *, base="passed", plus="passed", **fields):
    readings = {name: value for name, value in (("base", base), ("plus", plus)) if value}
    passed = all(value == "passed" for value in readings.values())
    verdict = fields.pop("verdict", Verdict.PASSED if passed else Verdict.FAILED)
    return Result(task_id=task_id, index=index, verdict=verdict, readings=readings, **fields)


def exported(tmp_path, samples, results, **options):
    out = tmp_path / "out.json"
    prompts = {"H/0": "def f():\n"}
    written = evalplus.write(samples, results, out, prompts=prompts, header=HEADER, **options)
    return written, json.loads(out.read_text())


def test_default_path_is_where_evalplus_writes(tmp_path):
    assert evalplus.default_path(tmp_path / "s.jsonl").name == "s_eval_results.json"
    assert evalplus.default_path(tmp_path / "s.jsonl.gz").name == "s_eval_results.json"
    assert evalplus.default_path(tmp_path) == tmp_path / "eval_results.json"


def test_write_has_evalplus_fields_in_order(tmp_path):
    _, content = exported(tmp_path, [sample()], [result()])
    assert list(content) == ["date", "hash", "eval", "pass_at_k"]
    assert list(content["eval"]["H/0"][0]) == FIELDS
    assert (content["date"], content["hash"]) == ("2024-11-19 07:06", "fe58")


def test_write_gives_the_whole_program_as_solution(tmp_path):
    samples = [sample(), sample(1, body="def f(): pass", whole=True)]
    _, content = exported(tmp_path, samples, [result(), result(1)])
    solutions = [entry["solution"] for entry in content["eval"]["H/0"]]
    assert solutions == ["def f():\n    return 1\n", "def f(): pass"]


@pytest.mark.parametrize(
    ("verdict", "status"),
    [
        ("passed", "pass"),
        ("failed", "fail"),
        ("timeout", "timeout"),
        ("memory", "fail"),
        ("ungraded", None),
    ],
)
def test_write_says_it_in_evalplus_words(tmp_path, verdict, status):
    _, content = exported(tmp_path, [sample()], [result(base=verdict, plus=verdict)])
    entry = content["eval"]["H/0"][0]
    assert (entry["base_status"], entry["plus_status"]) == (status, status)


def test_write_takes_the_verdict_where_there_are_no_readings(tmp_path):
    _, content = exported(tmp_path, [sample()], [result(base="", plus="", verdict=Verdict.TIMEOUT)])
    entry = content["eval"]["H/0"][0]
    assert (entry["base_status"], entry["plus_status"]) == ("timeout", None)
    assert content["pass_at_k"] == {"base": {"pass@1": 0.0}}


def test_write_orders_samples_by_index_whatever_the_results_order(tmp_path):
    results = [result(2), result(0, base="failed"), result(1, plus="failed")]
    _, content = exported(tmp_path, [sample(i) for i in (1, 0, 2)], results)
    statuses = [(e["base_status"], e["plus_status"]) for e in content["eval"]["H/0"]]
    assert statuses == [("fail", "pass"), ("pass", "fail"), ("pass", "pass")]


def test_pass_at_k_of_plus_needs_both(tmp_path):
    results = [result(0, base="failed"), result(1, plus="failed"), result(2), result(3)]
    _, content = exported(tmp_path, [sample(i) for i in range(4)], results)
    assert content["pass_at_k"] == {"base": {"pass@1": 0.75}, "plus": {"pass@1": 0.5}}


def test_pass_at_k_counts_a_failed_base_even_where_plus_never_ran(tmp_path):
    results = [result(0, base="failed", plus=""), result(1)]
    _, content = exported(tmp_path, [sample(0), sample(1)], results)
    assert content["pass_at_k"]["plus"] == {"pass@1": 0.5}


def test_pass_at_k_leaves_ungraded_out_and_drops_what_is_undefined(tmp_path):
    results = [result(0), result(1, base="ungraded", plus="ungraded")]
    _, content = exported(tmp_path, [sample(0), sample(1)], results, ks=(1, 2))
    assert content["pass_at_k"]["base"] == {"pass@1": 1.0}


def test_write_lists_failed_tests_under_their_reading(tmp_path):
    tests = (
        TestResult(name="base[0]", outcome=Outcome.PASSED),
        TestResult(name="base[1]", outcome=Outcome.FAILED),
        TestResult(name="plus[7]", outcome=Outcome.ERROR),
    )
    _, content = exported(tmp_path, [sample()], [result(base="failed", plus="failed", tests=tests)])
    entry = content["eval"]["H/0"][0]
    assert (entry["base_fail_tests"], entry["plus_fail_tests"]) == (["base[1]"], ["plus[7]"])


def test_write_leaves_out_and_counts_samples_without_a_result(tmp_path):
    written, content = exported(tmp_path, [sample(0), sample(1)], [result(1)])
    assert written == (1, 1)
    assert len(content["eval"]["H/0"]) == 1


def test_write_names_a_path_that_cannot_be_written(tmp_path):
    with pytest.raises(UsageError, match="cannot write"):
        evalplus.write([], [], tmp_path / "no" / "out.json", prompts={}, header=HEADER)
