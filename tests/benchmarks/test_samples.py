"""Reading samples: forms, order, and that memory and time stay small."""

import gzip
import json
import subprocess
import sys
import time
import tracemalloc

import pytest

from grader.benchmarks._mbpp import mbpp_id
from grader.benchmarks._samples import read_samples
from grader.benchmarks._shapes.folders import natural
from grader.core.job import sample_digest
from grader.core.sample import NO_TEXT
from grader.core.task import Task
from grader.errors import UsageError


def tasks(*ids, benchmark="humaneval"):
    return {i: Task(id=i, benchmark=benchmark, kind="function", spec={}) for i in ids}


HUMANEVAL = tasks(*(f"HumanEval/{n}" for n in range(164)))
MBPP = tasks(*(f"MBPP/{n}" for n in range(1, 975)), benchmark="mbpp")


def lines(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def read(path, known=HUMANEVAL, **options):
    return list(read_samples(str(path), known, **options))


@pytest.fixture
def file(tmp_path):
    return tmp_path / "samples.jsonl"


def test_samples_keep_task_body_and_place(file):
    file.write_bytes(lines({"task_id": "HumanEval/3", "completion": "    return 1\n"}))
    (sample,) = read(file)
    assert (sample.task_id, sample.index, sample.body) == ("HumanEval/3", 0, "    return 1\n")
    assert (sample.source.file, sample.source.line) == (str(file), 1)
    assert not sample.whole


def test_samples_keep_the_model_and_ignore_other_keys(file):
    file.write_bytes(
        lines({"task_id": "HumanEval/3", "completion": "x", "model": "m-7b", "score": [1, 2]})
    )
    assert read(file)[0].source.model == "m-7b"


def test_samples_prefer_solution_which_is_a_whole_program(file):
    file.write_bytes(lines({"task_id": "HumanEval/3", "completion": "a", "solution": "b"}))
    (sample,) = read(file)
    assert (sample.body, sample.whole) == ("b", True)


def test_samples_count_each_task_in_reading_order(file):
    ids = ["HumanEval/1", "HumanEval/2", "HumanEval/1", "HumanEval/1", "HumanEval/2"]
    file.write_bytes(lines(*({"task_id": i, "completion": "x"} for i in ids)))
    assert [(s.task_id, s.index) for s in read(file)] == list(
        zip(ids, [0, 0, 1, 2, 1], strict=True)
    )


def test_samples_skip_blank_lines_and_a_byte_order_mark(file):
    row = lines({"task_id": "HumanEval/1", "completion": "x"})
    file.write_bytes(b"\xef\xbb\xbf" + row + b"\r\n \n" + row.rstrip())
    assert [s.source.line for s in read(file)] == [1, 4]


def test_samples_recognise_gzip_by_content(file):
    rows = lines(*({"task_id": "HumanEval/1", "completion": str(n)} for n in range(3)))
    file.write_bytes(gzip.compress(rows[:50]) + gzip.compress(rows[50:]))
    assert [s.body for s in read(file)] == ["0", "1", "2"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_samples_come_from_standard_input(pack):
    program = (
        "from grader.benchmarks._samples import read_samples\n"
        "from grader.core.task import Task\n"
        "t = Task(id='HumanEval/1', benchmark='humaneval', kind='function', spec={})\n"
        "print([(s.body, s.source.file, s.source.line) for s in read_samples('-', {t.id: t})])\n"
    )
    rows = lines(*({"task_id": "HumanEval/1", "completion": c} for c in "ab"))
    out = subprocess.run(
        [sys.executable, "-c", program], input=pack(rows), capture_output=True, check=True
    ).stdout
    assert out.decode().strip() == "[('a', '<stdin>', 1), ('b', '<stdin>', 2)]"


def test_samples_come_from_folders_in_numeric_order(tmp_path):
    for task, count in (("HumanEval_10", 1), ("HumanEval_2", 11)):
        (tmp_path / task).mkdir()
        for n in range(count):
            (tmp_path / task / f"{n}.py").write_text(f"# {task} {n}")
    (tmp_path / "eval_results.json").write_text("{}")
    (tmp_path / "__pycache__").mkdir()
    found = read(tmp_path)
    assert [s.task_id for s in found] == ["HumanEval/2"] * 11 + ["HumanEval/10"]
    assert [s.body for s in found[:11]] == [f"# HumanEval_2 {n}" for n in range(11)]
    assert [s.index for s in found[:11]] == list(range(11))
    assert all(s.whole for s in found)
    assert found[10].source.file == str(tmp_path / "HumanEval_2" / "10.py")


def test_samples_in_folders_may_spell_ids_otherwise(tmp_path):
    (tmp_path / "Mbpp_11").mkdir()
    (tmp_path / "Mbpp_11" / "0.py").write_text("x = 1")
    (sample,) = read(tmp_path, MBPP, canonical=mbpp_id)
    assert sample.task_id == "MBPP/11"


@pytest.mark.parametrize("spelling", [11, "11", "MBPP/11", "Mbpp/11", "mbpp/11"])
def test_samples_of_mbpp_may_spell_ids_otherwise(file, spelling):
    file.write_bytes(lines({"task_id": spelling, "completion": "x"}))
    assert read(file, MBPP, canonical=mbpp_id)[0].task_id == "MBPP/11"


def test_samples_with_two_spellings_of_one_id_are_counted_together(file):
    file.write_bytes(lines(*({"task_id": i, "completion": "x"} for i in (11, "Mbpp/11"))))
    assert [s.index for s in read(file, MBPP, canonical=mbpp_id)] == [0, 1]


def test_samples_with_a_lone_surrogate_are_kept_with_a_defect(file):
    file.write_bytes(
        b'{"task_id": "HumanEval/1", "completion": "x = \'\\ud800\'", "model": "\\udfff"}'
    )
    (sample,) = read(file)
    assert sample.body == "x = '\ufffd'"
    assert sample.defect == (
        "the text holds a lone surrogate (U+D800) and cannot be written as UTF-8"
    )
    assert sample.model_dump_json()
    assert sample_digest(sample)


def test_samples_with_paired_surrogates_and_nul_are_sound(file):
    file.write_bytes(b'{"task_id": "HumanEval/1", "completion": "\\ud83d\\ude00\\u0000"}')
    (sample,) = read(file)
    assert (sample.body, sample.defect) == ("\U0001f600\0", "")


def test_samples_are_handed_out_before_a_later_line_is_read(file):
    file.write_bytes(lines({"task_id": "HumanEval/1", "completion": "x"}) + b"{broken\n")
    found = read_samples(str(file), HUMANEVAL)
    assert next(found).body == "x"
    with pytest.raises(UsageError, match=r":2: not JSON"):
        next(found)


def test_samples_take_memory_that_does_not_grow_with_the_file(file):
    row = lines({"task_id": "HumanEval/1", "completion": "x" * 1000})
    with gzip.open(file, "wb", compresslevel=1) as packed:
        for _ in range(20):
            packed.write(row * 1000)
    tracemalloc.start()
    assert sum(1 for _ in read_samples(str(file), HUMANEVAL)) == 20_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_natural_order_puts_ten_after_nine():
    assert sorted(["10.py", "9.py", "a.py", "1_2", "1_10"], key=natural) == [
        "1_2",
        "1_10",
        "9.py",
        "10.py",
        "a.py",
    ]


@pytest.mark.parametrize(
    ("name", "count"),
    [("he_codegen16b_n100", 16400), ("he_llmbench", 9348), ("heplus_llama3_official", 984)],
)
def test_samples_of_real_files_cost_below_60_microseconds_each(shared, name, count):
    path = shared / "data/functions/samples" / f"{name}.jsonl.gz"
    before = time.process_time()
    assert sum(1 for _ in read_samples(str(path), HUMANEVAL)) == count
    assert (time.process_time() - before) / count < 60e-6


@pytest.mark.parametrize(
    ("row", "body", "defect"),
    [
        ({"completion": None}, "", NO_TEXT),
        ({"solution": None}, "", NO_TEXT),
        ({"solution": None, "completion": None}, "", NO_TEXT),
        ({"solution": None, "completion": "x"}, "x", ""),
        ({"completion": ""}, "", ""),
    ],
)
def test_null_is_an_empty_sample(tmp_path, row, body, defect):
    path = tmp_path / "samples.jsonl"
    path.write_text(json.dumps({"task_id": "T/1"} | row) + "\n")
    (sample,) = read_samples(str(path), {})
    assert (sample.body, sample.defect) == (body, defect)
