"""Mutants told from their originals by inputs like the tests' own."""

import ast
import json
import subprocess
import sys
from contextlib import closing

import pytest

from grader.core.execution import StepEnd, StepResult
from grader.core.task import Task
from grader.graders.function import Spec
from grader.study.strength import apart
from grader.study.strength.wrong import MutantMaker, WrongSolutions

PROMPT = 'def above(values, limit):\n    """Values above.\n    >>> above([1, 5], 3)\n    """\n'
BODY = "    return [value for value in values if value > limit]\n"
TESTS = """
def check(candidate):
    assert candidate([1, 2, 9], 4) == [9]
    assert candidate([3, 8], 4) == [8]
    assert candidate([], 2) == []
check(above)
"""


def task_of(prompt, body, tests, name):
    spec = Spec(prompt=prompt, tests=tests, entry_point=name, reference=body)
    return Task(id="t/0", benchmark="b", kind="function", spec=spec.model_dump())


def asked(task, bodies):
    """What is told of these bodies, without the engine: our own text, run as it is sent."""
    with closing(MutantMaker(most=1, seed="0")) as maker:
        wrong = maker.of(task)
    mutants = tuple(wrong.mutants[0]._replace(body=body) for body in bodies)
    numbers = range(1, len(bodies) + 1)
    question = apart.question(task, WrongSolutions(wrong.original, mutants), numbers, "0")
    done = subprocess.run(
        [sys.executable, "-c", apart.asking()], input=question, capture_output=True, check=False
    )
    step = StepResult(name="run", ended=StepEnd.EXIT, code=done.returncode, stdout=done.stdout)
    return apart.told(step, numbers)[0]


def test_code_that_python_warns_of_says_nothing_on_the_terminal(capfd):
    body = "    return [value for value in values if value is 1]\n"
    with closing(MutantMaker(most=9, seed="0")) as maker:
        assert maker.of(task_of(PROMPT, body, TESTS, "above")).mutants
    assert capfd.readouterr().err == ""


def test_mutant_that_only_untested_inputs_tell_is_different():
    task = task_of(PROMPT, BODY, TESTS, "above")
    found = asked(task, [BODY.replace(">", ">=")])[1]
    assert found.asked > 100
    assert found.different > 0
    shortest = found.inputs[0]
    assert shortest.right != shortest.wrong
    values, limit = eval(shortest.arguments)
    assert limit in values


def test_mutant_that_says_the_same_in_other_words_is_equivalent():
    task = task_of(PROMPT, BODY, TESTS, "above")
    same = "    return list(filter(lambda value: not value <= limit, values))\n"
    found = asked(task, [same])[1]
    assert found.asked > 100
    assert found.different == 0


@pytest.mark.parametrize(
    "body",
    [
        "    while True: pass\n",
        "    raise SystemExit\n",
        "    import os; os._exit(0)\n",
        "    values.clear(); print('x' * 99); return 0\n",
    ],
)
def test_mutant_that_does_not_answer_is_different(body):
    task = task_of(PROMPT, BODY, TESTS, "above")
    assert asked(task, [body])[1].different > 0


def test_inputs_are_like_those_of_the_tests():
    tests = "check = None\n" + "\n".join(
        f"assert above({values}, {limit}) is not None"
        for values, limit in [([1, 2, 4], 2), ([2, 3, 9], 1), ([1, 5, 6, 7], 3), ([4, 8, 9], 2)]
    )
    task = task_of(PROMPT, BODY, tests, "above")
    beyond = "    return [v for v in values if v > limit] if min(values, default=0) >= 0 else 7\n"
    unsorted = "    return [v for v in sorted(values) if v > limit]\n"
    found = asked(task, [beyond, unsorted])
    assert found[1].asked > 50
    assert (found[1].different, found[2].different) == (0, 0)


def test_tests_without_any_call_tell_nothing():
    task = task_of("", "def f(x):\n    return x\n", "assert f\n", "f")
    assert asked(task, ["def f(x):\n    return 0\n"])[1].asked == 0


def test_answers_of_a_process_that_ended_are_asked_again_without_their_mutant():
    rows = [
        {"kind": "inputs", "known": 1, "made": 9},
        {"kind": "end", "number": 1, "tried": 9, "different": 0, "inputs": []},
        {"kind": "begin", "number": 2},
    ]
    text = "".join(json.dumps(row) + "\n" for row in rows).encode()
    step = StepResult(name="run", ended=StepEnd.MEMORY, stdout=text)
    found, left = apart.told(step, [1, 2, 3])
    assert found[2].different == 1
    assert left == (3,)


def test_words_of_a_program_are_told_by_its_input():
    spec = {
        "cases": [{"name": "1", "stdin": "3 4\n", "stdout": "7\n"}],
        "reference": "a, b = map(int, input().split())\nprint(a + b)\n",
    }
    task = Task(id="p", benchmark="b", kind="program", spec=spec)
    found = asked(task, ["a, b = map(int, input().split())\nprint(a + b if a < b else 7)\n"])[1]
    assert found.different > 0


def test_names_of_the_parts_that_are_sent_as_one_text_are_all_different():
    tree = ast.parse(apart.asking())
    names = [
        name
        for each in tree.body
        for name in (
            [target.id for target in each.targets if isinstance(target, ast.Name)]
            if isinstance(each, ast.Assign)
            else [getattr(each, "name", "")]
        )
        if name
    ]
    assert len(set(names)) == len(names) > 30
