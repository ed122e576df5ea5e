import json
import tarfile

import pytest

import grader
from grader.benchmarks.aider_polyglot import AiderPolyglot
from grader.cli.export import export
from grader.errors import UsageError
from tests.graders.exercises import ALL, PYTHON, written


@pytest.fixture
def data(tmp_path):
    for each in ALL:
        written(tmp_path / "polyglot", each)
    return tmp_path / "polyglot"


@pytest.fixture
def tasks(data):
    return {task.id: task for task in AiderPolyglot().tasks(data)}


def test_exercises_are_read_by_track_and_name(tasks):
    assert list(tasks) == [
        "cpp/doubler", "go/doubler", "java/doubler", "javascript/doubler", "python/doubler",
        "rust/doubler",
    ]  # fmt: skip


def test_archive_reads_as_the_folder_does(data, tmp_path, tasks):
    packed = tmp_path / "packed" / "polyglot.tar.gz"
    packed.parent.mkdir()
    with tarfile.open(packed, "w:gz") as archive:
        archive.add(data, arcname="polyglot-benchmark-main")

    found = AiderPolyglot().tasks(AiderPolyglot().locate(packed.parent))

    assert {task.id: task for task in found} == tasks


def test_tests_are_switched_on_as_officially(tasks):
    assert "xtest" not in tasks["javascript/doubler"].spec["tests"]["doubler.spec.js"]
    java = tasks["java/doubler"].spec["tests"]["src/test/java/DoublerTest.java"]
    assert "@Disabled(" not in java


def test_solver_sees_neither_example_nor_metadata(tasks):
    for task in tasks.values():
        seen = {**task.spec["support"], **task.spec["tests"], **task.spec["stub"]}
        assert not [path for path in seen if path.startswith(".")]


def test_example_stands_where_a_solution_does(tasks):
    for task in tasks.values():
        assert list(task.spec["reference"]) == task.spec["solution"]


@pytest.mark.parametrize("name", ["rust", "rs"])
def test_language_narrows_to_its_track(data, name):
    assert [task.id for task in AiderPolyglot().of_languages((name,)).tasks(data)] == [
        "rust/doubler"
    ]


def test_folder_without_exercises_is_refused(tmp_path):
    (tmp_path / "nothing").mkdir()

    with pytest.raises(UsageError, match="no <language>/exercises/practice"):
        list(AiderPolyglot().tasks(tmp_path / "nothing"))


def test_exercise_with_broken_settings_is_named(data):
    (data / "python/exercises/practice/doubler/.meta/config.json").write_text("{")

    with pytest.raises(UsageError, match=r"python/doubler/\.meta/config\.json: cannot be read"):
        list(AiderPolyglot().tasks(data))


def rows_of(tmp_path, *rows):
    path = tmp_path / "samples.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def test_rows_hold_a_text_or_files(tmp_path, tasks):
    source = rows_of(
        tmp_path,
        {"task_id": "python/doubler", "solution": "x = 1\n"},
        {"task_id": "py/doubler", "files": {"doubler.py": "x = 2\n"}},
        {"task_id": "javascript_doubler", "files": {"doubler.js": ""}},
    )

    found = list(AiderPolyglot().samples(source, tasks))

    assert [(each.task_id, each.index) for each in found] == [
        ("python/doubler", 0), ("python/doubler", 1), ("javascript/doubler", 0),
    ]  # fmt: skip
    assert [each.body for each in found][:2] == ["x = 1\n", '{"doubler.py": "x = 2\\n"}']


def solved(root, exercise, text):
    folder = root / exercise.track / "exercises/practice/doubler"
    folder.mkdir(parents=True)
    (folder / exercise.solution).write_text(text)
    (folder / exercise.test_path).write_text(exercise.tests)
    return folder


def test_folder_of_aiders_run_is_read(tmp_path, tasks):
    folder = solved(tmp_path / "run", PYTHON, PYTHON.right)
    (folder / ".aider.results.json").write_text('{"tests_outcomes": [false, true]}')
    (folder / ".aider.chat.history.md").write_text("hello")
    (folder / "node_modules").mkdir()
    (folder / "node_modules/left.js").write_text("")

    (found,) = AiderPolyglot().samples(str(tmp_path / "run"), tasks)

    assert json.loads(found.body) == {"doubler.py": PYTHON.right}
    assert found.source.shape == "Aider's run, which says [false, true]"


def test_folders_of_tries_are_tries(tmp_path, tasks):
    solved(tmp_path / "run/try1", PYTHON, PYTHON.wrong)
    solved(tmp_path / "run/try2", PYTHON, PYTHON.right)

    found = list(AiderPolyglot().samples(str(tmp_path / "run"), tasks))

    assert [(each.index, json.loads(each.body)["doubler.py"]) for each in found] == [
        (0, PYTHON.wrong), (1, PYTHON.right),
    ]  # fmt: skip


def test_folder_without_solutions_is_refused(tmp_path, tasks):
    (tmp_path / "empty").mkdir()

    with pytest.raises(UsageError, match="no solutions in it"):
        list(AiderPolyglot().samples(str(tmp_path / "empty"), tasks))


def test_two_tries_become_aiders_results(tmp_path, data):
    solved(tmp_path / "run/try1", PYTHON, PYTHON.wrong)
    solved(tmp_path / "run/try2", PYTHON, PYTHON.right)

    grader.evaluate("aider-polyglot", str(tmp_path / "run"), data=data, out=tmp_path / "out")
    told = export(tmp_path / "out", "aider")

    place = tmp_path / "run_aider/python/exercises/practice/doubler/.aider.results.json"
    assert json.loads(place.read_text())["tests_outcomes"] == [False, True]
    assert told.endswith("run_aider (2 samples)")


def test_aiders_results_are_for_exercises_alone(tmp_path):
    samples = rows_of(tmp_path, {"task_id": "bill-split", "completion": ""})
    grader.evaluate("folder", samples, tasks=["bill-split"], out=tmp_path / "out")

    with pytest.raises(UsageError, match="is for runs of aider-polyglot"):
        export(tmp_path / "out", "aider")
