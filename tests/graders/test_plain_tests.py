"""Which tests say the same from another process."""

import pytest

from grader.graders._arrangement import arrange

PROMPT = "def f(x):\n    '''It.'''\n"
PLAIN = {
    "asserts": "assert candidate([1]) == [1]\n    assert abs(candidate(2) - 2) < 1e-6",
    "loops": "for i in range(3):\n        assert candidate(i) == [i, [candidate(k) for k in 'ab']]",
    "modules": "import math\n    assert math.isclose(candidate(2), math.sqrt(4))",
    "types": "assert isinstance(candidate(1), (int, float)) and candidate(2) is None",
    "methods": "assert candidate('a').upper() == 'A' and candidate([2])[0] == 2",
}
OTHER = {
    "attribute": "assert candidate.calls == 1",
    "handed to a module": "import inspect\n    assert inspect.signature(candidate)",
    "handed to a builtin": "assert callable(candidate) and repr(candidate)",
    "callback": "assert candidate(lambda x: x) == 1",
    "own function as a callback": "def g(x):\n        return x\n    assert candidate(g) == 1",
    "exception": "try:\n        candidate(1)\n    except ValueError:\n        pass",
    "context": "with open('x') as file:\n        assert candidate(file)",
    "random": "import random\n    assert candidate(random.random())",
    "files": "assert candidate(open('x').read())",
    "identity": "x = [1]\n    assert candidate(x) is x",
    "changed result": "a = candidate(1)\n    a.append(2)\n    assert candidate(1) == [1]",
    "changed element": "a = candidate(1)\n    a[0] = 2\n    assert candidate(1) == [1]",
    "class": "class A:\n        pass\n    assert candidate(A) == 1",
    "patch": "from unittest import mock\n    with mock.patch('time.time'):\n        candidate(1)",
    "globals": "assert globals()['f'] is candidate",
    "shared memory": "import numpy as np\n    assert np.shares_memory(candidate(1), candidate(2))",
    "unknown name": "assert candidate(1) == LOG",
}


def plain(body: str, *, prompt: str = PROMPT, reference: str = "    return x\n") -> bool:
    tests = f"def check(candidate):\n    {body}\ncheck(f)\n"
    made = arrange(prompt, prompt + reference, tests, "f")
    assert made is not None
    return made.plain


@pytest.mark.parametrize("name", PLAIN)
def test_data_in_and_out_is_plain(name):
    assert plain(PLAIN[name])


@pytest.mark.parametrize("name", OTHER)
def test_anything_else_is_not(name):
    assert not plain(OTHER[name])


def test_state_of_the_prompt_is_not_plain():
    assert not plain("assert candidate(1) == 1", prompt="LOG = []\n" + PROMPT)


def test_candidate_is_followed_through_the_tests_own_functions():
    inner = "def deeper(g):\n        return g{}\n    def run(h):\n        return deeper(h)\n"
    assert plain(f"{inner.format('(1)')}    assert run(candidate) == 1")
    assert not plain(f"{inner.format('.__name__')}    assert run(candidate) == 'f'")


def test_name_that_the_tests_replace_is_watched():
    prompt = "def rate():\n    return 2\n\n\n" + PROMPT
    made = [
        arrange(prompt, f"{prompt}    return {call}\n", "def rate():\n    return 7\nf(1)\n", "f")
        for call in ("rate()", "x", "(rate := 3)")
    ]
    assert [each.watching for each in made if each] == [True, False, False]
