"""Several callers of one engine: what the tests of one do is kept from those of another."""

import pytest

import grader
from grader.graders._arrangement import is_tidy

RIGHT = "def size(x):\n    return -x if x < 0 else x\n"
WRONG = "def size(x):\n    return x\n"
SECRET = "the answer is forty-two"
CHANGES = {
    "a builtin": 'g = (x for x in [1])\ng.gi_frame.f_builtins["abs"] = lambda x: x\n',
    "a module": "import dataclasses\n"
    'mock = dataclasses.inspect.importlib.import_module("unittest.mock")\n'
    'mock.patch("math.fabs", lambda x: x).start()\n',
}
"""What the look at a text takes for tidy and is not."""
LOOKS = (
    "import re\n"
    f"wanted = b'{SECRET[::-1]}'[::-1]\n"
    "found = 0\n"
    "with open('/proc/self/maps') as maps, open('/proc/self/mem', 'rb', 0) as memory:\n"
    "    for line in maps:\n"
    "        start, end = (int(each, 16) for each in line.split()[0].split('-'))\n"
    "        if 'rw' not in line or 'v' in line[-9:-2]:\n"
    "            continue\n"
    "        try:\n"
    "            memory.seek(start)\n"
    "            found += memory.read(end - start).count(wanted)\n"
    "        except (OSError, ValueError, OverflowError):\n"
    "            pass\n"
    "own = 1  # what was made to look for it\n"
    "assert found <= own, found\n"
    "assert size(1) == 1\n"
)


def sizes(tests: str) -> grader.Task:
    return grader.function_task(tests=tests, entry_point="size")


@pytest.fixture(scope="module")
def graded():
    with grader.open(workers=1) as engine:
        yield engine


@pytest.mark.parametrize("name", CHANGES)
def test_tests_change_nothing_for_another_s_tests(graded, name):
    hostile = f"{CHANGES[name]}assert size(1) == 1"
    assert is_tidy(hostile)
    assert graded.grade(sizes(hostile), f"{RIGHT}# {name}").verdict == "passed"
    honest = sizes("import math\nassert abs(size(-3)) == 3 == math.fabs(-3)\nassert size(-3) == 3")
    found = [graded.grade(honest, f"{body}# {name}").verdict for body in (RIGHT, WRONG)]
    assert found == ["passed", "failed"]


@pytest.mark.parametrize("begin", ["", "import sys\n"], ids=["standing", "own process"])
def test_tests_see_nothing_of_another_s_tests(graded, begin):
    secret = f"{begin}assert size(1) == 1, '{SECRET}'\nassert size(2) == 2, '{SECRET} {SECRET}'"
    assert is_tidy(secret) is not bool(begin)
    for body in (RIGHT, f"def size(x):\n    raise KeyError('{SECRET}')"):
        graded.grade(sizes(secret), f"{body}# {begin!r}")
    result = graded.grade(sizes(LOOKS), f"{RIGHT}# {begin!r}")
    assert result.verdict == "passed", result.reason
