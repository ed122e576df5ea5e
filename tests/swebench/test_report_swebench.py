"""The official tree and final report, against the harness's own report of the same tree."""

import contextlib
import io
import json
import random
from types import SimpleNamespace

import pytest
import swebench_oracle

from grader.core.execution import Execution, Isolation, StepEnd, StepResult
from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.result import Verdict
from grader.core.sample import Sample, SampleSource
from grader.core.task import Task
from grader.engine.attempt import judged, plan_of, stopped
from grader.errors import UsageError
from grader.graders import repo
from grader.graders._repo_log import END, EXIT_CODE, START
from grader.reports import swebench
from grader.reports._swebench_final import FinalPrediction, folder, summary

LIMITS = Limits(cpu_s=40, wall_s=10)
HEADER = swebench.SwebenchHeader(run_id="r", dataset="rows.jsonl", created_at=1_732_000_000)
FILES = {"patch.diff", "eval.sh", "test_output.txt", "run_instance.log", "report.json"}
MODEL = "lab/model"


def task(task_id="a__b-1"):
    spec = repo.Spec(
        repo="a/b",
        version="1",
        eval_script="run\n",
        log_parser="parse_log_pytest",
        fail_to_pass=("t::a",),
        pass_to_pass=("t::b", "t::c[x"),
    )
    return Task(
        id=task_id,
        benchmark="swebench",
        kind="repo",
        limits=LIMITS,
        spec=spec.model_dump(mode="json"),
    )


def sample(task_id="a__b-1", body="diff\n", *, model=MODEL, index=0):
    return Sample(
        task_id=task_id, index=index, body=body, whole=True, source=SampleSource(model=model)
    )


def log(*lines, code=0):
    return "\n".join(
        [f"+ : '{START}'", *lines, f"+ : '{END}'", f"{EXIT_CODE}: {code}", ""]
    ).encode()


def ran(given, *steps):
    job = Job(task=task(given.task_id), sample=given)
    execution = Execution(provider="x", isolation=Isolation(tier="docker"), steps=steps)
    return judged(job, plan_of(job), execution)


def applied(code=0):
    return StepResult(name="apply", ended=StepEnd.EXIT, code=code, stdout=b">>>>> Applied Patch:\n")


def evaluated(stdout, ended=StepEnd.EXIT):
    return StepResult(name="eval", ended=ended, stdout=stdout, wall_s=2.5)


def written(tmp_path, samples, results, tasks=None):
    tasks = tasks or {each.task_id: task(each.task_id) for each in samples}
    swebench.write(samples, results, tmp_path, tasks=tasks, header=HEADER)
    return json.loads((tmp_path / "lab__model.r.json").read_text())


def official_summary(root, predictions, dataset, monkeypatch):
    monkeypatch.chdir(root)
    make = swebench_oracle.module("reporting").make_run_report
    with contextlib.redirect_stdout(io.StringIO()):
        path = make(predictions, [{"instance_id": name} for name in dataset], "r")
    return json.loads(path.read_text())


LOGS = (
    "Killed",
    "Could not resolve host: x",
    "ModuleNotFoundError: y",
    "all fine",
    "Timeout error: 3 seconds exceeded.",
    "",
)


def random_tree(root, rng):
    """Predictions, dataset and a tree in which anything may be missing, empty or damaged."""
    names = [f"a__b-{number}" for number in range(12)]
    predictions = {}
    for name in names:
        if rng.random() < 0.15:
            continue
        patch = rng.choice(("diff", "diff", "diff", " ", "", None))
        predictions[name] = {"instance_id": name, "model_name_or_path": MODEL, "model_patch": patch}
        place = folder(root, "r", MODEL, name)
        place.mkdir(parents=True)
        if rng.random() < 0.8:
            reports = (
                "",
                " \n",
                "{",
                "{}",
                json.dumps({name: {"resolved": True}}),
                json.dumps({name: {"resolved": False}}),
                json.dumps({name: {}}),
                json.dumps({name: {"resolved": False}}, indent=4) + "\n",
            )
            (place / "report.json").write_text(rng.choice(reports))
        for file in ("test_output.txt", "run_instance.log"):
            if rng.random() < 0.6:
                (place / file).write_bytes(
                    rng.choice(LOGS).encode() + rng.choice((b"", b"\xff", b"\r\nKilled\r\n"))
                )
    return predictions, rng.sample(names, rng.randrange(1, 12))


@pytest.mark.parametrize("seed", range(40))
def test_summary_of_a_random_tree_is_the_official_one(seed, tmp_path, monkeypatch):
    predictions, dataset = random_tree(tmp_path, random.Random(seed))
    if not predictions:
        pytest.skip("nothing was predicted")
    expected = official_summary(tmp_path, predictions, dataset, monkeypatch)
    mine = {
        name: FinalPrediction(MODEL, is_empty=not each["model_patch"])
        for name, each in predictions.items()
    }
    found = summary(tmp_path, "r", mine, dataset)
    assert found == expected
    assert list(found) == list(expected)


def test_tree_of_a_run_has_the_official_summary(tmp_path, monkeypatch):
    """Every kind of end, written by us and summed up by the harness itself."""
    names = [f"a__b-{number}" for number in range(8)]
    samples = [sample(name) for name in names[:6]] + [sample(names[6], "")]
    results = [
        ran(
            samples[0], applied(), evaluated(log("PASSED t::a", "PASSED t::b", "PASSED t::c[x y]"))
        ),
        ran(samples[1], applied(), evaluated(log("FAILED t::a", code=1))),
        ran(samples[2], applied(65)),
        ran(samples[3], applied(), evaluated(b"+ slow", StepEnd.TIMEOUT)),
        ran(samples[4], applied(), evaluated(b"Could not resolve host: x")),
        stopped(Job(task=task(names[5]), sample=samples[5]), Verdict.UNGRADED, "no image", 3),
        ran(samples[6]),
    ]
    final = written(tmp_path, samples, results, {name: task(name) for name in names})
    ours = final.pop("grader")
    predictions = {
        each.task_id: {
            "instance_id": each.task_id,
            "model_name_or_path": MODEL,
            "model_patch": each.body,
        }
        for each in samples
    }
    assert final == official_summary(tmp_path, predictions, names, monkeypatch)
    assert (final["resolved_ids"], final["unresolved_ids"]) == ([names[0]], [names[1], names[4]])
    assert final["error_ids"] == [names[2], names[3], names[5]]
    assert (final["empty_patch_ids"], final["incomplete_ids"]) == ([names[6]], [names[7]])
    assert ours == {
        "verdicts": {
            "empty": 1,
            "error": 1,
            "failed": 1,
            "passed": 1,
            "patch_rejected": 1,
            "timeout": 1,
            "ungraded": 1,
        },
        "ungraded_ids": [names[5]],
    }


@pytest.mark.parametrize(
    "stdout",
    [
        log("PASSED t::a", "PASSED t::b", "PASSED t::c[x y]"),
        log("PASSED t::a", "FAILED! t::b", code=1),
        log("FAILED t::a", code=2),
        log("collected 0 items"),
        b"Killed\n",
        log("PASSED t::a", code=1),
        b"\xff\r" + log("ERROR t::a"),
        log("XPASS t::a", "XFAIL t::b"),
    ],
)
def test_report_of_an_instance_is_the_official_one(stdout, tmp_path):
    grading = swebench_oracle.module("grading")
    given = sample()
    written(tmp_path, [given], [ran(given, applied(), evaluated(stdout))])
    place = folder(tmp_path, "r", MODEL, given.task_id)
    assert {path.name for path in place.iterdir()} == FILES
    spec = SimpleNamespace(
        instance_id=given.task_id,
        version="1",
        log_parser="parse_log_pytest",
        eval_type="pass_and_fail",
        FAIL_TO_PASS=["t::a"],
        PASS_TO_PASS=["t::b", "t::c[x"],
    )
    prediction = {"instance_id": given.task_id, "model_patch": "x"}
    official = grading.get_eval_report(
        spec, prediction, str(place / "test_output.txt"), include_tests_status=True
    )
    text = (place / "report.json").read_text()
    assert json.loads(text) == official
    assert text == json.dumps(official, indent=4)


def test_timeout_is_told_at_the_end_of_the_output(tmp_path):
    given = sample()
    written(tmp_path, [given], [ran(given, applied(), evaluated(b"+ slow", StepEnd.TIMEOUT))])
    place = folder(tmp_path, "r", MODEL, given.task_id)
    assert (
        place / "test_output.txt"
    ).read_text() == "+ slow\n\nTimeout error: 10 seconds exceeded."
    assert not (place / "report.json").exists()


def test_old_report_does_not_outlive_a_new_error(tmp_path):
    given = sample()
    written(tmp_path, [given], [ran(given, applied(), evaluated(log("PASSED t::a")))])
    written(tmp_path, [given], [ran(given, applied(65))])
    assert not (folder(tmp_path, "r", MODEL, given.task_id) / "report.json").exists()


def test_patch_is_written_as_it_was(tmp_path):
    given = sample(body="a\r\nb")
    written(tmp_path, [given], [ran(given, applied(65))])
    assert (folder(tmp_path, "r", MODEL, given.task_id) / "patch.diff").read_bytes() == b"a\r\nb"


def test_metadata_says_what_was_graded(tmp_path):
    written(tmp_path, [sample()], [])
    stored = json.loads((tmp_path / "logs/run_evaluation/r/run.json").read_text())
    assert stored == {
        "dataset": "rows.jsonl",
        "split": "test",
        "task_repo": None,
        "created_at": "2024-11-19T07:06:40+00:00",
    }


def test_two_predictions_for_one_instance_have_no_place(tmp_path):
    with pytest.raises(UsageError, match="more than one prediction"):
        written(tmp_path, [sample(), sample(index=1)], [])


@pytest.mark.parametrize("model", ["..", ".", "a\0b"])
def test_model_that_cannot_name_a_folder_is_refused(model, tmp_path):
    with pytest.raises(UsageError, match="cannot name a folder"):
        written(tmp_path, [sample(model=model)], [])


def test_model_with_slashes_stays_inside_the_tree(tmp_path):
    given = sample(model="../../out")
    swebench.write(
        [given], [ran(given, applied(65))], tmp_path, tasks={given.task_id: task()}, header=HEADER
    )
    assert (tmp_path / "logs/run_evaluation/r/..__..__out").is_dir()
