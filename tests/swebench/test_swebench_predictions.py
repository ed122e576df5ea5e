"""Predictions as the harness takes them, and clear words where it stops with a traceback."""

import json
from pathlib import Path

import pytest

from grader import plugins
from grader.benchmarks._swebench.predictions import read_predictions
from grader.core.task import Task
from grader.errors import UsageError
from grader.run.intake import source_of

TASKS = {
    name: Task(id=name, benchmark="swebench", kind="repo", spec={"patch": f"gold of {name}"})
    for name in ("a__b-1", "a__b-2", "a__b-3")
}


def row(task_id="a__b-1", patch="diff", model="m", **more):
    return {"instance_id": task_id, "model_name_or_path": model, "model_patch": patch} | more


def read(tmp_path, content, name="preds.jsonl"):
    path = tmp_path / name
    path.write_text(
        content
        if isinstance(content, str)
        else "".join(json.dumps(each) + "\n" for each in content)
    )
    return list(read_predictions(str(path), TASKS))


def test_lines_a_list_and_an_object_are_the_same(tmp_path):
    rows = [row(), row("a__b-2", "other")]
    lines = read(tmp_path, rows)
    listed = read(tmp_path, json.dumps(rows), "preds.json")
    keyed = read(tmp_path, json.dumps({"x": rows[0], "y": rows[1]}), "preds.json")
    assert [sample.body for sample in lines] == ["diff", "other"]
    for other in (listed, keyed):
        assert [(each.task_id, each.body) for each in other] == [
            (each.task_id, each.body) for each in lines
        ]


def test_lines_under_the_name_json_are_read(tmp_path):
    assert (
        len(read(tmp_path, f"{json.dumps(row())}\n{json.dumps(row('a__b-2'))}\n", "preds.json"))
        == 2
    )


def test_gold_is_every_tasks_own_patch():
    found = list(read_predictions("gold", TASKS))
    assert [sample.body for sample in found] == [f"gold of {name}" for name in TASKS]
    assert {sample.source.model for sample in found} == {"gold"}


@pytest.mark.parametrize("make", [Path.mkdir, Path.touch])
def test_gold_is_the_word_whatever_is_called_so(make, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make(Path("gold"))
    assert [sample.task_id for sample in read_predictions("gold", TASKS)] == [*TASKS]
    benchmark = plugins.load("benchmarks", "swebench").benchmark()
    source = source_of("gold", None, words=benchmark.words)
    assert (source.sha256, source.trickles) == ("", False)
    assert source_of("./gold", None, words=benchmark.words).sha256


def test_blank_lines_and_further_keys_are_no_trouble(tmp_path):
    assert len(read(tmp_path, f"\n{json.dumps(row(cost=3))}\n\n")) == 1


@pytest.mark.parametrize("patch", [None, ""])
def test_null_and_empty_patches_are_empty(patch, tmp_path):
    assert read(tmp_path, [row(patch=patch)])[0].body == ""


def test_missing_model_is_called_none(tmp_path):
    prediction = row()
    del prediction["model_name_or_path"]
    assert read(tmp_path, [prediction])[0].source.model == "None"


def test_several_predictions_for_a_task_are_its_samples(tmp_path):
    assert [sample.index for sample in read(tmp_path, [row(), row(patch="b"), row("a__b-2")])] == [
        0,
        1,
        0,
    ]


def test_lone_surrogate_is_a_defect_of_that_sample(tmp_path):
    found = read(tmp_path, '{"instance_id": "a__b-1", "model_patch": "x\\ud800"}\n')
    assert "surrogate" in found[0].defect


def test_carriage_returns_and_missing_line_ends_stay(tmp_path):
    assert read(tmp_path, [row(patch="a\r\nb")])[0].body == "a\r\nb"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ([row(), row(model="n")], r"preds\.jsonl:2: predictions of 'n' among those of 'm'"),
        (
            [row(), row("a__b-9"), row("zzz")],
            r"preds\.jsonl:2: swebench has no task 'a__b-9', 'zzz'; did you mean",
        ),
        ([row("zzz")], "is --data the dataset"),
        ([{"model_patch": "x"}], "no string under 'instance_id'"),
        ([{"instance_id": "a__b-1"}], "no 'model_patch'"),
        ([row(patch=3)], "'model_patch' must be a string, found a number"),
        ("", "no predictions in it"),
        ("{\n", "not JSON"),
        ("[1]\n", "one JSON object per line is expected"),
    ],
)
def test_bad_predictions_are_told_with_their_place(content, told, tmp_path):
    with pytest.raises(UsageError, match=told):
        read(tmp_path, content)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("3", "a JSON list or object is expected"),
        ("[3]", r"preds\.json\[0\]: an object"),
        ('{"a": 1}', r"\['a'\]: an object"),
    ],
)
def test_bad_json_files_are_told(content, told, tmp_path):
    with pytest.raises(UsageError, match=told):
        read(tmp_path, content, "preds.json")
