"""human-eval's results file, line for line."""

import gzip
import json

import pytest

from grader.core.execution import (
    CompletionRecord,
    CompletionWord,
    Execution,
    Isolation,
    StepEnd,
    StepResult,
)
from grader.core.result import Result, Verdict
from grader.errors import UsageError
from grader.reports import human_eval


def ran(**completion):
    step = StepResult(name="tests", ended=StepEnd.EXIT, completion=CompletionRecord(**completion))
    return Execution(provider="local", isolation=Isolation(tier="userns"), steps=(step,))


def result(index=0, verdict=Verdict.PASSED, task_id="T/0", **fields):
    return Result(task_id=task_id, index=index, verdict=verdict, **fields)


def exported(tmp_path, rows, results):
    samples = tmp_path / "samples.jsonl"
    samples.write_text("".join(json.dumps(row) + "\n" for row in rows))
    out = human_eval.default_path(samples)
    written = human_eval.write(samples, results, out)
    return written, [json.loads(line) for line in out.read_text().splitlines()]


def row(task_id="T/0", **extra):
    return {"task_id": task_id, "completion": "    pass\n"} | extra


def test_default_path_is_where_human_eval_writes(tmp_path):
    assert human_eval.default_path(tmp_path / "s.jsonl") == tmp_path / "s.jsonl_results.jsonl"


def test_write_keeps_the_order_of_samples_and_matches_by_index(tmp_path):
    rows = [row("T/1"), row("T/0", n=1), row("T/1", n=2)]
    results = [
        result(1, Verdict.TIMEOUT, "T/1"),
        result(0, task_id="T/0"),
        result(0, Verdict.PASSED, "T/1"),
    ]
    written, lines = exported(tmp_path, rows, results)
    assert [(line["task_id"], line["result"]) for line in lines] == [
        ("T/1", "passed"), ("T/0", "passed"), ("T/1", "timed out"),
    ]  # fmt: skip
    assert written == (3, 0)


def test_write_adds_two_fields_last_and_keeps_the_others(tmp_path):
    _, (line,) = exported(tmp_path, [{"model": "m", **row(), "t": 0.8}], [result()])
    assert list(line) == ["model", "task_id", "completion", "t", "result", "passed"]
    assert (line["model"], line["t"]) == ("m", 0.8)


@pytest.mark.parametrize(
    ("fields", "text", "passed"),
    [
        ({"verdict": Verdict.PASSED}, "passed", True),
        ({"verdict": Verdict.TIMEOUT, "reason": "used up 3 s of CPU"}, "timed out", False),
        (
            {"verdict": Verdict.FAILED, "execution": ran(said=CompletionWord.RAISED, message="")},
            "failed: ",
            False,
        ),
        (
            {
                "verdict": Verdict.ERROR,
                "execution": ran(said=CompletionWord.REFUSED, message="bad"),
            },
            "failed: bad",
            False,
        ),
        (
            {"verdict": Verdict.ERROR, "execution": ran(), "reason": "left early"},
            "failed: left early",
            False,
        ),
        (
            {"verdict": Verdict.MEMORY, "reason": "more than 1 MiB"},
            "failed: more than 1 MiB",
            False,
        ),
        (
            {
                "verdict": Verdict.FAILED,
                "execution": ran(said=CompletionWord.RAISED, message="passed"),
            },
            "failed: passed",
            False,
        ),
        ({"verdict": Verdict.UNGRADED, "reason": "slot died"}, "ungraded: slot died", None),
    ],
)
def test_write_says_it_in_human_evals_words(tmp_path, fields, text, passed):
    _, (line,) = exported(tmp_path, [row()], [result(**fields)])
    assert (line["result"], line["passed"]) == (text, passed)


def test_write_gives_a_duplicate_the_text_of_its_twin(tmp_path):
    results = [
        result(1, Verdict.FAILED, same_as=0, reason="AssertionError: m (line 1)"),
        result(0, Verdict.FAILED, execution=ran(said=CompletionWord.RAISED, message="m")),
    ]
    _, lines = exported(tmp_path, [row(), row()], results)
    assert [line["result"] for line in lines] == ["failed: m", "failed: m"]


def test_write_takes_the_later_of_two_results(tmp_path):
    _, (line,) = exported(tmp_path, [row()], [result(verdict=Verdict.UNGRADED), result()])
    assert line["passed"] is True


def test_write_leaves_out_and_counts_samples_without_a_result(tmp_path):
    written, lines = exported(tmp_path, [row(), row("T/9"), row()], [result(1)])
    assert written == (1, 2)
    assert len(lines) == 1


def test_write_reads_gzip_and_passes_over_blank_lines(tmp_path):
    samples = tmp_path / "samples.jsonl.gz"
    with gzip.open(samples, "wt", encoding="utf-8") as file:
        file.write(json.dumps(row()) + "\n\n  \n" + json.dumps(row()))
    out = tmp_path / "out.jsonl"
    assert human_eval.write(samples, [result(), result(1)], out) == (2, 0)
    assert len(out.read_text().splitlines()) == 2


def test_write_carries_a_lone_surrogate_through(tmp_path):
    _, (line,) = exported(tmp_path, [row(completion="\ud800")], [result(verdict=Verdict.ERROR)])
    assert line["completion"] == "\ud800"


@pytest.mark.parametrize("content", [b'{"task_id": "T/0"\n', b"[1]\n", b"\xff\xfe\n"])
def test_write_names_file_and_line_of_what_is_malformed(tmp_path, content):
    samples = tmp_path / "samples.jsonl"
    samples.write_bytes(json.dumps(row()).encode() + b"\n" + content)
    with pytest.raises(UsageError, match=r"samples\.jsonl:2: not"):
        human_eval.write(samples, [result()], tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["missing.jsonl", "cut.jsonl.gz", "plain.jsonl.gz"])
def test_write_names_a_samples_file_that_cannot_be_read(tmp_path, name):
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(b"x" * 1000)[:20])
    (tmp_path / "plain.jsonl.gz").write_bytes(b"{}\n")
    with pytest.raises(UsageError, match=f"cannot read samples from .*{name}"):
        human_eval.write(tmp_path / name, [], tmp_path / "out")


def test_write_agrees_with_official_results_of_real_samples(tmp_path, shared):
    source = shared / "data" / "functions" / "samples" / "he_smoke_500.jsonl.gz"
    with gzip.open(source, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    seen, results = {}, []
    for sample in rows:
        index = seen[sample["task_id"]] = seen.get(sample["task_id"], -1) + 1
        official = sample["official_result"]
        if official == "passed":
            made = {"verdict": Verdict.PASSED}
        elif official == "timed out":
            made = {"verdict": Verdict.TIMEOUT}
        else:
            message = official.removeprefix("failed: ")
            made = {
                "verdict": Verdict.ERROR,
                "execution": ran(said=CompletionWord.RAISED, message=message),
            }
        results.append(result(index, task_id=sample["task_id"], **made))
    written = human_eval.write(source, reversed(results), tmp_path / "out")
    lines = [json.loads(line) for line in (tmp_path / "out").read_text().splitlines()]
    assert written == (len(rows), 0)
    assert [line["result"] for line in lines] == [sample["official_result"] for sample in rows]
    assert [line["passed"] for line in lines] == [sample["official_passed"] for sample in rows]
