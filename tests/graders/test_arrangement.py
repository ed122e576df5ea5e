"""What becomes a stub, what runs in the checker, and which checkers may stay."""

import ast

import pytest

from grader.graders._arrangement import InterviewArrangement, arrange, completed, defined, is_tidy

PROMPT = '''import math
from typing import List

class Point:
    def __init__(self, x): self.x = x

LIMIT = 3

def helper(x):
    return x + 1

def solve(x: int) -> int:
    """The task."""
'''


def made(prompt: str, body: str, tests: str, entry_point: str) -> InterviewArrangement:
    result = arrange(prompt, prompt + body, tests, entry_point)
    assert result
    return result


def test_entry_point_becomes_a_stub() -> None:
    result = made(PROMPT, "    return helper(x)\n", "assert solve(1) == 2", "solve")
    assert result.functions == ("solve",)
    assert result.names == ()
    assert "solve" not in result.prelude


def test_helper_of_the_prompt_runs_in_the_checker() -> None:
    result = made(
        PROMPT, "    return x\n", "assert solve(1) == helper(0) == Point(1).x < LIMIT", "solve"
    )
    assert result.functions == ("solve",)
    assert "def helper" in result.prelude
    assert "LIMIT = 3" in result.prelude
    assert result.classes == ("Point",)


def test_imports_of_the_reference_stay_imports() -> None:
    result = made(
        "",
        "from math import sqrt\nimport re as r\ndef f(x): return sqrt(x)\n",
        "assert f(4) == sqrt(4)",
        "f",
    )
    assert result.functions == ("f",)
    assert "from math import sqrt" in result.prelude
    assert "import re as r" in result.prelude


def test_future_imports_come_first() -> None:
    prompt = "import math\n\ndef solve(x):\n    pass\n"
    result = arrange(prompt, "from __future__ import annotations\n" + prompt, "solve(1)", "solve")
    assert result
    assert result.prelude.startswith("from __future__ import annotations")


def test_everything_that_tests_call_becomes_a_stub() -> None:
    result = made(
        "",
        "def a(): return 1\ndef b(): return a()\ndef c(): return 2\n",
        "assert a() + b() == 2",
        "b",
    )
    assert result.functions == ("a", "b")


def test_value_or_class_is_taken_as_a_name() -> None:
    result = made("", "class Stack: pass\nSIZE = 3\n", "assert Stack() and SIZE == 3", "Stack")
    assert (result.functions, result.names) == ((), ("Stack", "SIZE"))


def test_name_defined_again_is_taken_as_it_ends() -> None:
    result = made("", "f = None\ndef f(x): return x\n", "assert f(1)", "f")
    assert (result.functions, result.names) == (("f",), ())
    result = made("", "def f(x): return x\nf = staticmethod(f)\n", "assert f(1)", "f")
    assert (result.functions, result.names) == ((), ("f",))


def test_name_of_the_tests_is_theirs() -> None:
    result = made(
        "",
        "def f(): return 1\ndef check(): return 0\n",
        "def check(x): assert x() == 1\ncheck(f)",
        "f",
    )
    assert result.functions == ("f",)


def test_function_of_the_prompt_without_a_body_is_not_the_checkers() -> None:
    prompt = 'def other(x):\n    """Given elsewhere."""\n\ndef solve(x):\n    """The task."""\n'
    whole = "def other(x):\n    return x\n\ndef solve(x):\n    return other(x)\n"
    result = arrange(prompt, whole, "assert solve(1) == other(1)", "solve")
    assert result
    assert result.functions == ("other", "solve")


def test_nested_definitions_are_found() -> None:
    reference = "try:\n    import numpy\nexcept ImportError:\n    def f(): return 1\nif True:\n    def g(): return 2\n"
    result = made("", reference, "assert g() == 2 and f() == 1", "g")
    assert {*result.functions, *result.names} == {"f", "g"}


@pytest.mark.parametrize("broken", [0, 1, 2])
def test_text_that_cannot_be_parsed_has_no_arrangement(broken: int) -> None:
    texts = ["def f(x):\n    pass\n", "def f(x): return x\n", "assert f(1)\n"]
    texts[broken] = "def f(:\n"
    assert arrange(*texts, "f") is None


def test_nul_and_deep_texts_have_no_arrangement() -> None:
    assert arrange("", "def f(): pass", "\0", "f") is None
    assert arrange("", "def f(): pass", "(" * 500 + ")" * 500, "f") is None


def test_bare_definition_is_completed() -> None:
    assert completed("def f(x):\n") == "def f(x):\n    pass\n"
    assert completed("x = 1\n") == "x = 1\n"


def test_statements_say_what_they_bind() -> None:
    tree = ast.parse(
        "a, (b, *c) = 1, (2, 3)\nd: int = 1\nimport e.f, g as h\nfrom i import j as k\nclass L: pass\n1 + 1\n"
    )
    assert [defined(node) for node in tree.body] == [
        ("a", "b", "c"),
        ("d",),
        ("e", "h"),
        ("k",),
        ("L",),
        (),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "import math\nassert math.isclose(f(1), 1.0)", "from typing import List\ndef check(c: List[int]): assert c([1])",
        "import random\nrandom.seed(1)\nassert f(random.random())", "from random import seed\nseed(3)",
        "from collections import Counter, deque\nc = Counter()\nc['a'] += 1\nc.update('ab')", "xs = []\nxs.append(1)\nxs[0] = 2",
        "import numpy as np\nassert np.append(f(np.array([1])), 2).sort() is None", "from __future__ import annotations\nf(1)",
        "import re\nassert re.sub('a', 'b', f('x'))", "if __name__ == '__main__':\n    f(1)",
        "from typing import NamedTuple\nclass P(NamedTuple):\n    x: int\nassert P(1)._replace(x=2) == f(1)",
        "import copy\nassert f(copy.deepcopy([1])) == [1]", "import datetime\nassert f(datetime.date(2020, 1, 1))",
        "import itertools, functools, operator\nassert functools.reduce(operator.add, f(1))", "print(f(1))",
        "import decimal\nwith decimal.localcontext() as c:\n    assert f(1)", "d = {}\nd.setdefault(1, []).append(2)\ndel d[1]",
    ],
)  # fmt: skip
def test_program_that_computes_is_tidy(source: str) -> None:
    assert is_tidy(source)


@pytest.mark.parametrize(
    "source",
    [
        "import os", "import sys", "import math, sys", "from os import path", "import numpy.distutils._shell",
        "from math import *\nimport threading", "import warnings", "import unittest", "import asyncio", "from . import x",
        "import math\nmath.pi = 3", "import math\ndel math.pi", "setattr(math, 'pi', 3)", "getattr(x, '__dict__')['y'] = 1",
        "x.__dict__['y'] = 1", "x.__class__ = y", "__builtins__['len'] = 1", "__import__('os')", "globals()['x'] = 1",
        "vars(x)['y'] = 1", "exec('1')", "eval('1')", "open('x', 'w')", "f = open", "for x.y in [1]: pass", "with a as b.c: pass",
        "from decimal import getcontext as g\ng().prec = 3", "from decimal import setcontext as s\ns(c)",
        "import decimal\ndecimal.getcontext().traps[decimal.Inexact] = True",
        "import decimal\ndecimal.DefaultContext.traps[decimal.Inexact] = True", "from decimal import *\ngetcontext().clear_traps()",
        "import numpy as np\nnp.seterr(all='raise')", "from numpy import seterr as s\ns(all='raise')",
        "import numpy as np\nnp.random.seed(0)", "from numpy.random import seed\nseed(0)", "from numpy import random\nrandom.seed(0)",
        "import numpy.random as random\nrandom.seed(0)", "import numpy as np\nnp.random.set_state(s)",
        "import numpy as np\nnp.set_printoptions(precision=2)",
        "import numbers\nnumbers.Number.register(X)", "from collections.abc import Sequence\nSequence.register(X)",
        "import random\nrandom._os.environ.clear()", "import collections\ncollections.sys.modules.clear()",
        "from enum import sys", "from enum import sys as harmless", "from random import _inst", "import typing\ntyping.sys.stdout = x",
        "import json\njson.encoder.ESCAPE_DCT['x'] = 'y'", "import json\njson.encoder.ESCAPE_DCT.update(x=1)",
        "from json.encoder import ESCAPE_DCT\nESCAPE_DCT.clear()", "from json.encoder import ESCAPE_DCT as e\ne['x'] = 1",
        "import copy\ncopy._deepcopy_dispatch[int] = f", "import copy\ncopy.dispatch_table[int] = f", "from copy import copyreg",
        "import operator\noperator.attrgetter('__dict__')(m).clear()", "import operator\noperator.methodcaller('clear')(m)",
        "import re\nre._cache.clear()", "import functools\nfunctools.wraps.__defaults__ = ()", "breakpoint()", "input()",
        "class A:\n    def __init__(self):\n        self.x = 1", "x.y += 1", "x.y: int = 1", "a.b = c = 1",
    ],
)  # fmt: skip
def test_program_that_may_leave_something_is_not_tidy(source: str) -> None:
    assert not is_tidy(source)


def test_prompt_that_reaches_makes_the_arrangement_untidy() -> None:
    assert made("", "def f(): return 1\n", "assert f() == 1", "f").tidy
    assert not made("", "import os\ndef f(): return 1\n", "assert f() == 1", "f").tidy
    assert not made("", "def f(): return 1\n", "import os\nassert f() == 1", "f").tidy
