"""Prediction files in unusual forms: read as officially, or one line for what is malformed."""

import pytest

from grader.benchmarks._swebench.predictions import read_predictions
from grader.core.task import Image, Task
from grader.errors import UsageError

IDS = ("acme__shop-1", "acme__shop-2")
ONE, BOTH = [("acme__shop-1", 0)], [("acme__shop-1", 0), ("acme__shop-2", 0)]
READ = {
    "JSONL_upper.JSONL": ONE, "blank_lines.jsonl": BOTH, "crlf.jsonl": BOTH, "dict.json": BOTH,
    "dict_key_differs.json": ONE, "dup_same.jsonl": [("acme__shop-1", 0), ("acme__shop-1", 1)],
    "jsonl_in_json.json": BOTH, "list.json": BOTH, "mini_preds.json": BOTH,
    "model_html.jsonl": ONE, "model_slash.jsonl": ONE, "nan.jsonl": ONE, "noext": ONE,
    "ok.jsonl": BOTH, "one_line_jsonl_in_json.json": ONE, "sweagent_pred.jsonl": ONE,
}  # fmt: skip
REFUSED = {
    "all_preds.json.txt": "found a list", "dict_no_inner_id.json": "'instance_id'",
    "dupkey.jsonl": "stands twice", "empty.jsonl": "no predictions",
    "empty_dict.json": "no predictions", "empty_list.json": "no predictions",
    "folder_txt.csv": "not JSON", "git_patch_key.jsonl": "no 'model_patch'",
    "id_int.jsonl": "no string under 'instance_id'", "id_upper.jsonl": "did you mean",
    "latin1.jsonl": "not UTF-8", "list_in_jsonl.jsonl": "found a list",
    "missing_patch.jsonl": "no 'model_patch'", "mixed_models.jsonl": "one model",
    "model_null_and_named.jsonl": "one model", "multiswe.jsonl": "'org'",
    "null_patch.jsonl": ":3: ", "openhands_output.jsonl": "no 'model_patch'",
    "patch_diff_obj.jsonl": "must be a string", "patch_list.jsonl": "must be a string",
    "unknown_id.jsonl": "'acme__shop-9'",
}  # fmt: skip


@pytest.fixture
def tasks():
    made = (Task(id=i, benchmark="x", kind="repo", image=Image(name="x"), spec={}) for i in IDS)
    return {task.id: task for task in made}


def test_every_reported_file_is_in_the_table(shared):
    names = {path.name for path in (shared / "data" / "reports" / "preds").iterdir()}
    assert names == READ.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", READ)
def test_reported_predictions_are_read(name, shared, tasks):
    path = shared / "data" / "reports" / "preds" / name
    found = list(read_predictions(str(path), tasks))
    assert [(sample.task_id, sample.index) for sample in found] == READ[name]


@pytest.mark.parametrize("name", REFUSED)
def test_reported_predictions_are_refused_in_one_line(name, shared, tasks):
    path = shared / "data" / "reports" / "preds" / name
    with pytest.raises(UsageError, match=name.replace(".", r"\.")) as found:
        list(read_predictions(str(path), tasks))
    assert REFUSED[name] in str(found.value)
    assert "\n" not in str(found.value)
