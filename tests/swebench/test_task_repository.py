"""Task repositories: read as the official loader reads them, built and graded in containers."""

import json
import shutil
import sys
import types

import pytest
import swebench_oracle
import task_repository

from grader import plugins
from grader.benchmarks._data import cache_directory
from grader.cli.main import main
from grader.core.container import ContainerOptions
from grader.errors import ImageError, UsageError
from grader.graders.repo import Spec
from grader.image import dockerfile_build
from grader.image.recipe_build import connect
from grader.sandboxes.docker.shelf import ImageShelf

pytest.importorskip("yaml", reason="PyYAML is not installed")


@pytest.fixture
def repository(tmp_path):
    return task_repository.make(tmp_path)


def loaded(path, name="swebench"):
    benchmark = plugins.load("benchmarks", name).benchmark()
    return list(benchmark.tasks(benchmark.locate(path)))


def remade(repository, **metadata):
    shutil.rmtree(repository / "tasks")
    return task_repository.make(repository, **metadata)


def test_task_is_what_the_official_loader_makes_of_it(repository):
    make = swebench_oracle.module("utils").make_test_spec
    from swebench.task.repo import load_task_repo  # noqa: PLC0415  with the oracle only

    (task,) = loaded(repository)
    official = make(load_task_repo(repository)[0])
    spec = Spec.model_validate(task.spec)
    assert (task.id, task.image.name) == (official.instance_id, official.image)
    assert list(spec.fail_to_pass) == official.FAIL_TO_PASS
    assert (spec.patch, spec.test_patch) == (task_repository.PATCH, task_repository.TEST_PATCH)
    lines = spec.eval_script.split("\n")
    copies = [number for number, line in enumerate(lines) if "/image_assets/" in line]
    assert ">>>>> Start Test Output" in lines[copies[-1] + 1]
    left = [line for number, line in enumerate(lines) if number not in copies]
    assert "\n".join(left) == official.eval_script


def test_script_copies_assets_as_the_official_harness_does(repository, monkeypatch):
    modal = types.ModuleType("swebench.harness.modal_eval")
    modal.run_instances_modal = modal.validate_modal_credentials = None
    swebench_oracle.module("utils")
    monkeypatch.setitem(sys.modules, modal.__name__, modal)
    inject = swebench_oracle.module("run_evaluation")._inject_asset_restore
    bare = remade(repository, image_assets=None)
    without = Spec.model_validate(loaded(bare)[0].spec).eval_script
    remade(bare, image_assets=json.dumps({"patch": [{"path": "a/b.png"}, "https://x/y.png"]}))
    spec = Spec.model_validate(loaded(bare)[0].spec)
    command = "mkdir -p $(dirname a/b.png) && cp /image_assets/a__b.png a/b.png"
    assert spec.eval_script == inject(without, [command])


def test_crlf_in_patches_survives(repository):
    text = task_repository.PATCH.replace("\n", "\r\n")
    path = repository / "tasks" / "a__shop-1" / "gold.patch"
    path.write_text(text, newline="")
    assert loaded(repository)[0].spec["patch"] == text


def test_unpublished_splits_are_left_out_unless_named(repository):
    remade(repository, split="deprecated")
    assert loaded(repository) == []
    (task,) = loaded(repository / "tasks" / "a__shop-1")
    assert task.id == "a__shop-1"


def test_dataset_of_that_name_has_its_own_tasks_only(repository):
    (repository / "sweb.yaml").write_text("datasets: [a/Own, SWE-bench/SWE-bench_Lite]\n")
    assert loaded(repository, "swebench-lite") == []
    assert len(loaded(repository, "swebench-verified")) == 1
    remade(repository, datasets=["SWE-bench/SWE-bench_Lite"])
    (repository / "sweb.yaml").write_text("datasets: [a/Own, SWE-bench/SWE-bench_Lite]\n")
    assert len(loaded(repository, "swebench-lite")) == 1


@pytest.mark.parametrize(
    ("metadata", "told"),
    [
        ({"image": None, "split": None}, r"task\.yaml: no split, image"),
        ({"instance_id": "other"}, "must be called 'a__shop-1'"),
        ({"datasets": "a/Own"}, "'datasets' must be a list"),
        ({"image_assets": {"patch": [{"path": "../../gold.patch"}]}}, "leads out of test_assets"),
        ({"image_assets": "{"}, "'image_assets' must be an object"),
        ({"image_assets": {"patch": [{"path": 3}]}}, "'image_assets' is unusable"),
    ],
)
def test_malformed_metadata_is_told_with_its_file(metadata, told, repository):
    remade(repository, **metadata)
    with pytest.raises(UsageError, match=rf"a__shop-1.*{told}"):
        loaded(repository)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("tests.json", "[]", "an object is expected, found a list"),
        ("tests.json", "{", "not JSON"),
        ("tests.json", "{}", "'FAIL_TO_PASS' must be|no 'FAIL_TO_PASS'"),
        ("task.yaml", "a: [", "not YAML"),
        ("task.yaml", "- a", "keys and values are expected"),
        ("eval.sh", None, "no such file; every task has one"),
        ("Dockerfile", None, "no such file; every task has one"),
    ],
)
def test_malformed_file_is_told(name, text, told, repository):
    path = repository / "tasks" / "a__shop-1" / name
    if text is None:
        path.unlink()
    else:
        path.write_text(text)
    with pytest.raises(UsageError, match=told):
        loaded(repository)


def test_repository_without_tasks_or_datasets_is_told(repository):
    (repository / "sweb.yaml").write_text("datasets: []\n")
    with pytest.raises(UsageError, match="'datasets' and 'splits' must be lists"):
        loaded(repository)
    shutil.rmtree(repository / "tasks")
    (repository / "sweb.yaml").write_text("datasets: [a/Own]\n")
    with pytest.raises(UsageError, match="no task in it"):
        loaded(repository)


@pytest.fixture
def client(engine):
    yield engine
    for name in (task_repository.IMAGE,):
        try:
            engine.remove_image(name, force=True)
        except Exception as error:  # noqa: BLE001  docker is imported by the fixture alone
            assert "No such image" in str(error)


@pytest.mark.docker
@pytest.mark.slow
def test_repository_is_built_and_graded_under_the_official_flags(
    client, slot_image, tmp_path, monkeypatch, capsys
):
    root = tmp_path / "repository"
    root.mkdir()
    task_repository.make(root, base=slot_image)
    monkeypatch.chdir(tmp_path)
    words = ["swebench", "eval", "a/Own", "--task-repo", str(root), "-j", "1"]
    assert main([*words, "--gold", "--run-id", "gold"]) == 0
    assert "1 images built, 0 were there" in capsys.readouterr().err
    assert main(["images", "list", "swebench", "--data", str(root)]) == 0
    assert f"ago  {task_repository.IMAGE}\n" in capsys.readouterr().out
    final = json.loads((tmp_path / "gold.gold.json").read_text())
    assert final["resolved_ids"] == ["a__shop-1"]
    (line,) = (tmp_path / "runs" / "gold" / "results.jsonl").read_text().splitlines()
    execution = json.loads(line)["execution"]
    assert [step.get("is_setup", False) for step in execution["steps"]] == [True, False]
    assert 0 < execution["around"]["create_s"] < 30
    assert 0 < execution["around"]["teardown_s"] < 30
    nothing = task_repository.PATCH.replace("bytes(range(256))", "b'no'")
    row = {"instance_id": "a__shop-1", "model_name_or_path": "m", "model_patch": nothing}
    (tmp_path / "wrong.json").write_text(json.dumps([row]))
    assert main([*words, "-p", "wrong.json", "--run-id", "wrong"]) == 0
    assert "0 images built, 1 were there" in capsys.readouterr().err
    assert json.loads((tmp_path / "m.wrong.json").read_text())["unresolved_ids"] == ["a__shop-1"]
    (tmp_path / "empty.json").write_text(json.dumps([row | {"model_patch": ""}]))
    assert main([*words, "-p", "empty.json", "--run-id", "empty"]) == 0
    assert "0 images built, 0 were there" in capsys.readouterr().err


@pytest.mark.docker
@pytest.mark.slow
def test_changed_dockerfile_is_built_again_and_a_broken_one_is_told(client, slot_image, tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    told: list[str] = []
    builder, shelf = connect(ContainerOptions()), ImageShelf(cache_directory() / "images.json")
    try:
        for text, made in (("A", True), ("A", False), ("B", True)):
            dockerfile = f"FROM {slot_image}\nENV WORD={text}\n"
            wanted = dockerfile_build.ImageBuild(task_repository.IMAGE, dockerfile, tmp_path)
            assert (
                dockerfile_build.build(
                    builder, wanted, "", told.append, notes=shelf, prove=lambda _: ""
                )
                is made
            )
        assert len(told) == 2
        assert [each.reference for each in shelf.held(builder)] == [task_repository.IMAGE]
        replaced = {"dangling": True, "label": dockerfile_build.LABEL}
        assert not builder.images(filters=replaced, quiet=True)
        assert "in place of one" in told[1]
        bad = wanted._replace(dockerfile=f"FROM {slot_image}\nRUN echo oh no >&2 && exit 3\n")
        with pytest.raises(
            ImageError, match=r"cannot be built: .*oh no.*returned a non-zero|oh no"
        ):
            dockerfile_build.build(builder, bad, "", told.append, notes=shelf, prove=lambda _: "")
        if not dockerfile_build.has_buildx():
            here = wanted._replace(dockerfile="FROM scratch\nRUN <<EOF\nls\nEOF\n")
            with pytest.raises(ImageError, match="install docker buildx"):
                dockerfile_build.build(
                    builder, here, "", told.append, notes=shelf, prove=lambda _: ""
                )
            assert "install docker buildx" in dockerfile_build.obstacle(here)
    finally:
        builder.close()
