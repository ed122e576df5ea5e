"""Questions that are sent ahead: only those that are certain, and nothing comes out otherwise."""

import json
from collections.abc import Iterator
from typing import Any

import anyio
import pytest

from grader import plugins
from grader.core.execution import StepResult
from grader.core.limits import Limits
from grader.core.plan import Interview, Plan, Step
from grader.core.result import Verdict
from grader.core.task import Image
from grader.graders._meaning import of_interview
from grader.sandboxes._slot import pair
from grader.sandboxes._slot.interview.ahead import MOST, frames
from grader.sandboxes._slot.interview.crossing import HASTY
from grader.sandboxes.base import ProviderSettings

LIMITS = Limits(cpu_s=3, wall_s=20)
CHECK = "def check(candidate):\n    "
ASKED = {
    "rows": ("assert f(1) == 1\nassert f('a', [2]) == 2", [[1], ["a", [2]]]),
    "check": (f"M = {{'a': 1}}\n{CHECK}assert candidate(1) == 1\n    pass\ncheck(f)", [[1]]),
    "check called twice": (f"{CHECK}assert candidate(1)\ncheck(f)\ncheck(f)", [[1], [1]]),
    "check that is not called": (f"{CHECK}assert candidate(1)", []),
    "check of another": (f"{CHECK}assert candidate(1)\ncheck(g)", []),
    "check of two": ("def check(c, d=1):\n    assert c(1)\ncheck(f)", []),
    "decorated check": (f"@staticmethod\n{CHECK}assert candidate(1)\ncheck(f)", []),
    "check that is made anew": (f"{CHECK}assert candidate(1)\ncheck = 1\ncheck(f)", []),
    "names in the way": ("def abs(x): return f(2)\nassert abs(f(1))", []),
    "parameter in the way": ("def check(len):\n    assert len(1)\ncheck(f)", []),
    "function that is made anew": ("f = 1\nassert f(1)", []),
    "both sides": ("assert abs(f(1) - f(-2)) < f(1.5)", [[1], [-2], [1.5]]),
    "in other calls": ("assert sorted(list(f(1))) == [f(2), (f(3),)]", [[1], [2], [3]]),
    "in a chain": ("assert f(1) == 1\nassert 0 < f(2) < f(3)", [[1]]),
    "perhaps": ("assert f(1)\nassert f(2) or f(3)", [[1]]),
    "perhaps not": ("assert f(1) if f(2) else f(3)", []),
    "in a message": ("assert f(1), f(2)", []),
    "in a loop": ("assert f(1)\nfor x in [1]:\n    assert f(x)\nassert f(2)", [[1]]),
    "in a comprehension": ("assert [f(x) for x in [1]]", []),
    "of another's result": ("assert f(f(1))", []),
    "after what may end it": ("import sys\nassert f(1)", []),
    "before what is unknown": ("assert f(1) == other(2)\nassert f(3)", [[1]]),
    "after what is unknown": ("assert other(2) == f(1)", []),
    "with what changes its result": ("assert f(1).pop() == 1", []),
    "with names": ("assert f(x=1)", []),
    "with nested lists": ("assert f(1)\nassert f([[1]])\nassert f(2)", [[1]]),
    "with tuples": ("assert f((1, 2))", []),
    "with infinity": ("assert f(1e999)", []),
    "with large numbers": ("assert f(9223372036854775808)", []),
    "with other letters": ("assert f('ä') == 'ä'", [["ä"]]),
    "no program": ("assert f(1", []),
    "what is expected before": ("assert f('ab') == 'ba'\nassert f('ba') == 'ab'", [["ab"]]),
    "what is expected within": ("assert f(15) == [3, 5]\nassert f(5) == [5]", [[15]]),
    "a list of what is expected": ("assert f('a b') == 'b'\nassert f(['a', 'b'])", [["a b"]]),
    "what is expected in a longer text": ("assert f('cab') == 'bac'\nassert f('a bac')", [["cab"]]),
    "another kind of sequence": ("assert f(15) == (3, 5)\nassert f([3, 5])", [[15]]),
    "in the same assertion": ("assert [f('ab'), f('ba')] == ['ba', 'ab']", [["ab"]]),
    "its own answer": ("assert f([3]) == [3]\nassert f([4]) == [4]", [[[3]], [[4]]]),
    "trifles that are expected": ("assert f(1) == 2\nassert f(2, []) == []", [[1], [2, []]]),
    "what is worked out": ("assert f(10) == 2 ** 10\nassert f(3)", [[10]]),
    "what is counted": ("assert f(10) == len('abc')\nassert f(3)", [[10]]),
    "in another order": ("assert f('xy') == [5, 6, 4]\nassert f([4, 6, 5])", [["xy"]]),
    "backwards": ("assert f('xy') == 'abcd'\nassert f('dcba')", [["xy"]]),
    "backwards in a longer text": ("assert f('xy') == 'abc'\nassert f('my cba')", [["xy"]]),
    "its characters in order": ("assert f('xy') == 'cab'\nassert f('abc')", [["xy"]]),
    "as a text": ("assert f('xy') == [31, 47]\nassert f('31, 47')", [["xy"]]),
    "as a number": ("assert f('xy') == '31'\nassert f(31)", [["xy"]]),
    "number as a text": ("assert f('xy') == 31\nassert f('31')", [["xy"]]),
    "in other letters": ("assert f('xy') == 'Ab'\nassert f('aB')", [["xy"]]),
    "with another sign": ("assert f(9) == -31\nassert f(31)", [[9]]),
    "without what it has twice": ("assert f(9) == [4, 5, 6]\nassert f([6, 5, 5, 4])", [[9]]),
    "in several arguments": ("assert f(9) == [4, 5, 6]\nassert f(4, 5, 6)", [[9]]),
    "in one argument of several": ("assert f(9) == 'ab'\nassert f(1, 'b a')", [[9]]),
    "joined": ("assert f(9) == ['ab', 'cd']\nassert f('ab cd')", [[9]]),
    "truths": ("assert f(9) == [True, False]\nassert f([False, True])", [[9]]),
    "a set of what is expected": ("assert f(1) == set([3])\nassert f(4)\nassert f(3)", [[1], [4]]),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_is_certain_is_asked_ahead(name):
    tests, wanted = ASKED[name]
    found = [json.loads(each) for each in frames(tests, ("f",))]
    assert [each["a"] for each in found] == wanted
    assert [each["i"] for each in found] == list(range(1, len(wanted) + 1))
    assert all((each["q"], each["n"]) == ("call", "f") for each in found)


def test_what_is_asked_ahead_fits_into_a_socket():
    assert len(frames("assert f(1)\n" * 1000, ("f",))) == MOST
    assert sum(map(len, frames(f"assert f('{'a' * 10_000}')\n" * 9, ("f",)))) <= 32 << 10


TESTS = "assert f(1) == [1]\nassert f(2) == [2]\nassert f(3) == [3]"
LISTED = "assert list(f(1)) == [1]\nassert list(f(2)) == [2]\nassert list(f(3)) == [3]"
TURNED = "assert f('abc') == 'cba'\nassert f('cba') == 'abc'"
ORDERED = "assert f([31, 42]) == [42, 31]\nassert f([31, 42]) == [42, 31]"
READ = "assert f('7') == 31\nassert f('31') == 42\nassert f('42') == 42"
PEEKING = """
import json, sys
asked = []
def f(x):
  asked.append(x)
  data = sys._getframe(1).f_locals.get("data")
  return json.loads(data[4 : 4 + int.from_bytes(data[:4], "big")])["a"][0] if data else asked[-2]
"""
SHOWN = "assert str(f(1)) == '[1]'\nassert str(f(2)) == '[2]'"
PROGRAMS = {
    "right": ("def f(x): return [x]", TESTS),
    "right and slow": ("import time\ndef f(x): time.sleep(0.02); return [x]", TESTS),
    "wrong": ("def f(x): return [x if x < 3 else 0]", TESTS),
    "wrong, then endless": (
        "def f(x):\n  while x == 3: pass\n  return [0 if x == 2 else x]",
        TESTS,
    ),
    "wrong, then gone": (
        "import os\ndef f(x):\n  if x == 3: os._exit(3)\n  return [0 if x == 2 else x]",
        TESTS,
    ),
    "wrong, then killed": (
        "import os\ndef f(x):\n  if x == 3: os.kill(os.getpid(), 11)\n  return [0 if x == 2 else x]",
        TESTS,
    ),
    "gone": ("import os\ndef f(x):\n  if x == 2: os._exit(3)\n  return [x]", TESTS),
    "raising": ("def f(x):\n  if x == 2: raise KeyError(x)\n  return [x]", TESTS),
    "raising where it is loaded": ("def f(x): return [x]\n1 / 0", TESTS),
    "no such function": ("def g(x): return [x]", TESTS),
    "stream": ("def f(x): yield x", LISTED),
    "stream of one buffer": ("b = [0]\ndef f(x):\n  b[0] = x\n  yield b[0]", LISTED),
    "stream where a list is wanted": ("def f(x): yield x", TESTS),
    "one list for all": ("b = [0]\ndef f(x):\n  b[0] = x\n  return b", TESTS),
    "growing list": ("b = []\ndef f(x):\n  b.append(x)\n  return b", TESTS),
    "object": ("class A:\n  __str__ = lambda s: '[1]'\ndef f(x): return A()", SHOWN),
    "equal object": ("class A:\n  __eq__ = lambda *_: True\ndef f(x): return A()", TESTS),
    "printing": ("def f(x): print(x); return [x]", TESTS),
    "argument changed": ("def f(x): x.append(1); return x", "assert f([]) == [1]\nassert f([2])"),
    "argument kept": ("k = []\ndef f(x): k.append(x); return k[0]", "assert f([1])\nassert f([2])"),
    "early answers": (
        "import os\nos.write(4, b'\\0\\0\\0\\x0f{\"v\":[1],\"i\":1}')\ndef f(x): return [0]",
        TESTS,
    ),
    "answers from later questions": (PEEKING, TURNED),
    "sorted from later questions": (PEEKING.replace('["a"][0]', '["a"][0][::-1]'), ORDERED),
    "read from later questions": (f"{PEEKING}g = f\ndef f(x): return int(g(x))", READ),
    "answers to later questions": (
        "import os\n"
        "def f(x):\n  os.write(4, b'\\0\\0\\0\\x0f{\"v\":[2],\"i\":2}')\n  return [x]",
        TESTS,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def interviews() -> Iterator[dict[tuple[str, bool], StepResult]]:
    """Facts by program, and whether questions might be sent ahead."""
    found: dict[tuple[str, bool], StepResult] = {}
    once = pair._once  # pyright: ignore[reportPrivateUsage]

    async def slowly(*ends: Any, hasty: bool, **more: bool) -> StepResult:
        return await once(*ends, hasty=hasty and is_hasty, **more)

    async def run() -> None:
        provider = plugins.load("sandboxes", "local").open_provider(
            ProviderSettings(run_id="ahead")
        )
        async with provider as provider:
            for name, (source, tests) in PROGRAMS.items():
                action = Interview(candidate=source, tests=tests, functions=("f",), tidy=True)
                step = Step(name="interview", action=action)
                plan = Plan(image=Image(), limits=LIMITS, steps=(step,))
                async with provider.sandbox(plan) as sandbox:
                    found[name, is_hasty] = await sandbox.run(step, LIMITS)

    patched = pytest.MonkeyPatch()
    patched.setattr(pair, "_once", slowly)
    for is_hasty in (True, False):  # noqa: B007  the functions above read it
        anyio.run(run)
    patched.undo()
    yield found


@pytest.mark.parametrize("name", PROGRAMS)
def test_nothing_comes_out_otherwise(interviews, name):
    ahead, slow = interviews[name, True], interviews[name, False]
    assert of_interview(ahead, LIMITS) == of_interview(slow, LIMITS)
    assert ahead.checker.completion == slow.checker.completion
    assert ahead.checker.completion.exception != HASTY


def test_program_that_takes_its_questions_away_does_not_pass():
    source = "import socket\nsocket.socket(fileno=4).recv(1 << 16)\ndef f(x): return [x]"

    async def run() -> StepResult:
        async with plugins.load("sandboxes", "local").open_provider(
            ProviderSettings(run_id="away")
        ) as lent:
            action = Interview(candidate=source, tests=TESTS, functions=("f",), tidy=True)
            step, limits = Step(name="interview", action=action), Limits(cpu_s=1, wall_s=1)
            async with lent.sandbox(Plan(image=Image(), limits=limits, steps=(step,))) as sandbox:
                return await sandbox.run(step, limits)

    assert of_interview(anyio.run(run), LIMITS).verdict in {Verdict.ERROR, Verdict.TIMEOUT}


def test_endless_work_that_nobody_wants_any_more_is_ended(interviews):
    assert interviews["wrong, then endless", True].cpu_s < 1
