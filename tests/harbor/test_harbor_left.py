"""What an agent left, taken in: only what is declared, and nothing through a link."""

import gzip
import io
import json
import tarfile

import pytest

from grader.benchmarks.harbor import benchmark
from grader.cli.main import main
from grader.core.execution import Execution, Isolation
from grader.core.job import Job
from grader.core.result import Verdict
from grader.core.sample import Sample
from grader.errors import UsageError
from grader.graders import harbor
from grader.graders._harbor_left import (
    MOST_BYTES,
    LeftEntry,
    UnreadableArtifacts,
    archive_of,
    in_tar,
)
from tests.harbor.harbor_runs import tasks_in
from tests.harbor.task_directories import directory, write_all

PLACES = ("/app/out", "/app/tool.py", "/logs/artifacts")


def tar(*members):
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        for name, data, kind in members:
            member = tarfile.TarInfo(name)
            member.type = kind
            if kind == tarfile.REGTYPE:
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
            else:
                member.linkname = data
                archive.addfile(member)
    return sink.getvalue()


def kept(*members):
    return archive_of(in_tar(tar(*members), "x.tar"), PLACES)


@pytest.mark.parametrize("name", ["app/out/a", "./app/out/a", "/app/out/a", "app//out/./a"])
def test_declared_files_are_kept(name):
    assert kept((name, b"1", tarfile.REGTYPE)).files == ("/app/out/a",)


@pytest.mark.parametrize(
    "name",
    ["etc/ld.so.preload", "usr/local/bin/pytest", "logs/verifier/reward.txt", "tests/test.sh",
     "app/out/../../tests/x", "app/outside", "app/tool.py.bak"],
)  # fmt: skip
def test_what_is_not_declared_is_left_out_and_named(name):
    found = kept((name, b"1", tarfile.REGTYPE))

    assert not found.files
    assert len(found.dropped) == 1


def test_nothing_is_placed_through_a_link():
    found = kept(
        ("app/out/x", "/usr/local/bin", tarfile.SYMTYPE),
        ("app/out/x/pytest", b"#!/bin/sh", tarfile.REGTYPE),
        ("app/out", "/logs/verifier", tarfile.SYMTYPE),
    )

    assert not found.files
    assert set(found.dropped) == {"/app/out/x/pytest", "/app/out"}


def test_devices_and_pipes_are_left_out():
    found = kept(("app/out/p", "", tarfile.FIFOTYPE), ("app/out/d", "", tarfile.CHRTYPE))

    assert set(found.dropped) == {"/app/out/p", "/app/out/d"}


def test_the_same_files_give_the_same_bytes():
    one = archive_of(
        [LeftEntry("/app/out/b", 0o644, b"2"), LeftEntry("/app/out/a", 0o644, b"1")], PLACES
    )
    two = archive_of(
        [LeftEntry("/app/out/a", 0o644, b"1"), LeftEntry("/app/out/b", 0o644, b"2")], PLACES
    )

    assert one == two


@pytest.mark.parametrize("data", [b"no tar at all" * 99, b"\x1f\x8b broken", b"\0" * 100])
def test_what_is_no_tar_file_is_said(data):
    with pytest.raises(UnreadableArtifacts):
        assert archive_of(in_tar(data, "x.tar"), PLACES).files
        raise UnreadableArtifacts("nothing in it")


def test_a_bomb_is_refused():
    bomb = gzip.compress(b"\0" * (2 * MOST_BYTES + 1024), 1)

    with pytest.raises(UnreadableArtifacts, match="MiB"):
        list(in_tar(bomb, "bomb.tar.gz"))


def test_one_large_file_under_many_names_is_refused():
    links = [(f"app/out/{number}", "app/out/a", tarfile.LNKTYPE) for number in range(100)]

    assert len(kept(("app/out/a", b"1", tarfile.REGTYPE), *links).files) == len(links) + 1
    with pytest.raises(UnreadableArtifacts, match="MiB"):
        kept(("app/out/a", bytes(1 << 20), tarfile.REGTYPE), *links)


def samples(tmp_path, *, tasks=None):
    found = benchmark()
    folder = tasks or write_all(tmp_path / "tasks")
    known = {task.id: task for task in found.tasks(found.locate(folder))}
    return lambda source: list(found.samples(str(source), known))


def test_folders_tars_diffs_trials_and_rows_are_read(tmp_path):
    read = samples(tmp_path)
    left = tmp_path / "left"
    (left / "hello-file" / "app").mkdir(parents=True)
    (left / "hello-file" / "app" / "hello.txt").write_text("x")
    (left / "tests__job-queue.tar").write_bytes(tar(("app/worker.py", b"x", tarfile.REGTYPE)))
    (left / "repository-fix.diff").write_text("--- a/x\n+++ b/x\n")
    trial = left / "sorted-tree__abc123"
    (trial / "artifacts" / "app").mkdir(parents=True)
    (trial / "result.json").write_text(json.dumps({"task_name": "tests/sorted-tree"}))

    found = {each.task_id.partition("/")[2] for each in read(left)}

    assert found == {"hello-file", "job-queue", "repository-fix", "sorted-tree"}


@pytest.mark.parametrize("name", ["/etc", "../left", "left/../../left", ".", ""])
@pytest.mark.parametrize("key", ["archive", "diff"])
def test_a_row_names_nothing_outside_its_own_folder(tmp_path, key, name):
    read = samples(tmp_path)
    rows = tmp_path / "rows" / "left.jsonl"
    (tmp_path / "left" / "app").mkdir(parents=True)
    rows.parent.mkdir()
    rows.write_text(json.dumps({"task": "hello-file", key: name}) + "\n")

    with pytest.raises(UsageError, match=r"left\.jsonl:1: .* is no path below"):
        read(rows)


def test_a_row_names_what_lies_beside_it(tmp_path):
    read = samples(tmp_path)
    (tmp_path / "rows" / "one" / "app").mkdir(parents=True)
    (tmp_path / "rows" / "left.jsonl").write_text('{"task": "hello-file", "archive": "one"}\n')

    assert "archive" in json.loads(read(tmp_path / "rows" / "left.jsonl")[0].body)


def test_an_image_is_named_by_its_content(tmp_path):
    read = samples(tmp_path)
    rows = tmp_path / "left.jsonl"
    rows.write_text(json.dumps({"task": "hello-file", "image": "left:latest"}) + "\n")

    with pytest.raises(UsageError, match="by what can change"):
        read(rows)

    rows.write_text(json.dumps({"task": "hello-file", "image": "sha256:" + "0" * 64}) + "\n")
    assert "sha256" in read(rows)[0].body


@pytest.mark.parametrize("body", ['{"solution": true}', '{"solution": "x"}', "{}", ""])
def test_no_sample_calls_itself_the_tasks_own_solution(tmp_path, body):
    task = tasks_in(write_all(tmp_path / "tasks"))["hello-file"]
    jobs = [
        Job(task=task, sample=each)
        for each in (Sample(task_id=task.id, index=0, body=body), harbor.reference(task))
    ]

    assert [harbor.plan(each).steps[-1].name for each in jobs] == ["tests", "solve"]


@pytest.mark.parametrize("body", ['{"archive": "é"}', '{"archive": "A"}', r'{"diff": "\ud800\n"}'])
def test_what_cannot_be_read_is_the_samples_error(tmp_path, body):
    task = tasks_in(write_all(tmp_path / "tasks"))["hello-file"]
    job = Job(task=task, sample=Sample(task_id=task.id, index=0, body=body))

    assert harbor.plan(job).steps == ()
    result = harbor.judge(job, Execution(provider="none", isolation=Isolation(tier="none")))
    assert (result.verdict, result.reason.partition(":")[0]) == (
        Verdict.ERROR,
        "what was left cannot be read",
    )


@pytest.mark.parametrize("dropped", [5, "x", {"a": 1}, ["\ud800", 7], []])
def test_whatever_a_sample_says_was_left_out_stops_no_judge(tmp_path, dropped):
    task = tasks_in(write_all(tmp_path / "tasks"))["hello-file"]
    sample = Sample(task_id=task.id, index=0, body=json.dumps({"dropped": dropped}))
    nothing = Execution(provider="none", isolation=Isolation(tier="none"))

    assert harbor.judge(Job(task=task, sample=sample), nothing).model_dump_json()


def test_tasks_without_containers_are_refused_before_grading(tmp_path, capsys):
    folder, run = write_all(tmp_path / "tasks"), tmp_path / "run"

    assert main(["evaluate", "harbor", "gold", "--data", str(folder), "--out", str(run)]) == 2
    assert "the sandbox 'local' has none; pass --sandbox docker" in capsys.readouterr().err
    assert not run.exists()


def test_artifacts_of_no_task_are_refused(tmp_path):
    read = samples(tmp_path)
    (tmp_path / "left" / "helo-file").mkdir(parents=True)

    with pytest.raises(UsageError, match="no task is called helo-file"):
        read(tmp_path / "left")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ('[[steps]]\nname = "one"\n', "several steps"),
        ('[verifier.environment]\ngpus = 1\ndocker_image = "x:1"\n', "GPU"),
        ('[verifier.environment]\nnetwork_mode = "allowlist"\nallowed_hosts = ["a.b"]\n', "hosts"),
    ],
)
def test_what_cannot_be_run_here_is_said_by_the_task(tmp_path, more, why):
    directory(tmp_path, "odd", test="true", solution="true", more=more)
    task = next(iter(benchmark().tasks(tmp_path)))

    assert why in task.spec["unsupported"]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('schema_version = "1.4"', 'schema_version = "9"', "schema_version '9'"),
        ("timeout_sec = 120.0", 'timeout_sec = "soon"', "verifier.timeout_sec"),
        ('network_mode = "no-network"', 'network_mode = "some"', "network_mode"),
        ("[task]", "[task", "TOML"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(tmp_path, old, new, why):
    file = directory(tmp_path, "odd", test="true", solution="true") / "task.toml"
    file.write_text(file.read_text().replace(old, new))

    with pytest.raises(UsageError, match=r"task\.toml") as error:
        list(benchmark().tasks(tmp_path))
    assert why in str(error.value)


def test_a_dockerfile_names_its_image_by_content(tmp_path):
    task = directory(tmp_path, "made", test="true", solution="true")
    toml = task / "task.toml"
    toml.write_text(
        "\n".join(
            line
            for line in toml.read_text().splitlines()
            if "docker_image" not in line and "workdir" not in line
        )
    )
    (task / "environment").mkdir()
    (task / "environment" / "Dockerfile").write_text("FROM grader/base:bookworm\nWORKDIR /srv/x\n")
    first = next(iter(benchmark().tasks(tmp_path)))
    (task / "environment" / "more").write_text("x")
    second = next(iter(benchmark().tasks(tmp_path)))

    assert first.image.name.startswith("grader/harbor:")
    assert first.image != second.image
    assert first.spec["directory"] == "/srv/x"
