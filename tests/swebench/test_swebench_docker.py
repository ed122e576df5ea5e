"""One real task from its recipe to its verdict, in real containers and without a network."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import swebench_oracle

from grader.cli.main import main
from tests import machine

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(900)]
REPOSITORY = "pytest-dev/pytest"


@pytest.fixture(scope="module")
def data(shared: Path) -> Path:
    """The folder of rows and repositories."""
    machine.require("bullseye")
    return shared / "data" / "swebench"


@pytest.fixture(scope="module")
def row(data: Path) -> dict:
    """The quickest task of one repository."""
    rows = [json.loads(line) for line in (data / "runnable_dev.jsonl").read_text().splitlines()]
    mine = [row for row in rows if row["repo"] == REPOSITORY]
    return min(mine, key=lambda row: row["recipe"]["test_seconds_gold"])


@pytest.fixture(scope="module")
def words(data: Path, row: dict) -> list[str]:
    """The image is made, and what every command line about it needs."""
    chosen = ["--data", str(data / "runnable_dev.jsonl"), "--task", row["instance_id"]]
    assert main(["images", "swebench-lite", "--repos", str(data / "repos_dev"), *chosen]) == 0
    return [*chosen, "--sandbox", "docker", "--workers", "1", "--quiet"]


def results(run: Path) -> list[dict]:
    return [json.loads(line) for line in (run / "results.jsonl").read_text().splitlines()]


def official(row: dict, log: Path) -> dict:
    """What the harness itself reads from the same log."""
    grading = swebench_oracle.module("grading")
    spec = SimpleNamespace(
        instance_id=row["instance_id"],
        version=row["version"],
        log_parser="parse_log_pytest",
        eval_type="pass_and_fail",
        FAIL_TO_PASS=row["FAIL_TO_PASS"],
        PASS_TO_PASS=row["PASS_TO_PASS"],
    )
    prediction = {"instance_id": row["instance_id"], "model_patch": "x"}
    return grading.get_eval_report(spec, prediction, str(log), include_tests_status=True)


def test_controls_of_a_real_task_are_sound(words, tmp_path, capsys):
    capsys.readouterr()
    assert main(["validate", "swebench-lite", "--repeat", "1", "--json", *words]) == 0
    control = json.loads(capsys.readouterr().out)["controls"][0]
    assert (control["state"], control["reference"], control["empty"]) == (
        "sound",
        {"passed": 1},
        {"failed": 1},
    )


def test_real_patches_have_their_published_verdicts(words, row, data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    published = json.loads((data / "preds_dev" / "official.json").read_text())["coder_20240604"]
    predictions = data / "preds_dev" / "coder_20240604.jsonl"
    status = main(
        [
            "evaluate",
            "swebench-lite",
            str(predictions),
            "--out",
            "run",
            "--format",
            "swebench",
            *words,
        ]
    )
    assert status == 0
    (result,) = results(Path("run"))
    final = json.loads(next(Path().glob("20240604_CodeR.*.json")).read_text())
    (report,) = Path("logs").rglob("report.json")
    assert json.loads(report.read_text()) == official(row, report.with_name("test_output.txt"))
    resolved = row["instance_id"] in published["resolved"]
    assert (result["verdict"] == "passed") == resolved
    assert (final["resolved_ids"] == [row["instance_id"]]) == resolved


def test_content_that_was_run_before_is_not_run_again(words, row, tmp_path, monkeypatch, capsys):
    """The verdict and the facts are those of the run that is named; --no-cache runs it again."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))

    def graded(name: str, *more: str) -> dict:
        out = str(tmp_path / name)
        assert main(["evaluate", "swebench-lite", "gold", "--out", out, *words, *more]) == 0
        return results(tmp_path / name)[0]

    first, second, third = graded("1"), graded("2"), graded("3", "--no-cache")
    report = json.loads((tmp_path / "2" / "report.json").read_text())
    assert "cached        1 sample not run again" in capsys.readouterr().out
    named = json.loads((tmp_path / "1" / "run.json").read_text())["run_id"]
    assert (second["cached_from"], report["cached"], report["cpu_s"]) == (named, 1, 0.0)
    assert "cached_from" not in first | third
    for key in ("verdict", "readings", "tests", "execution", "plan_digest", "sample_digest"):
        assert first[key] == second[key]
    assert first["verdict"] == third["verdict"] == "passed"
    assert first["execution"]["started_at"] != third["execution"]["started_at"]
    assert row["instance_id"] == first["task_id"]


def test_patch_that_does_not_apply_is_rejected_with_gits_words(words, row, tmp_path):
    patch = "diff --git a/no b/no\n--- a/no\n+++ b/no\n@@ -1 +1 @@\n-a\n+b\n"
    path = tmp_path / "predictions.json"
    path.write_text(
        json.dumps(
            [{"instance_id": row["instance_id"], "model_name_or_path": "m", "model_patch": patch}]
        )
    )
    assert (
        main(["evaluate", "swebench-lite", str(path), "--out", str(tmp_path / "run"), *words]) == 0
    )
    (result,) = results(tmp_path / "run")
    assert result["verdict"] == "patch_rejected"
    assert "does not apply" in result["reason"]
