"""HumanEval-X and MultiPL-E: tasks of many languages, and the samples that name them."""

import gzip
import json

import pytest

from grader.benchmarks import humaneval_x, multipl_e
from grader.benchmarks._translated import language_named
from grader.engine import dataset
from grader.errors import UsageError

TASK = {
    "name": "HumanEval_2_halve",
    "prompt": "f(x) {\n",
    "tests": "test();",
    "stop_tokens": ["\n}"],
}
HX = {
    "prompt": "p",
    "declaration": "def halve(x):\n",
    "canonical_solution": "c",
    "test": "t",
    "example_test": "",
    "test_setup": "package main",
}


def write(path, *rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def folder(tmp_path):
    for language in ("js", "php", "go_test.go"):
        stem = language.partition("_")[0]
        write(tmp_path / f"data/humaneval-{stem}.jsonl", TASK | {"language": language})
    write(tmp_path / "data/mbpp-js.jsonl", TASK | {"language": "js", "name": "mbpp_3_third"})
    write(tmp_path / "data/other.jsonl", {"task_id": "HumanEval/0", "prompt": ""})
    return tmp_path / "data"


def samples(data, source, *rows, languages=()):
    loaded = dataset.load("multipl-e", data, languages)
    path = write(source, *rows) if rows else source
    return [(each.task_id, each.body) for each in loaded.benchmark.samples(str(path), loaded.tasks)]


def test_folder_gives_the_tasks_of_all_its_languages_and_leaves_other_data_alone(folder):
    tasks = dataset.load("multipl-e", folder).tasks
    assert list(tasks) == [
        "go/HumanEval_2_halve",
        "js/HumanEval_2_halve",
        "php/HumanEval_2_halve",
        "js/mbpp_3_third",
    ]
    assert tasks["js/mbpp_3_third"].spec["stop"] == ["\n}"]


def test_language_narrows_a_benchmark_of_several(folder):
    loaded = dataset.load("multipl-e", folder, ("JavaScript", "golang"))
    assert sorted(loaded.tasks) == [
        "go/HumanEval_2_halve",
        "js/HumanEval_2_halve",
        "js/mbpp_3_third",
    ]
    assert loaded.reference.languages == ("JavaScript", "golang")


def test_language_that_nobody_has_is_refused_with_those_that_are(folder):
    with pytest.raises(UsageError, match=r"--language 'cobol': no tasks in such a language; known"):
        dataset.load("multipl-e", folder, ("cobol",))


def test_language_without_tasks_in_the_data_is_refused(folder):
    with pytest.raises(UsageError, match="holds no tasks in rust; check --language"):
        dataset.load("multipl-e", folder, ("rust",))


def test_benchmark_of_one_language_refuses_the_option(tmp_path):
    with pytest.raises(UsageError, match="humaneval has tasks in one language"):
        dataset.load("humaneval", tmp_path, ("js",))


def test_bare_name_is_a_task_of_the_only_language(folder, tmp_path):
    row = {"task_id": "HumanEval_2_halve", "completion": "a"}
    found = samples(folder, tmp_path / "s.jsonl", row, languages=("php",))
    assert found == [("php/HumanEval_2_halve", "a")]


def test_row_names_its_language_in_any_way(folder, tmp_path):
    found = samples(
        folder,
        tmp_path / "s.jsonl",
        {"task_id": "HumanEval_2_halve", "language": "php", "completion": "a"},
        {"task_id": "golang/HumanEval_2_halve", "completion": "b"},
        {"name": "HumanEval_2_halve", "language": "JavaScript", "response": "c"},
        {"task_id": "mbpp_3_third", "completion": "d"},
    )
    assert found == [
        ("php/HumanEval_2_halve", "a"),
        ("go/HumanEval_2_halve", "b"),
        ("js/HumanEval_2_halve", "c"),
        ("js/mbpp_3_third", "d"),
    ]


def test_name_of_several_languages_is_left_for_the_caller_to_refuse(folder, tmp_path):
    row = {"task_id": "HumanEval_2_halve", "completion": "a"}
    assert samples(folder, tmp_path / "s.jsonl", row) == [("HumanEval_2_halve", "a")]


def test_samples_of_languages_that_were_not_asked_for_are_left_out(folder, tmp_path):
    found = samples(
        folder,
        tmp_path / "s.jsonl",
        {"task_id": "HumanEval_2_halve", "language": "php", "completion": "a"},
        {"task_id": "js/HumanEval_2_halve", "completion": "b"},
        languages=("js",),
    )
    assert found == [("js/HumanEval_2_halve", "b")]


def test_problem_file_lists_its_completions(folder, tmp_path):
    problem = TASK | {"language": "js", "completions": ["a", "b"], "temperature": 0.2}
    path = tmp_path / "out/HumanEval_2_halve.json.gz"
    path.parent.mkdir()
    path.write_bytes(gzip.compress(json.dumps(problem).encode()))
    write(tmp_path / "out/HumanEval_2_halve.results.json", {"results": []})
    assert samples(folder, path.parent) == [
        ("js/HumanEval_2_halve", "a"),
        ("js/HumanEval_2_halve", "b"),
    ]


def test_results_file_gives_back_the_completions_that_were_run(folder, tmp_path):
    programs = [{"program": f"f(x) {{\n{each}\ntest();", "exit_code": 0} for each in "ab"]
    problem = TASK | {"language": "js", "results": programs}
    write(tmp_path / "out/HumanEval_2_halve.results.json", problem)
    assert samples(folder, tmp_path / "out") == [
        ("js/HumanEval_2_halve", "a"),
        ("js/HumanEval_2_halve", "b"),
    ]


def test_humaneval_x_knows_a_language_by_the_beginning_of_an_id(tmp_path):
    path = write(
        tmp_path / "x.jsonl",
        HX | {"task_id": "Go/0"},
        HX | {"task_id": "Python/0"},
        HX | {"task_id": "JavaScript/112"},
    )
    tasks = dataset.load("humaneval-x", path).tasks
    assert [each.spec.get("language") for each in tasks.values()] == ["go", None, "js"]
    assert tasks["Go/0"].spec["setup"] == "package main"
    assert tasks["Python/0"].kind == "function"
    assert tasks["Python/0"].spec["entry_point"] == "halve"
    assert "reference returns only" in tasks["JavaScript/112"].known_broken


@pytest.mark.parametrize(
    ("spelling", "language", "usual"),
    [
        ("js/3", "", "JavaScript/3"),
        ("rust_3", "", "Rust/3"),
        ("HumanEval/3", "cpp", "CPP/3"),
        ("3", "go", "Go/3"),
        ("HumanEval/3", "", "HumanEval/3"),
        ("3", "", "3"),
    ],
)
def test_humaneval_x_reads_usual_spellings(spelling, language, usual):
    assert humaneval_x.usual_id(spelling, language) == usual


def test_names_of_languages_that_people_use():
    assert [language_named(each) for each in ("C++", "Bash", "csharp", "jl", "brainfuck")] == [
        "cpp",
        "sh",
        "cs",
        "jl",
        "",
    ]


def test_published_files_are_read_whole(shared):
    root = shared / "data/functions/tasks"
    assert len(dataset.load("multipl-e", root / "multipl-e").tasks) == 9851
    loaded = dataset.load("humaneval-x", root / "humaneval-x", ("rust", "C++"))
    assert len(loaded.tasks) == 328
    assert all(task.spec["setup"] for task in loaded.tasks.values() if task.id.startswith("Rust"))


def test_multipl_e_without_data_says_what_it_takes():
    with pytest.raises(UsageError, match="multipl-e needs --data"):
        multipl_e.benchmark().locate(None)
