"""MBPP, full and sanitized: order of a program's parts, ids, and the real files."""

import hashlib
import json
import warnings

import pytest

from grader import plugins
from grader.benchmarks import mbpp, mbpp_sanitized
from grader.benchmarks._data import sha256_of
from grader.benchmarks._mbpp import entry_point, mbpp_id
from grader.core.job import Job
from grader.errors import UsageError
from grader.graders import function

FULL = {
    "text": "One.",
    "code": "def one():\n    return 1",
    "task_id": 7,
    "test_setup_code": "root = one()",
    "test_list": ["assert root == 1", "assert one() == 1"],
    "challenge_test_list": ["assert one() == 2"],
}
CHECKED = {
    "source_file": "a.ipynb",
    "task_id": 7,
    "prompt": "One.",
    "code": "def one():\n    return 1",
    "test_imports": ["import math", "import re"],
    "test_list": ["assert one() == 1"],
}


def only(member, path, content):
    path.write_text(json.dumps(content))
    (task,) = member.benchmark().tasks(path)
    return task


def source(task):
    job = Job(task=task, sample=function.reference(task), trust="shared")
    return function.plan(job).steps[0].action.source


@pytest.fixture(scope="module", params=["mbpp", "mbpp-sanitized"])
def real(request, shared):
    """A benchmark's name, its real file and tasks."""
    found = plugins.load("benchmarks", request.param).benchmark()
    path = found.locate(shared / "data/functions/tasks/mbpp")
    return request.param, path, list(found.tasks(path))


def test_mbpp_program_is_code_setup_tests(tmp_path):
    task = only(mbpp, tmp_path / "mbpp.jsonl", FULL)
    assert source(task) == (
        "def one():\n    return 1\nroot = one()\nassert root == 1\nassert one() == 1"
    )


def test_mbpp_sanitized_program_is_code_imports_tests(tmp_path):
    task = only(mbpp_sanitized, tmp_path / "sanitized-mbpp.json", [CHECKED])
    assert source(task) == ("def one():\n    return 1\nimport math\nimport re\nassert one() == 1")


def test_mbpp_task_names_its_entry_point_and_has_no_prompt(tmp_path):
    task = only(mbpp, tmp_path / "mbpp.jsonl", FULL)
    assert (task.id, task.spec["entry_point"], task.spec["prompt"]) == ("MBPP/7", "one", "")


def test_mbpp_entry_point_is_the_first_called_of_the_references_functions():
    code = "import math\ndef inner(): ...\ndef outer(): ..."
    assert entry_point(code, ["assert set(outer(1)) == set(inner(2))"]) == "outer"
    assert entry_point(code, ["assert True"]) == ""
    assert entry_point("def (", ["assert f()"]) == ""


def test_mbpp_entry_point_of_code_with_odd_escapes_warns_nobody():
    assert entry_point("def f():\n    return '\\d'", ["assert f()"]) == "f"


@pytest.mark.parametrize("spelling", ["11", "MBPP/11", "Mbpp/11", "mbpp/11"])
def test_mbpp_id_knows_the_usual_spellings(spelling):
    assert mbpp_id(spelling) == "MBPP/11"


@pytest.mark.parametrize("other", ["HumanEval/11", "MBPP/", "MBPP/x", "MBPP/11/2", "-11", "٣"])
def test_mbpp_id_leaves_other_ids_alone(other):
    assert mbpp_id(other) == other


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"task_id": "7"}, "'task_id' must be a number, found a string"),
        ({"task_id": True}, "'task_id' must be a number, found a boolean"),
        ({"code": None}, "'code' must be a string, found null"),
        ({"test_list": "assert 1"}, "'test_list' must be a list of strings"),
        ({"test_list": ["a", 1]}, "'test_list' must be a list of strings"),
    ],
)
def test_mbpp_rows_with_wrong_types_are_refused_with_their_place(tmp_path, change, words):
    with pytest.raises(UsageError, match=f"mbpp.jsonl:1: {words}"):
        only(mbpp, tmp_path / "mbpp.jsonl", {**FULL, **change})
    with pytest.raises(UsageError, match=rf"sanitized-mbpp.json\[0\]: {words}"):
        only(mbpp_sanitized, tmp_path / "sanitized-mbpp.json", [{**CHECKED, **change}])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{}", r"json: one JSON list of objects is expected, found an object"),
        ('[{"task_id": 1}, 3]', r"json\[0\]: no 'test_imports' \(found: 'task_id'\)"),
        ("[3]", r"json\[0\]: an object is expected, found a number"),
        ('[\n{"a": 1},\n{"a" 1}]', r"json:3: not JSON at column 6"),
        ('[\n{"a": 1', r"json:2: not JSON at column .*; the text ends early"),
    ],
)
def test_mbpp_sanitized_files_of_another_shape_are_refused(tmp_path, content, words):
    path = tmp_path / "sanitized-mbpp.json"
    path.write_text(content)
    with pytest.raises(UsageError, match=words):
        list(mbpp_sanitized.benchmark().tasks(path))


def test_mbpp_file_of_the_other_edition_is_refused(shared):
    folder = shared / "data/functions/tasks/mbpp"
    with pytest.raises(UsageError, match=r"sanitized-mbpp.json:1: not JSON .*not one list"):
        list(mbpp.benchmark().tasks(folder / "sanitized-mbpp.json"))
    with pytest.raises(UsageError, match=r"mbpp.jsonl:2: not JSON"):
        list(mbpp_sanitized.benchmark().tasks(folder / "mbpp.jsonl"))


def test_mbpp_editions_have_their_published_number_of_tasks(real):
    name, _, tasks = real
    assert len({task.id for task in tasks}) == {"mbpp": 974, "mbpp-sanitized": 427}[name]
    assert all(task.benchmark == name and task.limits.cpu_s == 10.0 for task in tasks)
    assert all(task.spec["entry_point"] for task in tasks)


def test_mbpp_references_compile(real):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        for task in real[2]:
            compile(source(task), task.id, "exec")


def test_mbpp_checksum_is_that_of_the_published_file(real):
    """The copy of the sanitized file is laid out anew; the published one is a single line."""
    name, path, _ = real
    if name == "mbpp":
        assert sha256_of(path) == mbpp.ORIGIN.sha256
    else:
        published = json.dumps(json.loads(path.read_text())).encode()
        assert hashlib.sha256(published).hexdigest() == mbpp_sanitized.ORIGIN.sha256
