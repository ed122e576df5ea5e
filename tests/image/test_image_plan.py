"""What a run would pull, counted before anything is: a real registry, a real engine."""

import json
import os
import subprocess
from argparse import Namespace

import pytest

from grader.cli.image_actions.plan import images_of
from grader.cli.main import main
from grader.image.manifests import layers_of, parts
from grader.supply.plan import PlannedImage, total
from tests.image.registry import registry

MB = 1 << 20


def test_layers_that_images_share_are_pulled_once():
    one = PlannedImage("a", layers={"x": 5 * MB, "y": MB})
    two = PlannedImage("b", layers={"x": 5 * MB, "z": 2 * MB})
    here = PlannedImage("c", is_here=True, layers={"q": MB})

    found = total([one, two, here, PlannedImage("d", is_made=True), PlannedImage("e", said="no")])

    assert (found.images, found.to_pull, found.here, found.made_here, found.unknown) == (
        5,
        2,
        1,
        1,
        1,
    )
    assert (found.layers, found.pull_bytes, found.apart_bytes) == (3, 8 * MB, 13 * MB)
    assert found.largest_bytes == 5 * MB
    assert found.whys == ("e: no",)


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("ubuntu", ("registry-1.docker.io", "library/ubuntu", "latest")),
        ("a/b:1", ("registry-1.docker.io", "a/b", "1")),
        ("ghcr.io/a/b:1", ("ghcr.io", "a/b", "1")),
        ("127.0.0.1:5000/a", ("127.0.0.1:5000", "a", "latest")),
        ("a/b@sha256:0", ("registry-1.docker.io", "a/b", "sha256:0")),
    ],
)
def test_a_name_is_read_as_engines_read_it(reference, found):
    assert parts(reference) == found


@pytest.mark.parametrize("behaviour", ["broken", "garbage", "missing", "limit"])
def test_what_a_registry_does_not_say_is_unknown(behaviour):
    with registry(behaviour) as place:
        found = layers_of(place.name, platform="linux/amd64", bound_s=5)

    assert not found.layers
    assert found.said


@pytest.fixture
def published(engine, real_registry, tmp_path):
    """Two images on one base of 3 MiB, which only the registry has."""
    base, names = f"127.0.0.1:{real_registry}/plan/base:1", []
    (tmp_path / "blob").write_bytes(os.urandom(3 * MB))
    tar = tmp_path / "root.tar"
    subprocess.run(["tar", "-C", str(tmp_path), "-cf", str(tar), "blob"], check=True)
    repository, _, tag = base.rpartition(":")
    engine.import_image_from_file(str(tar), repository=repository, tag=tag)
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "own").write_bytes(os.urandom(MB))
        (folder / "Dockerfile").write_text(f"FROM {base}\nCOPY own /own\n")
        name = f"127.0.0.1:{real_registry}/plan/image{number}:1"
        assert not [
            e for e in engine.build(path=str(folder), tag=name, decode=True) if "error" in e
        ]
        events = list(engine.push(name.rpartition(":")[0], tag="1", stream=True, decode=True))
        assert not [event for event in events if "error" in event]
        names.append(name)
    for name in [*names, base]:
        engine.remove_image(name, force=True)
    return names


@pytest.mark.docker
def test_a_plan_counts_layers_of_a_registry_and_pulls_nothing(engine, published, tmp_path, capsys):
    rows = tmp_path / "rows.jsonl"
    texts = [
        json.dumps({"instance_id": f"a__b-{number}", "docker_image": name})
        for number, name in enumerate([*published, published[0]])
    ]
    rows.write_text("\n".join(texts) + "\n")

    status = main(["images", "plan", "swe-bench-live", "--data", str(rows), "--json"])
    found = json.loads(capsys.readouterr().out)

    assert status == 0
    assert (found["images"], found["to_pull"], found["layers"]) == (2, 2, 3)
    assert 5 * MB <= found["pull_bytes"] < 5.1 * MB
    assert 8 * MB <= found["apart_bytes"] < 8.1 * MB
    assert not engine.images(published[0])


@pytest.mark.docker
def test_a_plan_says_what_is_here_and_what_nobody_said(engine, slot_image, tmp_path, capsys):
    rows = tmp_path / "rows.csv"
    rows.write_text(f"instance_id,image_name\na,{slot_image}\nb,127.0.0.1:9/none:1\n")

    status = main(["images", "plan", "swe-smith", "--data", str(rows)])
    shown = capsys.readouterr().out

    assert status == 4
    assert "here                1" in shown
    assert "unknown             1" in shown
    assert "127.0.0.1:9/none:1" in shown


def test_rows_of_another_family_are_named_by_their_place(tmp_path, capsys):
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"instance_id": "a__b-1"}\n')

    assert main(["images", "plan", "swe-smith", "--data", str(rows)]) == 2
    assert f"{rows}:1: no text under 'image_name'" in capsys.readouterr().err


def test_a_folder_is_planned_as_its_run_reads_it(tmp_path):
    row = {"instance_id": "a__b-1", "test_cmds": ["true"], "FAIL_TO_PASS": [], "PASS_TO_PASS": []}
    (tmp_path / "full.jsonl").write_text(json.dumps(row) + "\n")
    (tmp_path / "test.jsonl").write_text('{"instance_id": "a__b-2"}\n')
    arguments = Namespace(data=tmp_path, task=[], limit=None)

    assert list(images_of(arguments, "swe-bench-live")) == ["a__b-1"]


def test_tasks_that_no_row_has_are_named(tmp_path, capsys):
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"instance_id": "a__b-1", "image_name": "x:1"}\n')

    assert main(["images", "plan", "swe-smith", "--data", str(rows), "--task", "a__c*"]) == 2
    assert "no task matches 'a__c*'" in capsys.readouterr().err
