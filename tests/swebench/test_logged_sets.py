"""SWE-bench-Live and SWE-bench Pro: the official rules, in real containers and without."""

import csv
import io
import itertools
import json
import os

import pytest

from grader import plugins
from grader.benchmarks import swe_bench_live, swe_bench_pro
from grader.core.container import ContainerOptions
from grader.core.job import Job
from grader.core.result import Result, Trust, Verdict
from grader.core.sample import Sample
from grader.core.task import Image
from grader.engine.attempt import attempt
from grader.errors import UsageError
from grader.graders.logged import LogRule, pytest_statuses, verdict_of
from grader.reports.base import RunEvidence
from grader.sandboxes.base import ProviderSettings
from grader.sandboxes.docker import open_provider
from tests.swebench.logged_rows import (
    AFTER,
    FAIL,
    KEEP,
    cases,
    live_rows,
    patch_of,
    text_of,
    write_pro,
)

CASES = cases()


def official_live(status, instance):
    """Lines 160 to 190 of its `evaluation.py`, as they stand."""
    suc = [test for test in status if "pass" in status[test].lower()]
    fail = [test for test in status if "fail" in status[test].lower()]
    report = {
        key: {
            "success": list(set(suc) & set(instance[key])),
            "failure": list(set(fail) & set(instance[key])),
        }
        for key in ("PASS_TO_PASS", "FAIL_TO_PASS")
    }
    f2p = set(instance["FAIL_TO_PASS"]).issubset(set(report["FAIL_TO_PASS"]["success"])) or (
        len(report["FAIL_TO_PASS"]["success"]) == len(instance["FAIL_TO_PASS"])
    )
    return (
        len(report["PASS_TO_PASS"]["failure"]) == 0
        and len(report["FAIL_TO_PASS"]["failure"]) == 0
        and f2p
    )


def official_pro(output):
    """Lines 555 to 558 of its `swe_bench_pro_eval.py`, as they stand."""
    passed_tests = {x["name"] for x in output["tests"] if x["status"] == "PASSED"}
    return (set(FAIL) | set(KEEP)) <= passed_tests


def test_lives_rule_is_the_official_one_for_all_statuses():
    words = ("pass", "fail", "skip", "", "passfail")
    for chosen in itertools.product(words, repeat=3):
        statuses = {n: word for n, word in zip("abc", chosen, strict=True) if word}
        instance = {"FAIL_TO_PASS": ["a", "b"], "PASS_TO_PASS": ["c"]}
        ours = verdict_of(LogRule.LIVE, statuses, ("a", "b"), ("c",))

        assert ours.resolved == official_live(statuses, instance), statuses


def test_a_log_of_pytest_is_read_as_live_reads_it():
    log = "PASSED a::b\nFAILED a::c - assert 1\nSKIPPED [1] x.py\nXFAIL a::d\nERROR a::e\nPASSED\n"

    assert pytest_statuses(log) == {
        "a::b": "pass", "a::c": "fail", "[1]": "skip", "a::d": "fail", "a::e": "fail",
    }  # fmt: skip


def test_rows_of_pro_are_read_and_never_evaluated(tmp_path):
    folder = write_pro(tmp_path, "c" * 40)
    row = json.loads((folder / "rows.jsonl").read_text().splitlines()[0])
    row["fail_to_pass"] = "__import__('os').system('touch evaluated')"
    (folder / "rows.jsonl").write_text(json.dumps(row) + "\n")

    with pytest.raises(UsageError, match="'fail_to_pass' must be a list of names"):
        list(swe_bench_pro.benchmark().tasks(folder))


def test_predictions_are_read_in_both_forms(tmp_path):
    member = swe_bench_pro.benchmark()
    tasks = {task.id: task for task in member.tasks(write_pro(tmp_path, "c" * 40))}
    first, second = list(tasks)[:2]
    listed, mapped = tmp_path / "pro.json", tmp_path / "live.json"
    listed.write_text(json.dumps([{"instance_id": first, "patch": "x", "prefix": "m"}]))
    mapped.write_text(json.dumps({second: {"model_patch": "y"}}))

    assert [(s.task_id, s.body, s.source.model) for s in member.samples(str(listed), tasks)] == [
        (first, "x", "m")
    ]
    assert [(s.task_id, s.body) for s in member.samples(str(mapped), tasks)] == [(second, "y")]


@pytest.mark.parametrize("row", [{"instance_id": ["x"]}, {"instance_id": "y"}, {"patch": "x"}])
def test_a_prediction_of_no_task_is_named_by_its_place(tmp_path, row):
    member = swe_bench_pro.benchmark()
    tasks = {task.id: task for task in member.tasks(write_pro(tmp_path, "c" * 40))}
    (tmp_path / "mine.json").write_text(json.dumps([row]))

    with pytest.raises(UsageError, match=r"mine\.json\[0\]: no task is called"):
        list(member.samples(str(tmp_path / "mine.json"), tasks))


def test_rows_of_pro_are_read_from_a_table_too(tmp_path):
    folder = write_pro(tmp_path, "c" * 40)
    rows = [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]
    listed = [task.id for task in swe_bench_pro.benchmark().tasks(folder)]
    (folder / "rows.jsonl").unlink()
    with (folder / "rows.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)

    assert [task.id for task in swe_bench_pro.benchmark().tasks(folder)] == listed


def written(name):
    """A format's file for one result of each verdict."""
    found = [
        Result(task_id=f"i{number}", index=0, verdict=verdict)
        for number, verdict in enumerate(Verdict)
    ]
    sink = io.BytesIO()
    evidence = RunEvidence(manifest=None, results=lambda: iter(found))
    plugins.load("reports", name).compose(None, evidence, sink)
    return sink.getvalue().decode()


def test_the_file_of_pro_is_as_its_program_writes_it():
    graded = [each for each in Verdict if each is not Verdict.UNGRADED]
    wanted = {f"i{number}": verdict is Verdict.PASSED for number, verdict in enumerate(graded)}

    assert written("swe-bench-pro") == json.dumps(wanted)


def test_the_file_of_live_is_as_its_program_writes_it():
    found = written("swe-bench-live")
    told = json.loads(found)

    assert found == json.dumps(told, indent=True)
    assert list(told) == [
        "submitted", "submitted_ids", "empty_patch", "empty_patch_ids", "success_ids",
        "failure_ids", "error_ids", "incomplete_ids", "success", "failure", "error", "incomplete",
    ]  # fmt: skip
    assert (told["submitted"], told["success"], told["empty_patch"]) == (len(Verdict), 1, 1)
    assert told["failure"] + told["error"] == len(Verdict) - 2


@pytest.fixture(scope="module")
def image(engine, tmp_path_factory):
    """The repository at /app and /testbed."""
    folder, name = tmp_path_factory.mktemp("image"), f"grader-tests/logged:{os.getpid()}"
    (folder / "status.txt").write_text(text_of({**AFTER, "t1": "FAILED", "t2": "FAILED"}))
    (folder / "Dockerfile").write_text(
        "FROM grader/base:bookworm\nCOPY status.txt /app/\nRUN cd /app && git init -q . && git add"
        " -A && git -c user.name=a -c user.email=a@b commit -qm a && git rev-parse HEAD > /commit"
        " && cp -r /app /testbed\n"
    )
    events = list(engine.build(path=str(folder), tag=name, decode=True))
    assert not [event for event in events if "error" in event], events
    yield name
    engine.remove_image(name, force=True)


async def graded(task, image, body):
    task = task.model_copy(update={"image": Image(name=image)})
    settings = ProviderSettings(
        run_id=f"logged{os.getpid()}", programs=False, containers=ContainerOptions(pull="never")
    )
    async with open_provider(settings) as provider:
        sample = Sample(task_id=task.id, index=0, body=body, whole=True)
        return await attempt(Job(task=task, sample=sample), provider)


@pytest.mark.docker
@pytest.mark.anyio
@pytest.mark.share(7)
@pytest.mark.parametrize("number", range(20))
async def test_a_row_of_live_gets_its_official_verdict(image, number):
    row = live_rows(image)[number]
    statuses = {n: word for n, word in CASES[number].items() if word}
    task = swe_bench_live.task_of(row, "row")

    found = await graded(task, image, patch_of(CASES[number]))

    wanted = official_live(pytest_statuses(text_of(statuses)), row)
    assert (found.verdict is Verdict.PASSED) == wanted, found
    assert found.trust is Trust.LOG


@pytest.mark.docker
@pytest.mark.anyio
@pytest.mark.share(7)
@pytest.mark.parametrize("number", range(20))
async def test_a_row_of_pro_gets_its_official_verdict(image, tmp_path, number):
    task = list(swe_bench_pro.benchmark().tasks(write_pro(tmp_path, "HEAD")))[number]

    found = await graded(task, image, patch_of(CASES[number]))

    rows = [{"name": n, "status": word} for n, word in CASES[number].items() if word]
    assert (found.verdict is Verdict.PASSED) == official_pro({"tests": rows}), found


@pytest.mark.docker
@pytest.mark.anyio
async def test_a_patch_cannot_replace_the_parser_of_pro(image, tmp_path):
    """Officially the parser lies beside the model's code, and what it writes is believed."""
    task = next(iter(swe_bench_pro.benchmark().tasks(write_pro(tmp_path, "HEAD"))))
    spec = {**task.spec, "files": {"run_script.sh": "bash /app/evil.sh"}}
    evil = "printf 'import sys' > /workspace/parser.py; mkdir -p /grader-parse; echo '{}' > /grader-parse/output.json"
    patch = f"--- /dev/null\n+++ b/evil.sh\n@@ -0,0 +1 @@\n+{evil}\n"

    found = await graded(task.model_copy(update={"spec": spec}), image, patch)

    assert found.verdict is Verdict.FAILED
    assert "0 of 2 tests to mend pass" in found.reason
