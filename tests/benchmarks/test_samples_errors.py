"""Bad sample files: one line that names file, line, fault and next move."""

import gzip
import json
import re
from pathlib import Path

import pytest

from grader.benchmarks import _rows
from grader.benchmarks._samples import read_samples
from grader.core.task import Task
from grader.errors import UsageError

HUMANEVAL = {
    f"HumanEval/{n}": Task(id=f"HumanEval/{n}", benchmark="humaneval", kind="function", spec={})
    for n in range(164)
}
CHECKED = {
    f"MBPP/{n}": Task(id=f"MBPP/{n}", benchmark="mbpp-sanitized", kind="function", spec={})
    for n in range(2, 810, 2)
}
GOOD = b'{"task_id": "HumanEval/1", "completion": "x"}\n'


def complaint(source, known=HUMANEVAL, **options):
    with pytest.raises(UsageError) as caught:
        list(read_samples(str(source), known, **options))
    message = str(caught.value)
    assert "\n" not in message
    assert message.isprintable()
    return message


def ids(*names):
    return "".join(json.dumps({"task_id": n, "completion": "x"}) + "\n" for n in names).encode()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "samples.jsonl"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"task_id": "HumanEval/1" "completion": "x"}\n', r"not JSON at column 27 .*; correct"),
        (b'{"task_id": "HumanEval/1", "compl', r"not JSON at column 28 .*; the text ends early"),
        (
            b'{"task_id": "HumanEval/1"\n{"a": 1}\n',
            r":3: not JSON at column 26 .*; the line ends early",
        ),
        (b'{"task_id": "HumanEval/1"', r":3: not JSON at column 26 .*; the text ends early"),
        (b'{"task_id": "HumanEval/1", "a": [1, 2\r\n', r":3: not JSON at column 38 "),
        (b'{"task_id": "HumanEval/1",', r"the text ends early; was the file cut off"),
        (b'["HumanEval/1", "x"]\n', r"one JSON object per line is expected, found a list"),
        (b"17\n", r"found a number"),
        (b'{"completion": "x", "by": 3}\n', r"no 'task_id' \(found: .*; to convert: jq -c"),
        (
            b'{"task_id": "HumanEval/1", "prompt": ""}\n',
            r"neither 'completion' nor 'solution' \(found: .*: jq -c",
        ),
        (b'{"task_id": null, "completion": "x"}\n', r"'task_id' must be a string, found null"),
        (b'{"task_id": true, "completion": "x"}\n', r"'task_id' must be a string, found a boolean"),
        (b'{"task_id": 1.0, "completion": "x"}\n', r"'task_id' must be a string, found a number"),
        (
            b'{"task_id": "HumanEval/1", "completion": [7]}\n',
            r"'completion' .* found a list",
        ),
        (b'{"task_id": "HumanEval/1", "solution": 3}\n', r"'solution' must be .* found a number"),
        (b'{"task_id": "HumanEval/1", "task_id": "b"}\n', r"key 'task_id' stands twice"),
        (b'{"task_id": "HumanEval/1", "m": {"a": 1, "a": 2}}\n', r"key 'a' stands twice"),
        (b'{"task_id": "HumanEval/1", "completion": "\xff"}\n', r"byte 43 is not UTF-8"),
        (b"[" * 200_000 + b"\n", r"nested too deeply"),
        (b'{"n": ' + b"1" * 5000 + b"}\n", r"a number of thousands of digits"),
    ],
)
def test_samples_errors_name_file_and_line(file, line, words):
    file.write_bytes(GOOD + b"\n" + line)
    message = complaint(file)
    assert message.startswith(f"{file}:3: ")
    assert re.search(words, message)


def test_samples_error_in_one_json_list_names_the_item(file):
    file.write_text('[\n{"task_id": "HumanEval/1"}]\n')
    assert complaint(file).startswith(f"{file}[0]: neither 'completion' nor 'solution'")


def test_samples_error_for_a_missing_file(file):
    assert complaint(file) == f"{file}: no such file; check the path"


def test_samples_error_for_an_unreadable_file():
    path = Path("/proc/self/mem")
    if not path.exists():
        pytest.skip("no /proc/self/mem on this system")
    assert complaint(path).startswith(f"{path}: cannot be read")


@pytest.mark.needs("ordinary-user")
def test_samples_error_for_a_forbidden_file(file):
    file.touch(mode=0)
    assert complaint(file) == f"{file}: cannot be read (Permission denied)"


@pytest.mark.parametrize("content", [b"", b"\n \n", gzip.compress(b"", mtime=0)])
def test_samples_error_for_an_empty_file(file, content):
    file.write_bytes(content)
    assert complaint(file).startswith(f"{file}: no samples in it; ")


def test_samples_error_for_truncated_gzip_names_the_line(file):
    noise = "".join(map(chr, range(32, 127))).encode().hex()
    rows = b"".join(
        json.dumps({"task_id": "HumanEval/1", "completion": f"{n} {noise}"}).encode() + b"\n"
        for n in range(100)
    )
    packed = gzip.compress(rows)
    file.write_bytes(packed[:-20])
    message = complaint(file)
    assert re.match(rf"{re.escape(str(file))}:\d+: the compressed data end early; ", message)


def test_samples_error_for_damaged_gzip(file):
    packed = bytearray(gzip.compress(GOOD * 50))
    packed[-6] ^= 0xFF
    file.write_bytes(packed)
    assert "the gzip data are damaged (CRC check failed" in complaint(file)


def test_samples_error_for_an_endless_line(file, monkeypatch):
    monkeypatch.setattr(_rows, "LINE_BYTES", 1 << 20)
    file.write_bytes(gzip.compress(GOOD + b" " * (1 << 21)))
    assert complaint(file) == f"{file}:2: longer than 1 MiB; is it JSON Lines?"


def test_samples_error_for_a_folder_without_tasks_suggests_the_file_in_it(tmp_path):
    (tmp_path / "run.jsonl").write_bytes(GOOD)
    assert complaint(tmp_path) == (
        f"{tmp_path}: no directory like HumanEval_0/ (holding 0.py) in it;"
        f" did you mean {tmp_path / 'run.jsonl'}?"
    )


def test_samples_error_for_a_folder_of_empty_folders(tmp_path):
    (tmp_path / "HumanEval_1").mkdir()
    assert complaint(tmp_path).startswith(f"{tmp_path}: no samples in it")


def test_samples_error_for_a_program_that_is_not_utf8(tmp_path):
    (tmp_path / "HumanEval_1").mkdir()
    (tmp_path / "HumanEval_1" / "0.py").write_bytes(b"# ok\n# \xe9\n")
    path = tmp_path / "HumanEval_1" / "0.py"
    assert complaint(tmp_path).startswith(f"{path}:2: byte 8 is not UTF-8")


def test_samples_error_for_a_program_that_is_no_file(tmp_path):
    (tmp_path / "HumanEval_1" / "0.py").mkdir(parents=True)
    path = tmp_path / "HumanEval_1" / "0.py"
    assert complaint(tmp_path) == f"{path}: cannot be read (Is a directory)"
