"""Manifests: write, read, compare."""

from datetime import UTC, datetime

import pytest

from grader.core.container import ContainerOptions
from grader.core.execution import Isolation
from grader.core.manifest import (
    DESCRIPTIVE,
    UNKNOWN_IN_OLDER,
    AdaptiveRef,
    DatasetRef,
    Manifest,
)
from grader.core.shard import ShardRef
from grader.engine.run_id import new_run_id
from grader.errors import UsageError
from grader.record.manifest import differences, read, write

MANIFEST = Manifest(
    run_id="humaneval-1",
    engine_version="0.1.0",
    dataset=DatasetRef(benchmark="humaneval", version="1", path="a.jsonl", sha256="00", tasks=164),
    samples_path="samples.jsonl",
    samples_sha256="11",
    environment=(("TZ", "UTC"),),
    engine_sha256="22",
    tasks_sha256="33",
    images=("host",),
)


def test_manifest_comes_back_as_written(tmp_path):
    write(tmp_path, MANIFEST)
    assert read(tmp_path) == MANIFEST
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_differences_of_equal_manifests_are_none():
    assert differences(MANIFEST, MANIFEST) == []


def test_differences_name_key_and_both_values():
    other = MANIFEST.model_copy(update={"timeout_s": 9.0, "trust": "shared"})
    assert differences(MANIFEST, other) == [
        "timeout_s: null -> 9.0",
        'trust: "auto" -> "shared"',
    ]


def test_differences_look_into_the_dataset():
    other = MANIFEST.dataset.model_copy(update={"sha256": "22"})
    assert differences(MANIFEST, MANIFEST.model_copy(update={"dataset": other})) == [
        'dataset.sha256: "00" -> "22"'
    ]


def test_differences_show_the_beginning_of_a_digest():
    other = MANIFEST.model_copy(update={"samples_sha256": "ab" * 32})
    (line,) = differences(MANIFEST, other)
    assert line.endswith(' -> "abababababab…"')


@pytest.mark.parametrize(
    "change",
    [
        {"run_id": "x"},
        {"samples_path": "x"},
        {"host": "x"},
        {"workers": 9},
        {"command": ("x",)},
        {"created_at": 9.0},
        {"k": (1,)},
        {"isolation": Isolation(tier="bare")},
        {"dataset": MANIFEST.dataset.model_copy(update={"path": "elsewhere.jsonl"})},
    ],
)
def test_differences_ignore_what_only_describes(change):
    assert differences(MANIFEST, MANIFEST.model_copy(update=change)) == []


@pytest.mark.parametrize("name", sorted(UNKNOWN_IN_OLDER))
def test_differences_pass_over_what_an_older_run_does_not_know(name):
    empty = type(getattr(MANIFEST, name))()
    older = MANIFEST.model_copy(update={name: empty})
    assert differences(older, MANIFEST) == []
    assert differences(MANIFEST, older)


def test_every_key_is_either_descriptive_or_compared():
    changed = {"int": 99, "str": "other", "float": 9.5}
    for name, field in Manifest.model_fields.items():
        value = getattr(MANIFEST, name)
        new = changed.get(type(value).__name__, "other" if field.annotation is str else 99)
        if name == "containers":
            new = ContainerOptions(cpus=1)
        new = AdaptiveRef(items_sha256="ab", error=0.2) if name == "adaptive" else new
        new = ShardRef(number=1, count=2) if name == "shard" else new
        if name in DESCRIPTIVE or isinstance(value, DatasetRef | tuple):
            continue
        assert differences(MANIFEST, MANIFEST.model_copy(update={name: new})), name


def test_read_of_a_folder_without_a_run_says_so(tmp_path):
    with pytest.raises(UsageError, match=r"no run in .*: it holds no run\.json"):
        read(tmp_path)


def test_read_names_the_key_that_does_not_fit(tmp_path):
    write(tmp_path, MANIFEST)
    path = tmp_path / "run.json"
    path.write_text(path.read_text().replace('"workers": 1', '"workers": "many"'))
    with pytest.raises(UsageError, match="workers"):
        read(tmp_path)


def test_new_run_id_names_benchmark_moment_and_chance():
    moment = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    first, second = (new_run_id("mbpp", moment) for _ in range(2))
    assert first.startswith("mbpp-20240506T070809Z-")
    assert len(first.rsplit("-", 1)[1]) == 6
    assert first != second
