"""`grader grade`: one line, one status, and whose fault it is."""

import json
from pathlib import Path

import pytest
from cli_command import launch

TESTS = 'def check(candidate):\n    assert candidate(1) == 2\n    assert candidate(2) == 3, "two"\n'
OF_TESTS = ("--tests", "tests.py", "--entry-point", "f")
NULL = ("--sandbox", "null", "--allow-weak")


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> Path:
    (tmp_path / "tests.py").write_text(TESTS)
    (tmp_path / "right.py").write_text("def f(x):\n    return x + 1\n")
    (tmp_path / "wrong.py").write_text("def f(x):\n    return 2\n")
    (tmp_path / "leaves.py").write_text("import os\nos._exit(0)\n")
    (tmp_path / "cases.jsonl").write_text(
        '{"input": "1\\n", "output": "2"}\n\n{"stdin": "4", "stdout": "5"}\n'
    )
    (tmp_path / "pairs").mkdir()
    for name, given, wanted in (("a", "1", "2"), ("b", "4", "5")):
        (tmp_path / "pairs" / f"{name}.in").write_text(given)
        (tmp_path / "pairs" / f"{name}.out").write_text(wanted)
    (tmp_path / "program.py").write_text("print(int(input()) + 1)\n")
    (tmp_path / "constant.py").write_text("print(2)\n")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ((*OF_TESTS, "right.py"), 0, "f: passed\n"),
        (
            (*OF_TESTS, "wrong.py"),
            3,
            'f: failed: AssertionError: two (line 3): assert candidate(2) == 3, "two"\n',
        ),
        ((*OF_TESTS, "leaves.py"), 3, "f: error: left with status 0 before the tests were over\n"),
        (("--cases", "cases.jsonl", "program.py"), 0, "cases.jsonl: passed\n"),
        (
            ("--cases", "pairs", "constant.py"),
            3,
            "pairs: failed: case 2: line 1: expected '5', got '2'\n",
        ),
    ],
    ids=["right", "wrong", "leaves", "cases", "folder"],
)
def test_grade_says_the_verdict_in_one_line_and_by_its_status(grader, words, status, said):
    done = grader("grade", *words)
    assert (done.status, done.out) == (status, said), done.err


def test_grade_reads_an_answer_from_standard_input(files):
    answer = f"Here it is:\n```python\n{(files / 'right.py').read_text()}```\n"
    with launch("grade", *OF_TESTS, "--json", "-", cwd=files) as process:
        out, err = process.communicate(answer)
    assert process.returncode == 0, err
    assert json.loads(out)["verdict"] == "passed"


def test_grade_takes_a_benchmark_s_task(grader):
    words = ("grade", "--benchmark", "folder", "--task", "bill-split", *NULL)
    Path("done.py").write_text("# null: done\n")
    Path("error.py").write_text("# null: failed\n")
    assert grader(*words, "done.py").out == "bill-split: passed\n"
    assert grader(*words, "error.py").status == 3


def test_grade_leaves_our_own_trouble_to_us(grader):
    Path("ours.py").write_text("def f(x):\n    return 1\n# null: infra\n")
    done = grader("grade", *OF_TESTS, *NULL, "ours.py")
    assert done.status == 5
    assert "passed" not in done.out + done.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("right.py",), "give one of --benchmark, --tests and --cases; found none"),
        ((*OF_TESTS, "--cases", "pairs", "right.py"), "found --tests and --cases"),
        (("--tests", "tests.py", "right.py"), "--tests needs --entry-point"),
        (("--benchmark", "folder", "right.py"), "--benchmark needs --task"),
        ((*OF_TESTS, "--tolerance", "0", "right.py"), "--tolerance belongs to --cases"),
        ((*OF_TESTS, "--task", "x", "right.py"), "--task belongs to --benchmark"),
        ((*OF_TESTS, "absent.py"), "absent.py: No such file or directory"),
        ((*OF_TESTS, "pairs"), "pairs: Is a directory"),
        ((*OF_TESTS, "bytes.py"), "bytes.py: no UTF-8 at byte 0"),
        (("--tests", "empty.py", "--entry-point", "f", "right.py"), "tests: it is empty"),
        (("--cases", "empty.py", "right.py"), "empty.py: there is no case in it"),
        (("--cases", "bad.jsonl", "right.py"), "bad.jsonl:2: no JSON"),
        (("--cases", "odd.jsonl", "right.py"), 'odd.jsonl:1: {"input": TEXT'),
        (("--cases", "deep.json", "right.py"), "deep.json: no JSON"),
        (("--cases", "lonely", "right.py"), "there is no a.out beside it"),
        (
            ("--benchmark", "folder", "--task", "bill-spilt", "right.py"),
            "did you mean 'bill-split'",
        ),
        ((*OF_TESTS, "--network", "right.py"), "--network is about containers"),
    ],
)
def test_grade_refuses_what_the_caller_can_mend(grader, files, words, told):
    (files / "bytes.py").write_bytes(b"\xff")
    (files / "empty.py").write_text("")
    (files / "bad.jsonl").write_text('{"input": "", "output": ""}\n{"input"\n')
    (files / "odd.jsonl").write_text('{"input": 1, "output": "2"}\n')
    (files / "deep.json").write_text("[" * 200_000)
    (files / "lonely").mkdir()
    (files / "lonely" / "a.in").write_text("")
    done = grader("grade", *words)
    assert (done.status, done.out) == (2, "")
    assert told in done.err
    assert done.err.count("\n") == 1
