"""Samples of no known task: counted, named, left out where that is asked for."""

import json

import pytest

from grader.benchmarks._mbpp import mbpp_id
from grader.benchmarks._samples import read_samples
from grader.core.manifest import DatasetRef
from grader.core.task import Task
from grader.engine.loaded import LoadedDataset
from grader.errors import UsageError
from grader.run.intake import source_of, survey


class Benchmark:
    def __init__(self, name, canonical):
        self.name, self.canonical = name, canonical

    def samples(self, source, tasks):
        return read_samples(source, tasks, canonical=self.canonical)


def dataset(name, ids, canonical=str):
    tasks = {each: Task(id=each, benchmark=name, kind="function", spec={}) for each in ids}
    reference = DatasetRef(benchmark=name, version="1", path="p", sha256="x", tasks=len(tasks))
    return LoadedDataset(Benchmark(name, canonical), reference, tasks)


HUMANEVAL = dataset("humaneval", [f"HumanEval/{n}" for n in range(164)])
CHECKED = dataset("mbpp-sanitized", [f"MBPP/{n}" for n in range(2, 810, 2)], mbpp_id)


def ids(*names):
    return "".join(json.dumps({"task_id": n, "completion": "x"}) + "\n" for n in names).encode()


def looked(source, data=HUMANEVAL, **options):
    return survey(source_of(str(source), None), data, data.tasks, **options)


def complaint(source, data=HUMANEVAL):
    with pytest.raises(UsageError) as caught:
        looked(source, data)
    message = str(caught.value)
    assert "\n" not in message
    assert message.isprintable()
    return message


@pytest.fixture
def file(tmp_path):
    return tmp_path / "samples.jsonl"


def test_unknown_id_suggests_the_nearest_and_the_way_out(file):
    file.write_bytes(ids("HumanEval/1", "HumanEval/1634", "HumanEval/2"))
    assert complaint(file) == (
        f"{file}:2: humaneval has no task 'HumanEval/1634'; did you mean 'HumanEval/163'?"
        " Such ids are those of humaneval or humanevalplus; --skip-unknown leaves them out"
    )


def test_unknown_ids_are_counted_and_named(file):
    file.write_bytes(ids("HumanEval/1", *[f"x{n}" for n in range(12)], "x3"))
    message = complaint(file)
    assert message.startswith(f"{file}:2: humaneval has no task 'x0', 'x1', ")
    assert "'x9' and 2 more (13 samples of 14)" in message
    assert "x10" not in message


def test_unknown_id_that_is_no_near_miss_gets_no_suggestion(file):
    file.write_bytes(ids("HumanEval/1", "two-sum"))
    message = complaint(file)
    assert "did you mean" not in message
    assert "its ids are like 'HumanEval/0'" in message


def test_file_of_another_benchmark_names_that_benchmark(file):
    file.write_bytes(ids("Mbpp/2", "Mbpp/3", "Mbpp/4"))
    assert complaint(file) == (
        f"{file}:1: humaneval has no task 'Mbpp/2', 'Mbpp/3', 'Mbpp/4' (3 samples of 3);"
        " these look like samples for mbpp, mbpp-sanitized or mbppplus"
    )


def test_single_foreign_id_is_no_claim_about_the_file(file):
    file.write_bytes(ids("Mbpp/2", "HumanEval/3", "HumanEval/4"))
    assert "look like" not in complaint(file)


def test_foreign_id_before_a_broken_line_is_about_the_id(file):
    file.write_bytes(ids("Mbpp/2") + b"{broken\n")
    assert complaint(file).startswith(f"{file}:1: humaneval has no task 'Mbpp/2'")


def test_other_edition_names_the_editions(file):
    file.write_bytes(ids(2, 3))
    message = complaint(file, CHECKED)
    assert message.startswith(f"{file}:2: mbpp-sanitized has no task 'MBPP/3'; did you mean 'MBPP/")
    assert "Such ids are those of mbpp, mbpp-sanitized or mbppplus" in message


def test_hostile_ids_are_shown_harmlessly(file):
    file.write_bytes(ids("\x1b[31m\n\ud800" + "z" * 1000))
    message = complaint(file)
    assert r"'\x1b[31m\n\ud800zzz" in message
    assert len(message) < 300 + len(str(file))


def test_folder_with_an_unknown_task_names_it(tmp_path):
    for name in ("HumanEval_1", "HumanEval_999"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "0.py").write_text("x")
    place = tmp_path / "HumanEval_999"
    assert complaint(tmp_path).startswith(f"{place}: humaneval has no task 'HumanEval/999'")


def test_folder_of_another_benchmark_names_that_benchmark(tmp_path):
    for n in range(3):
        (tmp_path / f"Mbpp_{n}").mkdir()
        (tmp_path / f"Mbpp_{n}" / "0.py").write_text("x")
    assert "these look like samples for mbpp" in complaint(tmp_path)


def test_unknown_ids_are_left_out_where_that_is_asked_for(file):
    file.write_bytes(ids("HumanEval/1", "gone/1", "gone/1", "gone/2"))
    found = looked(file, skip_unknown=True)
    assert found.total == 1
    assert found.left_out == "left out 3 samples of humaneval's unknown ids 'gone/1', 'gone/2'"


def test_nothing_is_left_out_of_a_file_of_known_ids(file):
    file.write_bytes(ids("HumanEval/1"))
    assert looked(file, skip_unknown=True).left_out == ""
