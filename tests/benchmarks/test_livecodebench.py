"""LiveCodeBench: packed tests are read without unpickling, programs and methods are graded."""

import base64
import json
import pickle
import pickletools
import zlib
from collections import OrderedDict

import pytest

import grader
from grader.benchmarks import livecodebench
from grader.benchmarks._livecodebench import pickled_text
from grader.errors import UsageError
from grader.graders import function, program
from grader.record import journal


def packed(value) -> str:
    return base64.b64encode(zlib.compress(pickle.dumps(value))).decode()


def row(name="abc301_a", *, public, private, function_name=None):
    kind = "functional" if function_name else "stdin"
    listed = [
        [{"input": given, "output": wanted, "testtype": kind} for given, wanted in tests]
        for tests in (public, private)
    ]
    return {
        "question_id": name,
        "starter_code": "",
        "public_test_cases": json.dumps(listed[0]),
        "private_test_cases": packed(json.dumps(listed[1])),
        "metadata": json.dumps({"func_name": function_name} if function_name else {}),
    }


DOUBLE = row(public=[("1\n", "2\n")], private=[("4\n", "8\n"), ("5\n", "10.0\n")])
PAIR = row("2727", public=[("[3, 1]\n2", "[1, 2]")], private=[("[]\n0", "[0]")], function_name="f")
METHOD = "class Solution:\n    def f(self, a: List[int], n):\n        {}\n"


def write(path, *rows):
    path.write_text("".join(json.dumps(each) + "\n" for each in rows))
    return path


def tasks_of(path):
    return {task.id: task for task in livecodebench.benchmark().tasks(path)}


def results(data, task_id, *bodies):
    run = data.with_name("run")
    rows = [{"task_id": task_id, "completion": body} for body in bodies]
    grader.evaluate("livecodebench", rows, data=data, workers=1, out=run)
    found = sorted(journal.current(run / journal.NAME), key=lambda result: result.index)
    assert len(found) == len(bodies)
    return found


def test_public_and_packed_private_tests_become_cases(tmp_path):
    (task,) = tasks_of(write(tmp_path / "test.jsonl", DOUBLE)).values()
    spec = program.Spec.model_validate(task.spec)
    assert (task.id, task.kind, task.limits.cpu_s) == ("abc301_a", "program", 6.0)
    assert [(case.stdin, case.stdout) for case in spec.all_cases()] == [
        (b"1\n", b"2\n"), (b"4\n", b"8\n"), (b"5\n", b"10.0\n"),
    ]  # fmt: skip


def test_a_method_is_interviewed(tmp_path):
    (task,) = tasks_of(write(tmp_path / "test.jsonl", PAIR)).values()
    spec = function.Spec.model_validate(task.spec)
    assert task.kind == "function"
    assert "Solution().f" in spec.suffix
    assert task.limits.cpu_s == 18.0


def test_plain_private_tests_are_read_too(tmp_path):
    plain = {**DOUBLE, "private_test_cases": json.dumps([{"input": "3", "output": "6"}])}
    (task,) = tasks_of(write(tmp_path / "test.jsonl", plain)).values()
    assert len(program.Spec.model_validate(task.spec).all_cases()) == 2


def test_releases_of_a_directory_are_read_in_order(tmp_path):
    write(tmp_path / "test2.jsonl", {**DOUBLE, "question_id": "second"})
    write(tmp_path / "test.jsonl", DOUBLE)
    assert list(tasks_of(livecodebench.benchmark().locate(tmp_path))) == ["abc301_a", "second"]


def test_without_data_the_next_move_is_told():
    with pytest.raises(UsageError, match="livecodebench needs --data"):
        livecodebench.benchmark().locate(None)


def test_a_directory_without_a_release_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"no test\*\.jsonl in it"):
        livecodebench.benchmark().locate(tmp_path)


class Hostile:
    def __reduce__(self):
        return (print, ("never",))


@pytest.mark.parametrize(
    "value", [Hostile(), OrderedDict(a=1), ["a", "b"], {"a": "b"}, 3, {"input_output": ["x"]}, ()]
)
def test_a_pickle_of_anything_but_a_text_is_refused(value, capsys):
    with pytest.raises(ValueError, match="the pickle"):
        pickled_text(pickle.dumps(value))
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("text", ["", "a", "é\n" * 70_000])
def test_a_pickled_text_is_read_in_every_protocol(protocol, text):
    assert pickled_text(pickle.dumps(text, protocol)) == text
    assert pickled_text(pickletools.optimize(pickle.dumps(text, protocol))) == text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"private_test_cases": "%"}, "'private_test_cases' is not base64 of zlib"),
        ({"private_test_cases": base64.b64encode(b"x").decode()}, "is not base64 of zlib"),
        ({"private_test_cases": packed(Hostile())}, "the pickle wants"),
        ({"private_test_cases": packed("[")}, "'private_test_cases' does not hold JSON"),
        ({"private_test_cases": packed("{}")}, "'private_test_cases' must hold lists"),
        ({"private_test_cases": packed('[{"input": 1}]')}, "needs the texts 'input' and 'output'"),
        ({"public_test_cases": "[]", "private_test_cases": "[]"}, "no tests"),
        ({"metadata": "[]"}, "'metadata' must hold an object"),
        ({"metadata": '{"func_name": "a b"}'}, "'a b' is no name of a function"),
    ],
)
def test_a_malformed_row_is_named_with_its_line(tmp_path, change, message):
    path = write(tmp_path / "test.jsonl", PAIR, {**DOUBLE, **change})
    with pytest.raises(UsageError) as caught:
        tasks_of(path)
    assert str(caught.value).startswith(f"{path}:2: ")
    assert message in str(caught.value)


def test_cut_off_tests_are_refused(tmp_path):
    whole = base64.b64decode(DOUBLE["private_test_cases"])
    cut = {**DOUBLE, "private_test_cases": base64.b64encode(whole[:-6]).decode()}
    with pytest.raises(UsageError, match="its zlib data end early"):
        tasks_of(write(tmp_path / "test.jsonl", cut))


def test_the_official_samples_are_read_as_lines_and_as_one_list(tmp_path):
    tasks = tasks_of(write(tmp_path / "test.jsonl", DOUBLE))
    official = [{"question_id": "abc301_a", "code_list": ["a", "b"], "graded_list": [True, True]}]
    (tmp_path / "list.json").write_text(json.dumps(official))
    write(tmp_path / "lines.jsonl", *official, {"task_id": "abc301_a", "solution": "c"})
    for name, bodies in (("list.json", ["a", "b"]), ("lines.jsonl", ["a", "b", "c"])):
        samples = list(livecodebench.benchmark().samples(str(tmp_path / name), tasks))
        assert [sample.body for sample in samples] == bodies
        assert not any(sample.whole for sample in samples)


def test_programs_are_judged_by_the_official_rule(tmp_path):
    data = write(tmp_path / "test.jsonl", DOUBLE)
    found = results(
        data,
        "abc301_a",
        "print(2 * int(input()))",
        "print(float(2 * int(input())))",
        "print(f'{2 * int(input())}_0'.replace('_0', '' if True else ''))\nexit()",
        "print(f'  0_{2 * int(input())}  ')",
        "print(2 * int(input()) + 1e-9)",
        "print(*Counter(input()))",
    )
    assert [(result.verdict.value, result.readings["compat"]) for result in found] == [
        ("passed", "passed"),
        ("passed", "passed"),
        ("passed", "passed"),
        ("failed", "passed"),
        ("failed", "failed"),
        ("failed", "failed"),
    ]


def test_methods_are_judged_by_value(tmp_path):
    data = write(tmp_path / "test.jsonl", PAIR)
    always = "type('E', (), {'__eq__': lambda s, o: True})()"
    found = results(
        data,
        "2727",
        METHOD.format("a.sort(); return a[:1] + [n]"),
        METHOD.format("return tuple(sorted(a)[:1] + [n])"),
        "def f(a, n):\n    return sorted(a)[:1] + [n]\n",
        METHOD.format("return a"),
        METHOD.format(f"return {always}"),
        METHOD.format("return [[1, 2], [0]][not a]"),
        "def g(a, n):\n    pass\n",
    )
    assert [result.verdict.value for result in found] == [
        "passed", "passed", "passed", "failed", "failed", "passed", "error",
    ]  # fmt: skip
    assert {result.trust.value for result in found} == {"separated"}


def test_the_local_sample_has_three_problems(shared):
    path = shared / "data/functions/tasks/livecodebench/sandboxfusion_sample.jsonl"
    tasks = tasks_of(path)
    assert {name: task.kind for name, task in tasks.items()} == {
        "1873_A": "program", "2727": "function", "abc301_a": "program",
    }  # fmt: skip


def test_one_call_that_never_ends_is_a_timeout(tmp_path, monkeypatch):
    monkeypatch.setattr(livecodebench, "TEST_CPU_S", 0.4)
    data = write(tmp_path / "test.jsonl", PAIR, DOUBLE)
    (result,) = results(data, "2727", METHOD.format("while True: pass"))
    assert (result.verdict.value, result.reason) == ("timeout", "used up the CPU time of one call")


def test_a_future_import_keeps_its_place(tmp_path):
    data = write(tmp_path / "test.jsonl", DOUBLE)
    (result,) = results(
        data, "abc301_a", "from __future__ import annotations\nprint(2 * int(input()))"
    )
    assert result.verdict.value == "passed"


@pytest.mark.parametrize("extract", ["auto", "fence"])
def test_a_chat_answer_is_taken_out_for_methods_and_programs(tmp_path, extract):
    data = write(tmp_path / "test.jsonl", PAIR, DOUBLE)
    method = METHOD.format("return sorted(a)[:1] + [n]")
    rows = [
        {"task_id": "2727", "solution": f"Here:\n```python\n{method}```\nIt sorts."},
        {"task_id": "abc301_a", "solution": "Here:\n```\nprint(2 * int(input()))\n```\nDone."},
    ]
    source = str(write(tmp_path / "samples.jsonl", *rows))
    report = grader.evaluate(
        "livecodebench", source, data=data, workers=1, out=tmp_path / "run", extract=extract
    )
    assert report.counts == {"passed": 2}
    assert report.extraction == {"fence": 2}


def test_rows_of_a_caller_may_say_solution(tmp_path):
    data = write(tmp_path / "test.jsonl", PAIR, DOUBLE)
    rows = [
        {"task_id": "2727", "solution": METHOD.format("return sorted(a)[:1] + [n]")},
        {"task_id": "abc301_a", "solution": "print(2 * int(input()))"},
    ]
    report = grader.evaluate("livecodebench", rows, data=data, workers=1, out=tmp_path / "run")
    assert report.counts == {"passed": 2}
