"""`grader images` from check to prune: a real engine, a real registry, and ones in trouble."""

import json
import os
import socket
from contextlib import ExitStack

import pytest

from grader.cli.main import main
from grader.image import dockerfile_build
from grader.sandboxes.docker.shelf import ImageShelf
from grader.supply import availability as supply
from tests.image.registry import only_there, registry

pytestmark = [pytest.mark.docker]
MB = 1 << 20
SIZE_MB = 3


@pytest.fixture(autouse=True)
def somewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def published(engine, real_registry, tmp_path):
    """Two images that only the registry has, and that are gone from the engine afterwards."""
    names = [f"127.0.0.1:{real_registry}/some/image{number}:1" for number in range(2)]
    with only_there(engine, names, size_mb=SIZE_MB, folder=tmp_path):
        yield names


@pytest.fixture
def images(tmp_path, capsys):
    """Run `grader images` over a benchmark whose tasks have these images."""

    def run(action, named, *more):
        rows = [row_of(task, image) for task, image in named.items()]
        (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        words = ["images", action, "swebench", "--data", "rows.jsonl", *more]
        status = main(words)
        said = capsys.readouterr()
        return status, json.loads(said.out) if "--json" in more else said.out, said.err

    return run


def row_of(task, image):
    """`image`: a name, or a recipe."""
    row = {"instance_id": f"a__{task}-1", "repo": "a/b", "FAIL_TO_PASS": [], "PASS_TO_PASS": []}
    row |= {
        "log_parser": "parse_log_pytest",
        "patch": "",
        "test_patch": "",
        "base_commit": "c" * 40,
    }
    if isinstance(image, dict):
        return row | {"recipe": image | {"pip_pins": [], "test_cmd": "pytest"}}
    return row | {"image": image, "eval_script": "run"}


def states(found):
    return {each["task_id"].removeprefix("a__").removesuffix("-1"): each for each in found}


def test_check_tells_what_can_be_had_and_pulls_nothing(engine, slot_image, published, images):
    with registry("missing") as missing:
        named = {"here": slot_image, "there": published[0], "gone": missing.name}
        status, found, _ = images("check", named, "--json")
    found = states(found)
    assert status == 3
    assert {name: each["standing"] for name, each in found.items()} == {
        "here": "here",
        "there": "pull",
        "gone": "missing",
    }
    assert found["here"]["digest"] == engine.inspect_image(slot_image)["Id"]
    assert found["there"]["digest"].startswith("sha256:")
    assert found["gone"]["trouble"]["fault"] == "the data"
    assert not engine.images(published[0])
    named = {"here": slot_image, "there": published[0], "too": published[0]}
    status, shown, _ = images("check", named)
    assert status == 0
    assert "2 images of 3 tasks: 1 here, 1 to be pulled" in shown
    with registry("missing") as missing:
        shown = images("check", {"gone": missing.name})[1]
    head, row, said, lies, _ = shown.splitlines()
    assert head.split() == ["task", "state", "image"]
    assert row.split() == ["a__gone-1", "not", "to", "be", "had", missing.name]
    assert said.strip() == "manifest unknown"
    assert lies.strip().startswith("where it lies: the data; next: ")


@pytest.mark.parametrize(
    ("behaviour", "fault", "asked"),
    [("limit", "the registry", 3), ("broken", "the registry", 3), ("garbage", "the registry", 1)],
)
def test_check_does_not_know_what_a_registry_in_trouble_has(
    slot_image, images, behaviour, fault, asked
):
    with registry(behaviour) as place:
        status, found, _ = images("check", {"here": slot_image, "bad": place.name}, "--json")
    found = states(found)
    assert status == 4
    assert found["bad"]["standing"] == "unknown"
    assert found["bad"]["trouble"]["fault"] == fault
    assert len([path for path in place.asked if "/manifests/" in path]) >= asked


def test_check_gives_a_registry_up_that_fails_for_every_image(engine, images):
    with registry("garbage") as place:
        named = {f"n{number}": f"{place.name}{number}" for number in range(6)}
        status, found, _ = images("check", named, "--json", "--workers", "1")
    assert status == 4
    tags = {path.rpartition("/")[2] for path in place.asked}
    assert len(tags) == 3
    said = [each["tried"][0]["said"] for each in found]
    assert sum("not asked, as 127.0.0.1" in each for each in said) == 3


def test_check_waits_for_no_registry_for_ever(slot_image, images, monkeypatch):
    """A socket that is listened to, and nobody who ever answers."""
    monkeypatch.setattr(supply, "ASK_S", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        name = f"127.0.0.1:{silent.getsockname()[1]}/some/image:1"
        status, found, _ = images("check", {"here": slot_image, "bad": name}, "--json")
    found = states(found)
    assert status == 4
    assert found["here"]["standing"] == "here"
    assert found["bad"]["tried"][0]["said"] == "no answer within 1 s"
    assert found["bad"]["trouble"]["fault"] == "the network"


def test_check_knows_what_is_made_here(slot_image, images, tmp_path):
    (tmp_path / "repos" / "a__b.git").mkdir(parents=True)
    named = {"good": {"base_image": slot_image}, "bad": {"base_image": "grader-tests/nobase:1"}}
    status, found, _ = images("check", named, "--json")
    found = states(found)
    assert status == 3
    assert found["good"]["standing"] == "build"
    assert found["bad"]["standing"] == "missing"
    assert "no base image 'grader-tests/nobase:1'" in found["bad"]["tried"][-1]["said"]
    status, found, _ = images("check", named, "--json", "--repos", "elsewhere")
    assert "git clone --bare" in states(found)["good"]["tried"][-1]["said"]


def test_check_asks_nobody_with_no_pull_and_a_bad_name_stops_nothing(slot_image, images):
    named = {"here": slot_image, "odd": "Bad Name", "url": "https://x/y"}
    with registry("broken") as place:
        named["far"] = place.name
        status, shown, _ = images("check", named, "--no-pull")
        assert (status, place.asked) == (3, [])
    assert "leave --no-pull out" in shown
    del named["far"]
    status, found, _ = images("check", named, "--json")
    assert status == 3
    assert [each["standing"] for each in found] == ["here", "missing", "missing"]


def test_check_shows_a_bar_on_a_terminal(slot_image, images, tmp_path):
    from tests.cli.cli_command import on_terminal  # noqa: PLC0415  beside its one use

    images("check", {"here": slot_image})
    words = ("images", "check", "swebench", "--data", "rows.jsonl")
    told = on_terminal(*words, columns=80, more={"TERM": "xterm"})
    assert "0/1" in told
    assert "images/s" in told


def test_image_that_a_build_pulls_to_begin_with_is_on_record(engine, published, tmp_path):
    name, shelf = f"grader-tests/built:{os.getpid()}", ImageShelf(tmp_path / "images.json")
    (tmp_path / "context").mkdir()
    wanted = dockerfile_build.ImageBuild(
        name, f"FROM {published[0]}\nENV A=1\n", tmp_path / "context"
    )
    try:
        assert dockerfile_build.build(
            engine, wanted, "", lambda _: None, notes=shelf, prove=lambda _: ""
        )
        noted = {each.reference for each in shelf.held(engine)}
        left_by_builder = set() if dockerfile_build.has_buildx() else {published[0]}
        assert noted == {name} | left_by_builder
        gone = shelf.prune(engine, None).gone
        assert {each.reference for each in gone} == noted
        assert not engine.images(published[0])
    finally:
        if engine.images(name):
            engine.remove_image(name, force=True)


def test_what_is_pulled_is_on_record_and_pruned_again(
    engine, slot_image, real_registry, published, images, capsys
):
    """One bad image and one that comes at the third asking stop no other."""
    with ExitStack() as stack:
        bad = stack.enter_context(registry("missing"))
        slow = stack.enter_context(registry("limit", real_port=real_registry, failures=2))
        late = slow.name.replace("some/image", "some/image1")
        named = {"here": slot_image, "bad": bad.name, "good": published[0], "late": late}
        try:
            status, found, told = images("pull", named, "--json", "--workers", "2")
            assert status == 3
            found = states(found)
            assert {name: each["standing"] for name, each in found.items()} == {
                "here": "here",
                "bad": "missing",
                "good": "pulled",
                "late": "pulled",
            }
            assert engine.inspect_image(published[0])["RepoDigests"] == [
                f"{published[0].rpartition(':')[0]}@{found['good']['digest']}"
            ]
            assert f"{published[0]}" in told
            assert "pulled" in told
            assert images("pull", {"good": published[0]})[0] == 0
            assert main(["images", "list", "--json"]) == 0
            noted = json.loads(capsys.readouterr().out)
            assert {each["reference"] for each in noted} == {published[0], late}
            only = images("list", {"good": published[0], "here": slot_image}, "--json")[1]
            assert [each["reference"] for each in only] == [published[0]]
            dry = images("prune", {"good": published[0]}, "--dry-run", "--json")[1]
            assert engine.images(published[0])
            done = images("prune", {"good": published[0]}, "--json")[1]
            assert dry | {"dry_run": False} == done
            assert SIZE_MB * MB <= done["freed_bytes"] < (SIZE_MB + 1) * MB
            assert not engine.images(published[0])
            assert main(["images", "prune"]) == 0
            assert f"GB  {late}" in capsys.readouterr().out
            assert engine.images(slot_image)
            assert not engine.images(late)
        finally:
            if engine.images(late):
                engine.remove_image(late, force=True)
