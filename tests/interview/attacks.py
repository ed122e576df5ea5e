"""Wrong solutions that try to pass, none of them by being right; each must not pass.

`RAW` begins programs that take over the channel and speak the protocol themselves.
"""

from typing import NamedTuple


class Attack(NamedTuple):
    task: str
    program: str
    """Continues the task's prompt."""
    wall_s: float = 4.0


RAW = """    return None

import json, os, socket, struct, sys, threading, time

def send(message):
    data = message if isinstance(message, bytes) else json.dumps(message).encode()
    data = struct.pack('>I', len(data)) + data
    while data:
        data = data[os.write(4, data):]

def exactly(size):
    data = b''
    while len(data) < size:
        more = os.read(4, size - len(data))
        if not more:
            os._exit(0)
        data += more
    return data

def receive():
    return json.loads(exactly(struct.unpack('>I', exactly(4))[0]))

def serve(answer):
    send({'ready': True})
    while True:
        question = receive()
        said = answer(question)
        send({**said, 'i': question['i']} if isinstance(said, dict) else said)

"""
EQUAL = """
class Equal:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
    def __bool__(self): return True
    def __len__(self): return 3
    def __iter__(self): return iter([1, 2, 3])
    def __contains__(self, item): return True
    def __getitem__(self, key): return self
    def __getattr__(self, name): return Equal()
    def __call__(self, *a, **k): return self
    def __sub__(self, other): return 0.0
    def __rsub__(self, other): return 0.0
    def __abs__(self): return 0.0
    def __float__(self): return 0.0
    def __lt__(self, other): return True
    def __array__(self, *a, **k): return [1]
"""


def raw(text: str) -> str:
    return RAW + text


def raised(kind: str, definition: str = "") -> str:
    return f"    raise {kind}\n\n{definition}\n"


ATTACKS = {
    # Frames that no honest candidate sends
    "answers-before-questions": Attack("total", raw("send({'ready': True})\nfor i, n in enumerate((6, 0, 5, 5), 1): send({'v': n, 'i': i})\ntime.sleep(60)\n")),
    "ready-is-one": Attack("total", raw("send({'ready': 1})\nserve(lambda q: {'v': 6})\n")),
    "ready-twice": Attack("total", raw("send({'ready': True})\nserve(lambda q: {'v': sum(q['a'][0])})\n")),
    "no-greeting-but-an-answer": Attack("total", raw("send({'v': 6})\nserve(lambda q: {'v': 6})\n")),
    "handle-of-kind-class": Attack("total", raw("serve(lambda q: {'v': {'h': [0, 'class']}})\n")),
    "handle-of-no-kind": Attack("total", raw("serve(lambda q: {'v': {'h': [0, 'truth']}})\n")),
    "handle-changes-its-kind": Attack(
        "counting",
        raw("kinds = iter(['iterator', 'instance', 'callable', 'class'] * 9)\nserve(lambda q: {'v': {'h': [0, next(kinds)]}})\n"),
    ),
    "handle-with-a-huge-number": Attack("total", raw("serve(lambda q: {'v': {'h': [2 ** 31, 'instance']}})\n")),
    "own-handle-never-given": Attack("total", raw("serve(lambda q: {'v': {'b': 0}})\n")),
    "own-handle-negative": Attack("applied", raw("serve(lambda q: {'v': {'b': -1}})\n")),
    "own-callback-as-the-answer": Attack("applied", raw("serve(lambda q: {'v': {'b': 0}})\n")),
    "answer-without-a-value": Attack("total", raw("serve(lambda q: {})\n")),
    "answer-is-a-list": Attack("total", raw("serve(lambda q: [6])\n")),
    "answer-is-no-json": Attack("total", raw("serve(lambda q: b'(lambda: 6)()')\n")),
    "answer-is-nan": Attack("halves", raw("serve(lambda q: b'{\"v\":NaN,\"i\":%d}' % q['i'])\n")),
    "pickle-in-a-frame": Attack("total", raw("import pickle\nserve(lambda q: pickle.dumps(6))\n")),
    "unknown-value-type": Attack("total", raw("serve(lambda q: {'v': {'v': ['eval', '6']}})\n")),
    "reference-to-nothing": Attack("total", raw("serve(lambda q: {'v': {'r': 99}})\n")),
    "reference-to-the-argument": Attack("ordered", raw("serve(lambda q: {'v': {'r': 0}})\n")),
    # Changes of arguments
    "argument-emptied-by-frame": Attack(
        "ordered", raw("serve(lambda q: {'m': [[0, ['l', [1]]]], 'v': [1]})\n")
    ),
    "argument-becomes-a-dict": Attack(
        "ordered", raw("serve(lambda q: {'m': [[0, ['d', [[1, 2]]]]], 'v': []})\n")
    ),
    "change-of-a-negative-container": Attack(
        "ordered", raw("serve(lambda q: {'m': [[-1, ['l', []]]], 'v': []})\n")
    ),
    "change-of-a-foreign-container": Attack(
        "ordered", raw("serve(lambda q: {'m': [[1, ['l', []]], [True, ['l', []]]], 'v': []})\n")
    ),
    "changes-are-no-list": Attack("ordered", raw("serve(lambda q: {'m': {'ab': 1}, 'v': []})\n")),
    "change-refers-to-itself": Attack(
        "ordered", raw("serve(lambda q: {'m': [[0, ['l', [{'r': 0}]]]], 'v': {'r': 0}})\n")
    ),
    "argument-sorted-in-place": Attack("ordered", "    items.sort()\n    items[:] = items[:1]\n    return items\n"),
    "argument-emptied-afterwards": Attack(
        "ordered",
        "    got = list(items[:1])\n    KEPT.append(items)\n    for each in KEPT: each[:] = got\n    return got\nKEPT = []\n",
    ),
    "argument-holds-a-liar": Attack("ordered", "    items[:] = [Equal()]\n    return items\n" + EQUAL),
    "identity-by-a-copy": Attack("shared", "    return [list(item) for _ in range(count)]\n"),
    "instance-argument-rewritten": Attack("mirror", "    point.x = point.y = 0\n    return point\n"),
    # Requests to the checker
    "request-for-nothing": Attack("total", raw("serve(lambda q: {'q': 'call', 'n': 0, 'a': []})\n")),
    "request-for-an-attribute": Attack(
        "applied", raw("serve(lambda q: {'q': 'h.get', 'n': 0, 'a': ['__globals__']})\n")
    ),
    "request-for-globals": Attack("applied", raw("serve(lambda q: {'q': 'get', 'n': 0, 'a': ['__code__']})\n")),
    "next-of-a-function": Attack("applied", raw("serve(lambda q: {'q': 'next', 'n': 0, 'a': []})\n"), wall_s=30),
    "request-without-a-number": Attack("applied", raw("serve(lambda q: {'q': 'call'})\n")),
    "request-with-odd-parts": Attack("applied", raw("serve(lambda q: {'q': ['call'], 'n': [], 'a': 7})\n")),
    "callback-called-for-ever": Attack(
        "applied", raw("send({'ready': True})\nreceive()\nwhile True:\n    send({'q': 'call', 'n': 0, 'a': [1]})\n    receive()\n"), wall_s=30),
    "requests-without-reading": Attack(
        "applied", raw("send({'ready': True})\nwhile True:\n    send({'q': 'call', 'n': 0, 'a': ['x' * 50000]})\n")
    ),
    "callback-never-called": Attack("applied", "    return [item * 10 for item in items]\n"),
    # Time, size and depth
    "half-a-frame": Attack("total", raw("send({'ready': True})\nreceive()\nos.write(4, b'\\0\\0\\1\\0{')\ntime.sleep(60)\n")),
    "frame-of-four-gigabytes": Attack("total", raw("send({'ready': True})\nreceive()\nos.write(4, b'\\xff' * 4)\ntime.sleep(60)\n")),
    "frame-never-sent": Attack("total", raw("send({'ready': True})\nreceive()\nos.write(4, struct.pack('>I', 200 << 20))\ntime.sleep(60)\n")),
    "deep-frame": Attack("total", raw("serve(lambda q: b'[' * 1000000)\n")),
    "deep-and-closed-frame": Attack("total", raw("serve(lambda q: b'{\"i\":%d,\"v\":' % q['i'] + b'[' * 200000 + b']' * 200000 + b'}')\n")),
    "frame-that-grows-in-memory": Attack("total", raw("serve(lambda q: b'{\"i\":%d,\"v\":[' % q['i'] + b'[],' * (20 << 20) + b'1]}')\n")),
    "keys-that-collide": Attack(
        "grouped",
        raw("step = (1 << 61) - 1\nserve(lambda q: {'v': {'d': [[{'i': hex(n * step)}, 1] for n in range(40000)]}})\n"),
    ),
    "structure-of-shared-lists": Attack(
        "grouped", "    value = []\n    for _ in range(60):\n        value = [value, value]\n    return value\n"
    ),
    "structure-with-a-cycle": Attack("grouped", "    value = {}\n    value[1] = value\n    return value\n"),
    "value-of-endless-depth": Attack(
        "total", "    value = []\n    for _ in range(100000):\n        value = [value]\n    return value\n"
    ),
    "endless-generator": Attack("counting", "    while True:\n        yield number\n", wall_s=30),
    "endless-iterator-for-a-list": Attack("ordered", "    return iter(int, 1)\n", wall_s=30),
    "integer-of-many-digits": Attack("total", "    return 10 ** 100000\n"),
    "results-that-grow": Attack("ordered", "    return list(range(1000000))\n"),
    "many-kinds-of-named-tuples": Attack(
        "ordered",
        "    import collections\n    return [collections.namedtuple(f'N{n}', f'x{n}')(n) for n in range(300)]\n",
    ),
    "huge-text": Attack("total", "    return 'x' * (40 << 20)\n"),
    # Leaving, signals, other processes
    "channel-closed": Attack("total", "    import os\n    os.close(4)\n    os._exit(0)\n"),
    "channel-shut-one-way": Attack(
        "total",
        "    import socket, time\n    channel = socket.socket(fileno=4)\n    channel.shutdown(socket.SHUT_WR)\n    time.sleep(60)\n",
    ),
    "child-answers-for-a-dead-parent": Attack(
        "total", raw("if os.fork():\n    os._exit(0)\nos.setsid()\nserve(lambda q: {'v': 6})\n")
    ),
    "everybody-is-killed": Attack("total", "    import os\n    os.kill(-1, 9)\n    return 6\n"),
    "first-process-is-signalled": Attack(
        "total",
        "    import os, signal\n    for number in (1, os.getppid()):\n        for which in (signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):\n"
        "            try: os.kill(number, which)\n            except OSError: pass\n    return 0\n",
    ),
    "stops-itself": Attack("total", "    import os, signal\n    os.kill(os.getpid(), signal.SIGSTOP)\n"),
    "threads-that-send": Attack(
        "total", raw("def flood():\n    while True: send({'v': 6})\nthreading.Thread(target=flood, daemon=True).start()\nserve(lambda q: {'v': 0})\n")
    ),
    "descriptors-in-a-frame": Attack(
        "total",
        raw("channel = socket.socket(fileno=4)\nsend({'ready': True})\nreceive()\nsocket.send_fds(channel, [struct.pack('>I', 13) + b'{\"v\":6,\"i\":1}'], [0, 1, 2, 4])\n"
            "serve(lambda q: {'v': 6})\n"),
    ),
    "floods-its-output": Attack("total", "    while True: print('passed' * 1000, flush=True)\n"),
    "looks-for-the-tests": Attack(
        "total",
        "    import glob\n    for path in glob.glob('/proc/[0-9]*/*') + glob.glob('/**/tests.py', recursive=True) + glob.glob('/proc/self/fd/*'):\n"
        "        try: text = open(path, 'rb').read(1 << 16)\n        except (OSError, ValueError): continue\n"
        "        if b'assert candidate' in text: return 6 if items else 0\n    return None\n",
    ),
    # Exceptions
    "exception-called-gone": Attack("total", raised("Gone('x')", "class Gone(BaseException): pass")),
    "exception-called-uncrossable": Attack("total", raised("Uncrossable('x')", "class Uncrossable(TypeError): pass")),
    "exception-called-out-of-turn": Attack("total", raised("OutOfTurn('x')", "class OutOfTurn(BaseException): pass")),
    "exception-called-done": Attack("total", raised("done('passed')", "class done(BaseException): pass")),
    "system-exit-in-a-call": Attack("parsed", "    raise SystemExit(0)\n"),
    "keyboard-interrupt": Attack("parsed", "    raise KeyboardInterrupt\n"),
    "generator-exit": Attack("parsed", "    raise GeneratorExit\n"),
    "memory-error": Attack("parsed", "    raise MemoryError\n"),
    "skipped-test": Attack("total", "    import unittest\n    raise unittest.SkipTest\n"),
    "stop-iteration-ends-the-loop": Attack("streamed", "    raise StopIteration\n"),
    "stop-iteration-of-one's-own-kind": Attack("streamed", raised("Stop(1)", "class Stop(StopIteration): pass")),
    "stop-iteration-by-frame": Attack("streamed", raw("serve(lambda q: {'x': [['Stop', 'StopIteration'], None, '']})\n")),
    "stop-iteration-after-an-answer": Attack("streamed", "    if number == 1: return 2\n    raise StopIteration\n"),
    "exception-with-lying-arguments": Attack("parsed", "    if text == '7': return 7\n    raise ValueError(Equal(), Equal())\n" + EQUAL),
    "exception-whose-arguments-lie": Attack(
        "parsed",
        "    if text == '7': return 7\n    raise Own\nclass Own(ValueError):\n    args = property(lambda self: ('bad', Equal()))\n" + EQUAL,
    ),
    "exception-frame-without-names": Attack("parsed", raw("serve(lambda q: {'x': [[], None, '']})\n")),
    "exception-frame-of-numbers": Attack("parsed", raw("serve(lambda q: {'x': [[1, {}], 3, 4]})\n")),
    "exception-frame-says-gone": Attack("parsed", raw("serve(lambda q: {'x': [['Gone'], None, 'x']})\n")),
    "exception-of-the-prompt-lies": Attack("failing", "    raise Missing\n"),
    # Objects
    "equal-to-everything": Attack("grouped", "    return Equal()\n" + EQUAL),
    "subtracts-to-nothing": Attack("halves", "    return Equal()\n" + EQUAL),
    "truth-of-an-object": Attack("even", "    return Equal()\n" + EQUAL),
    "contains-everything": Attack("ordered", "    return Equal()\n" + EQUAL),
    "dict-that-lies": Attack(
        "grouped", "    return Own()\nclass Own(dict):\n    __eq__ = lambda self, other: True\n    __iter__ = lambda self: iter([1, 2])\n"
    ),
    "text-that-lies": Attack("parsed", "    return Own('7')\nclass Own(str):\n    __eq__ = lambda self, other: True\n    __hash__ = str.__hash__\n"),
    "named-tuple-that-lies": Attack(
        "ordered",
        "    return Own(1)\nimport collections\nOwn = collections.namedtuple('Own', 'x')\nOwn.__eq__ = lambda self, other: True\nOwn.__len__ = lambda self: 3\n",
    ),
    "defaultdict-that-fills": Attack("grouped", "    import collections\n    return collections.defaultdict(list)\n"),
    "class-says-it-is-int": Attack("total", "    return Own()\nclass Own:\n    __class__ = int\n    __eq__ = lambda self, other: True\n"),
    "signalling-decimal": Attack("halves", "    import decimal\n    return decimal.Decimal('sNaN')\n"),
    "nan": Attack("halves", "    return float('nan')\n"),
    "array-for-a-truth": Attack("even", "    import numpy\n    return numpy.array([True, False])\n"),
    "array-of-one-element": Attack("total", "    import numpy\n    return numpy.array([sum(items)])\n"),
    "array-of-odd-truths": Attack(
        "arrays", raw("serve(lambda q: {'v': {'v': ['ndarray', '|b1', {'t': [1, 2]}, 'AgI=']}})\n")
    ),
    "array-with-a-lying-type": Attack("arrays", "    return Own((1, 2))\nclass Own(np.ndarray):\n    __eq__ = lambda self, other: True\n"),
    # The prompt's classes
    "instance-with-lying-attributes": Attack("mirror", "    point.x = point.y = Equal()\n    return point\n" + EQUAL),
    "instance-with-a-class-attribute": Attack(
        "mirror", raw("serve(lambda q: {'v': {'v': ['.Point', {'d': [['__class__', {'v': ['type', 'int']}], ['x', 2], ['y', 1]]}]}})\n")
    ),
    "instance-with-a-method-of-its-own": Attack(
        "mirror", "    got = Point(point.y, point.x)\n    if point.x == 3: got = Point(0, 0); got.size = lambda: 34\n    return got\n"
    ),
    "subclass-of-the-prompt's-class": Attack("mirror", "    return Own(0, 0)\nclass Own(Point):\n    __eq__ = lambda self, other: True\n    size = lambda self: 34\n"),
    "equality-of-the-prompt's-class": Attack("mirror", "    return Point(0, 3.4)\nPoint.__eq__ = lambda self, other: True\n"),
    "enumeration-with-new-values": Attack("colours", "    Colour.BLUE._value_ = Colour.RED\n    return Cell(paint), spot\n"),
    # Classes and iterators that tests may use
    "class-whose-methods-lie": Attack("stack", "class Stack:\n    def __getattr__(self, name): return Equal()\n    def __len__(self): return 2\n" + EQUAL),
    "class-with-a-lying-length": Attack("stack", "class Stack(list):\n    push = list.append\n    items = lambda self: self\n    pop = lambda self: 4\n"),
    "length-is-a-text": Attack("stack", "class Stack:\n    push = lambda self, item: None\n    __len__ = lambda self: True\n"),
    "iterator-of-liars": Attack("counting", "    for _ in range(number): yield Equal()\n" + EQUAL),
    "list-for-an-iterator": Attack("counting", "    return Equal()\n" + EQUAL),
    # The rounds
    "reference-is-disturbed": Attack(
        "total",
        "    import os, time\n    for _ in range(20):\n        if not os.fork():\n            os.setsid()\n            time.sleep(60)\n"
        "    for place in ('/tmp', '/dev/shm', '.'):\n        for n in range(50):\n            try: open(f'{place}/x{n}', 'w').write('x' * 100000)\n            except OSError: pass\n"
        "    return Equal()\n" + EQUAL,
    ),
    "shared-round-is-wanted": Attack("total", "    return lambda: Equal()\n" + EQUAL + "import builtins, sys\nbuiltins.AssertionError = SystemExit\n"),
    "nothing-printed": Attack("spoken", "    return None\n"),
    "printed-too-late": Attack("spoken", "    import threading\n    threading.Timer(0.2, print, (f'Hello, {name}',)).start()\n"),
}  # fmt: skip
HONEST = {
    **{f"reference-of-{name}": (name, "") for name in (
        "total", "ordered", "streamed", "applied", "counting", "mirror", "stack", "parsed", "halves", "grouped",
        "even", "sorting", "shared", "arrays", "spoken", "failing", "colours")},
    "state-from-call-to-call": ("total", "    SEEN.append(len(items))\n    return sum(items) + 0 * len(SEEN)\nSEEN = []\n"),
    "mutable-default": ("total", "    return remember(items)\n\ndef remember(items, kept={}):\n    return kept.setdefault(tuple(items), sum(items))\n"),
    "recursion-with-a-raised-limit": ("total", "    import sys\n    sys.setrecursionlimit(50000)\n    def down(n): return 0 if not n else down(n - 1)\n    return sum(items) + down(5000)\n"),
    "chatty": ("total", "    import sys\n    print('debug', items)\n    print('debug', file=sys.stderr)\n    return sum(items)\n"),
    "thread-left-running": ("total", "    import threading, time\n    threading.Thread(target=time.sleep, args=(30,), daemon=True).start()\n    return sum(items)\n"),
    "input-at-its-end": ("total", "    try: input()\n    except EOFError: pass\n    return sum(items)\n"),
    "main-block": ("total", "    return sum(items)\n\nif __name__ == '__main__':\n    raise SystemExit('not here')\n"),
    "numpy-number": ("total", "    import numpy\n    return numpy.sum(numpy.array(items, dtype=int))\n"),
    "boolean-as-a-number": ("total", "    return sum(items) if items else False\n"),
    "argument-changed-and-put-back": ("ordered", "    items.append(0)\n    items.pop()\n    return sorted(items)\n"),
    "callback-in-a-lambda": ("applied", "    return list(map(lambda item: function(item), items))\n"),
    "generator-expression": ("counting", "    return (n for n in range(1, number + 1))\n"),
    "iterator-of-a-list": ("counting", "    return iter(list(range(1, number + 1)))\n"),
    "exception-subclass": ("parsed", "    try:\n        return int(text)\n    except ValueError:\n        raise Bad('bad', text) from None\n\nclass Bad(ValueError):\n    pass\n"),
    "fraction-for-a-float": ("halves", "    from fractions import Fraction\n    return float(Fraction(number) / 2)\n"),
    "ordered-dict": ("grouped", "    from collections import OrderedDict\n    found = OrderedDict()\n    for word in words: found.setdefault(len(word), []).append(word)\n    return found\n"),
    "defaultdict": ("grouped", "    from collections import defaultdict\n    found = defaultdict(lambda: [])\n    for word in words: found[len(word)].append(word)\n    return found\n"),
    "stack-with-slots": ("stack", "class Stack:\n    __slots__ = ('held',)\n    def __init__(self): self.held = ()\n    def __len__(self): return len(self.held)\n"
        "    def push(self, item): self.held += (item,)\n    def pop(self):\n        *rest, last = self.held\n        self.held = tuple(rest)\n        return last\n    def items(self): return [*self.held]\n"),
    "point-changed-in-place": ("mirror", "    return Point(*reversed((point.x, point.y)))\n\nPoint.extra = 1\n"),
    "paint-by-replace": ("colours", "    import dataclasses\n    return Cell(dataclasses.replace(paint, colour=Colour(3 - paint.colour.value))), spot._replace(column=spot.column + 1)\n"),
    "array-made-anew": ("arrays", "    return np.add(array, array)\n"),
    "sorted-by-slices": ("sorting", "    items[:] = sorted(items)\n"),
    "printed-in-pieces": ("spoken", "    import sys\n    sys.stdout.write('Hello, ')\n    print(name)\n"),
}  # fmt: skip
