"""The harness's own command lines, of versions 4 and 5."""

import json
import re
from pathlib import Path

import pytest
from docker.errors import APIError

from grader.cli import commands
from grader.cli.main import main
from grader.cli.swebench import MEMBERS, dataset_of, options_of
from grader.core.task import Image
from grader.errors import UsageError
from grader.image.recipe import ImageRecipe
from grader.image.resolve import NotHad, resolve
from grader.plugins import names
from grader.run.options import resume_command


@pytest.fixture(autouse=True)
def somewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path))


def parsed(*words):
    arguments = commands.parser_of("swebench").parse(words)
    arguments.command = ("grader", "swebench", *words)
    return arguments


def test_version_4_flags_are_all_taken():
    arguments = parsed(
        "--dataset_name", "rows.jsonl", "--split", "test", "--instance_ids", "a", "b", "--predictions_path", "p.jsonl",
        "--max_workers", "3", "--open_file_limit", "4096", "--timeout", "60", "--force_rebuild", "False", "--cache_level", "env",
        "--clean", "False", "--run_id", "mine", "--namespace", "none", "--instance_image_tag", "latest", "--env_image_tag", "latest",
        "--rewrite_reports", "False", "--report_dir", ".", "--modal", "False",
    )  # fmt: skip
    options = options_of(arguments)
    assert (options.benchmark, options.data, options.samples) == (
        "swebench",
        Path("rows.jsonl"),
        "p.jsonl",
    )
    assert (options.tasks, options.workers, options.out) == (("a", "b"), 3, Path("runs/mine"))
    assert (options.sandbox, options.timeout_s, options.resume) == ("docker", 240, False)


def test_version_5_command_is_taken():
    options = options_of(
        parsed(
            "eval",
            "verified",
            "-p",
            "p.jsonl",
            "--run-id",
            "mine",
            "-i",
            "a",
            "-i",
            "b",
            "-j",
            "2",
            "--report-dir",
            "x",
        )
    )
    assert (options.benchmark, options.data, options.tasks, options.workers) == (
        "swebench-verified",
        None,
        ("a", "b"),
        2,
    )


def test_images_may_be_bounded():
    assert options_of(parsed("eval", "lite", "--gold")).disk_budget_mb == 0
    bounded = options_of(parsed("eval", "lite", "--gold", "--disk-budget", "1.048576"))
    assert bounded.disk_budget_mb == 1000


def test_gold_is_a_flag_or_a_word():
    assert options_of(parsed("eval", "lite", "--gold")).samples == "gold"
    assert options_of(parsed("-d", "lite", "-p", "gold")).samples == "gold"


def test_no_dataset_is_lite_as_there():
    assert options_of(parsed("-p", "x.json")).benchmark == "swebench-lite"


@pytest.mark.parametrize("member", MEMBERS)
def test_every_name_leads_to_a_member(member):
    assert member in names("benchmarks")
    assert {dataset_of(word, None) for word in MEMBERS[member].split()} == {(member, None)}


def test_folder_gives_the_file_of_the_split(tmp_path):
    (tmp_path / "dev.jsonl").write_text("{}")
    assert dataset_of(str(tmp_path), "dev") == ("swebench", tmp_path / "dev.jsonl")
    assert dataset_of(str(tmp_path), "test") == ("swebench", tmp_path)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("eval", "lite"), "no predictions; give -p FILE, or --gold"),
        (("eval", "nobody/knows", "--gold"), "no dataset 'nobody/knows'"),
        (("eval", "lite", "-d", "full", "--gold"), "two datasets"),
        (("eval", "lite", "full", "--gold"), "one dataset, not 2"),
        (("eval", "lite", "--gold", "--modal"), "this machine only"),
        (("eval", "lite", "--gold", "--task-repo", "x"), "no sweb.yaml in it"),
        (("eval", "lite", "--gold", "--run-id", "../x"), "cannot name a folder"),
        (("eval", "lite", "--gold", "--modal", "maybe"), "takes true or false"),
    ],
)
def test_what_cannot_be_is_told(words, told):
    with pytest.raises(UsageError, match=told):
        options_of(parsed(*words))


def test_missing_rows_end_with_usage(capsys, monkeypatch):
    monkeypatch.setattr("grader.benchmarks._swebench.members.has_client", lambda: False)
    assert main(["swebench", "eval", "verified", "--gold"]) == 2
    assert "needs its rows" in capsys.readouterr().err


ROW = {
    "instance_id": "a__b-1",
    "repo": "a/b",
    "image": "x",
    "eval_script": "run",
    "log_parser": "parse_log_tap",
    "FAIL_TO_PASS": [],
    "PASS_TO_PASS": [],
}
PREDICTION = {"instance_id": "a__b-1", "model_name_or_path": "m", "model_patch": "x"}


@pytest.mark.parametrize("words", [["evaluate", "swebench", "p.jsonl"], ["validate", "swebench"]])
def test_repositories_without_containers_are_refused_before_grading(words, capsys):
    """Each was ungraded for a file outside the working directory, and --resume was advised."""
    Path("rows.jsonl").write_text(json.dumps(ROW))
    Path("p.jsonl").write_text(json.dumps(PREDICTION))
    assert main([*words, "--data", "rows.jsonl"]) == 2
    assert "the sandbox 'local' has none; pass --sandbox docker" in capsys.readouterr().err
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["evaluate", "swebench", "p.jsonl", "--data", "rows.jsonl", "--format", "swebench"],
        ["swebench", "-d", "rows.jsonl", "-p", "p.jsonl", "-id", "mine"],
    ],
)
def test_second_prediction_that_no_file_can_hold_is_refused_before_grading(words, capsys):
    Path("rows.jsonl").write_text(json.dumps(ROW))
    Path("p.jsonl").write_text(f"{json.dumps(PREDICTION)}\n" * 2)
    assert main(words) == 2
    assert "a__b-1 has more than one prediction" in capsys.readouterr().err
    assert not Path("runs").exists()


def test_images_command_passes_over_tasks_without_recipes(tmp_path, capsys):
    (tmp_path / "rows.jsonl").write_text(json.dumps(ROW))
    assert main(["images", "swebench", "--data", "rows.jsonl", "--repos", "."]) == 0
    assert capsys.readouterr().out == "0 images made, 0 were there, 1 tasks name no recipe\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["audit"], "which benchmark"),
        (["build"], "which benchmark"),
        (["audti", "swebench"], "did you mean 'audit'"),
        (["check"], "which benchmark"),
        (["build", "swebench", "lite"], "one benchmark at a time"),
        (["list", "swebench", "lite"], "one benchmark at a time"),
        (["list", "--layers"], "--layers says nothing to list"),
        (["list", "--limit", "3"], "--limit is about a benchmark"),
        (["pull", "swebench", "--no-pull"], "--no-pull says nothing to pull"),
        (["build", "swebench", "--json"], "--json says nothing to build"),
        (["check", "folder"], "none of these tasks has an image of its own"),
    ],
)
def test_images_action_that_cannot_be_is_told(words, told, capsys):
    assert main(["images", *words]) == 2
    assert re.search(told, capsys.readouterr().err)


def test_unusual_split_is_looked_for_by_its_name(monkeypatch, tmp_path):
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path))
    monkeypatch.setattr("grader.benchmarks._swebench.members.has_client", lambda: False)
    words = ("eval", "lite", "--gold", "-s")
    assert options_of(parsed(*words, "test")).data is None
    with pytest.raises(UsageError, match=r"SWE-bench_Lite\.dev\.parquet"):
        options_of(parsed(*words, "dev"))
    (tmp_path / "SWE-bench_Lite.dev.jsonl").write_text("")
    assert options_of(parsed(*words, "dev")).data == tmp_path / "SWE-bench_Lite.dev.jsonl"
    assert options_of(parsed("eval", "multimodal", "--gold")).data is None


def test_image_that_a_recipe_makes_is_looked_up_in_no_registry(monkeypatch):
    class Client:
        def inspect_image(self, reference):
            raise APIError(reference, response=Answer())

        def pull(self, *_, **__):
            pytest.fail("a registry was asked")

    class Answer:
        status_code = 404
        reason = url = content = ""

    image = ImageRecipe(base_image="x").task_image("a/b", "c" * 40)
    with pytest.raises(NotHad, match=r"not made yet; make it from its recipe: grader images build"):
        resolve(Client(), Image(name=image), pull=True)


def test_run_of_empty_patches_opens_no_engine(capsys):
    """An engine that is not there is not waited for."""
    Path("rows.jsonl").write_text(json.dumps(ROW))
    Path("p.jsonl").write_text(json.dumps(PREDICTION | {"model_patch": " \n"}))
    for _ in range(2):
        words = ["swebench", "-d", "rows.jsonl", "-p", "p.jsonl", "-id", "mine"]
        assert main(words) == 0, capsys.readouterr().err
    report = json.loads(Path("m.mine.json").read_text())
    assert report["submitted_instances"] == 1
    assert report["resolved_instances"] == 0


def test_predictions_of_which_one_is_not_empty_want_an_engine(capsys, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    monkeypatch.setenv("GRADER_ENGINE_PATIENCE", "0.1")
    Path("rows.jsonl").write_text(
        json.dumps(ROW) + "\n" + json.dumps(ROW | {"instance_id": "a__b-2"})
    )
    rows = [PREDICTION | {"model_patch": ""}, PREDICTION | {"instance_id": "a__b-2"}]
    Path("p.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert main(["swebench", "-d", "rows.jsonl", "-p", "p.jsonl", "-id", "mine"]) != 0
    said = capsys.readouterr().err
    assert "docker.sock" in said
    assert "--resume" not in said
    assert "--sandbox" not in said


def test_run_goes_on_by_the_same_command_line():
    options = options_of(parsed("eval", "lite", "--gold", "-id", "mine"))
    assert resume_command(options, Path("runs/mine")) == "grader swebench eval lite --gold -id mine"
