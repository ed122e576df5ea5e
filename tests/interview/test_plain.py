"""The candidate's short way over plain values says what the full codec says, byte for byte."""

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest

from grader.sandboxes._slot.interview import candidate, plain
from grader.sandboxes._slot.interview.talk import LENGTH

WAY_OUT = 100
Request = dict[str, Any]


def call(*arguments: Any, name: str = "f", **more: Any) -> Request:
    return {"q": "call", "n": name, "a": list(arguments), **more}


@contextmanager
def asked(source: str, *, short: bool) -> Iterator[socket.socket]:
    """The checker's end of a conversation with a program in a process of its own."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if not pid:
        try:
            plain.CAN = short
            os.dup2(theirs.fileno(), candidate.CHANNEL_DESCRIPTOR)
            os.closerange(candidate.CHANNEL_DESCRIPTOR + 1, 64)
            module = ModuleType("solution")
            code = compile(source, "solution.py", "exec")
            candidate.converse({"classes": []}, module, lambda: exec(code, vars(module)))
        finally:
            os._exit(1)
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        os.waitpid(pid, 0)


def said(channel: socket.socket) -> bytes:
    (size,) = LENGTH.unpack(channel.recv(LENGTH.size, socket.MSG_WAITALL))
    return channel.recv(size, socket.MSG_WAITALL)


def conversation(source: str, requests: list[Request], *, short: bool) -> list[bytes]:
    with asked(source, short=short) as channel:
        answers = [said(channel)]
        for number, request in enumerate(requests, 1):
            text = json.dumps({**request, "i": number}).encode()
            channel.sendall(LENGTH.pack(len(text)) + text)
            answers.append(said(channel))
        return answers


PLAIN = [call(1), call([1, 2], "x"), call(None, 1.5), call([True]), call(["a", 1, None])]
PROGRAMS = {
    "echo of its arguments": ("def f(*a): return a[0]", PLAIN),
    "sum": ("def f(x): return sum(x)", [call([1, 2]), call([1.5]), call([])]),
    "new list": ("def f(x): return x + [1]", [call([1]), call([None, "a"]), call([2])]),
    "argument changed": ("def f(x): x.append(1); return len(x)", [call([1]), call([2])]),
    "argument changed to equals": ("def f(x): x[0] = True; return 1", [call([1]), call([1])]),
    "argument sorted": ("def f(x): x.sort(); return x[0]", [call([2, 1]), call([1, 2])]),
    "argument kept": (
        "kept = []\ndef f(x): kept.append(x); return 1",
        [call([1]), call([2]), call(0), {**call(3), "m": [[0, ["l", [7]]]]}, call(4)],
    ),
    "kept argument changed later": (
        "kept = []\ndef f(x):\n  kept.append(x)\n  kept[0].append(5)\n  return 1",
        [call([1]), call([2])],
    ),
    "result kept": ("c = [1]\ndef f(x): return c", [call(1), call(2)]),
    "result kept and changed": ("c = [1]\ndef f(x): c.append(x); return c", [call(1), call(2)]),
    "cached": (
        "import functools\n@functools.lru_cache\ndef f(x): return [x]",
        [call(1), call(1), call(2)],
    ),
    "argument given back": ("def f(x): return x", [call([1]), call([1, 2])]),
    "argument in a closure": (
        "held = {}\ndef f(x): held['f'] = lambda: x; return 1",
        [call([1]), call([2])],
    ),
    "odd after plain": (
        "def f(x): return {1: (x,)} if x == 2 else [x]",
        [call(1), call(2), call(3), call([4])],
    ),
    "tuple": ("def f(*a): return a", [call(1, "b"), call(), call([1]), call(2)]),
    "tuple of odd ones": ("def f(x): return (x, 1 / x, chr(x))", [call(1), call(55555), call(2)]),
    "tuple that is kept": ("t = (1, 2)\ndef f(x): return t", [call([1]), call(2)]),
    "nested": ("def f(x): return [x, [x]]", [call(1), call([1])]),
    "large numbers": ("def f(x): return [2 ** 63 - x]", [call(1), call(0)]),
    "alone large numbers": ("def f(x): return 2 ** 63 - x", [call(1), call(0), call(1 << 63)]),
    "small numbers": ("def f(x): return -2 ** 63 - x", [call(0), call(1)]),
    "infinite": ("def f(x): return x * 1e300", [call(1e10), call(1)]),
    "not a number in a list": ("def f(x): return [float('nan')]", [call(1), call(1)]),
    "text": ("def f(x): return x * 2", [call("a"), call('"\\\n\x7f'), call("ä"), call("a")]),
    "surrogates": ("def f(x): return chr(0xd800 + x)", [call(0), call(1)]),
    "lists of odd text": ("def f(x): return ['a', chr(0xdc00)]", [call(0), call(1)]),
    "subclass": ("class I(int): pass\ndef f(x): return I(x)", [call(1), call(2)]),
    "list of subclass": ("class I(int): pass\ndef f(x): return [I(x)]", [call(1), call(2)]),
    "subclass of list": ("class L(list): pass\ndef f(x): return L([x])", [call(1), call(2)]),
    "class that is called": ("class f(list): pass", [call([1]), call([2, 3])]),
    "dict of its own": (
        "class D(dict): pass\ndef f(x): return D(a=x)",
        [call(1), call([1]), call(2)],
    ),
    "hostile equality": (
        "class E:\n  __eq__ = lambda *_: True\ndef f(x): x[0] = E(); return 1",
        [call([1]), call([1])],
    ),
    "exception": (
        "def f(x): return [1][x]",
        [call(0), call(1), call(0), call([1]), call(1)],
    ),
    "exception that keeps its argument": (
        "kept = []\ndef f(x): kept.append(x); raise ValueError(x)",
        [call([1]), call([2])],
    ),
    "steering exception": ("def f(x): raise StopIteration(x)", [call(1), call([1])]),
    "leaving": ("import sys\ndef f(x): sys.exit(x)", [call(3), call(4)]),
    "unknown name": ("f = 1", [call(1, name="g"), call(1), call(2, name="g")]),
    "iterator": ("def f(x): yield x", [call(1), {"q": "h.next", "n": 0, "a": []}, call(2)]),
    "other questions": (
        "f = len\nv = [1]",
        [call([1]), {"q": "get", "n": "v", "a": []}, call([1, 2])],
    ),
    "names of arguments": ("def f(x, y=0): return y", [call(1), call(1, k=[["y", [5]]]), call(2)]),
    "output that is heard": ("def f(x): print(x)", [call(1), call(2, c=True), call(3)]),
    "arguments that are no plain ones": (
        "def f(*a): return len(a)",
        [call(1), call([[1]], [2]), call({"t": [1]}), call({"d": [[1, 2]]}, {"r": 3})],
    ),
    "long": ("def f(x): return x[:-1]", [call(list(range(50_000))), call([1, 2])]),
    "deep": ("def f(x):\n  return f(x - 1) if x else 0", [call(100), call(5000), call(1)]),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_short_way_says_what_the_full_codec_says(name):
    source, requests = PROGRAMS[name]
    assert conversation(source, requests, short=True) == conversation(source, requests, short=False)


def test_programs_timeout_for_its_sockets_is_not_the_conversations():
    source = "import socket\nsocket.setdefaulttimeout(0.01)\ndef f(x): return {1: x}"
    with asked(source, short=True) as channel:
        said(channel)
        for number in (1, 2):
            time.sleep(0.05)
            text = json.dumps({**call(number), "i": number}).encode()
            channel.sendall(LENGTH.pack(len(text)) + text)
            assert json.loads(said(channel)) == {"v": {"d": [[1, number]]}, "i": number}


def test_short_way_is_taken():
    """Else the test before this one would compare nothing."""
    names: dict[str, Any] = {"f": lambda x: x[:1]}
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for number, request in enumerate([call([1, 2]), call([3]), call({"t": []})], 1):
            text = json.dumps({**request, "i": number}).encode()
            ours.sendall(LENGTH.pack(len(text)) + text)
        left = plain.serve(theirs.fileno(), names)
        assert left is not None
        assert left.outcome is None
        assert (left.crossed, json.loads(left.data[4:])["i"]) == (4, 3)
        assert said(ours) == b'{"ready":true}'
        assert [json.loads(said(ours)) for _ in range(2)] == [
            {"v": [1], "i": 1},
            {"v": [3], "i": 2},
        ]


def test_end_of_the_conversation_is_told_from_what_is_left():
    ours, theirs = socket.socketpair()
    with theirs:
        ours.close()
        with pytest.raises(OSError):
            plain.serve(theirs.fileno(), {})
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.shutdown(socket.SHUT_WR)
        assert plain.serve(theirs.fileno(), {}) is None
