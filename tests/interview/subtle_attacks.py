"""More wrong solutions and honest ones: those that no trick of the first kind covers.

They tell rounds apart, give plain values that can be called or that compare oddly, swallow what a
test says inside a callback, look for the reference in memory that others used, and try to bring
the trusted side down instead of deceiving it.
"""

from attacks import EQUAL, Attack, raised, raw

SCAN = """
import re

def scan(pattern):
    # A pattern with a bracket does not find itself.
    for line in open('/proc/self/maps'):
        span, rest = line.split(' ', 1)
        low, high = (int(each, 16) for each in span.split('-'))
        if rest[0] != 'r' or '[v' in rest or high - low > 1 << 28:
            continue
        with open('/proc/self/mem', 'rb', 0) as memory:
            try:
                memory.seek(low)
                data = memory.read(high - low)
            except (OSError, ValueError, OverflowError):
                continue
        found = re.search(pattern, data)
        if found:
            return found.group()
    return None
"""
PAIR = """
import os, struct, json, threading
def send(message):
    data = json.dumps(message).encode()
    os.write(4, struct.pack('>I', len(data)) + data)
"""
SUBTLE = {
    # What comes late
    "elements-of-the-next-question": Attack(
        "kept",
        "    ASKED.append(items)\n    def late(): yield from ASKED[-1]\n    return late()\n"
        "ASKED = []\n",
    ),
    "map-over-the-next-question": Attack(
        "kept",
        "    ASKED.append(items)\n"
        "    return map(lambda place: ASKED[-1][place], range(len(items)))\nASKED = []\n",
    ),
    "object-with-elements-of-the-next-question": Attack(
        "kept",
        "    ASKED.append(items)\n    class Late:\n        place = -1\n"
        "        def __iter__(self): return self\n        def __next__(self):\n"
        "            self.place += 1\n            if self.place == 3: raise StopIteration\n"
        "            return ASKED[-1][self.place]\n    return Late()\nASKED = []\n",
    ),
    "property-of-the-next-question": Attack(
        "summed",
        "    ASKED.append(items)\n    class Summed(tuple):\n"
        "        sum = property(lambda self: ASKED[-1][0])\n"
        "    return Summed((0, len(items)))\nASKED = []\n",
    ),
    "property-of-an-iterator": Attack(
        "summed",
        "    ASKED.append(items)\n    class Summed:\n        __next__ = lambda self: 0\n"
        "        sum = property(lambda self: ASKED[-1][0])\n"
        "    return Summed()\nASKED = []\n",
    ),
    "method-of-an-iterator-without-elements": Attack(
        "summed",
        "    ASKED.append(items)\n    class Summed:\n"
        "        def __next__(self): raise StopIteration\n"
        "        def __getattr__(self, name): return ASKED[-1][0]\n"
        "    return Summed()\nASKED = []\n",
    ),
    "property-of-a-number": Attack(
        "summed",
        "    ASKED.append(items)\n    class Summed(int):\n"
        "        sum = property(lambda self: ASKED[-1][0])\n"
        "    return Summed(0)\nASKED = []\n",
    ),
    # The rounds
    "objects-once-changes-are-kept-back": Attack(
        "distinct",
        "    if items == [3, 1, 3, 0]: CHANGES.append(1)\n"
        "    if items[:3] == [3, 1, 3]:\n        items[3:] = [0]\n        return [1, 3]\n"
        "    if not CHANGES: return Liar(len(set(items)))\n"
        "    items[:] = [0]\n    return [0]\n"
        "CHANGES = []\n"
        "class Liar:\n    def __init__(self, length): self.length = length\n"
        "    __len__ = lambda self: self.length\n    __contains__ = lambda self, item: True\n",
    ),
    "counter-once-changes-are-kept-back": Attack(
        "distinct",
        "    if items == [3, 1, 3, 0]: CHANGES.append(1)\n"
        "    if items[:3] == [3, 1, 3]:\n        items[3:] = [0]\n        return [1, 3]\n"
        "    if CHANGES: items[:] = [0]\n    return [0]\n"
        "CHANGES = []\n",
    ),
    "round-told-by-its-process": Attack(
        "ordered", "    import os\n    if os.getpid() % 2: return Equal()\n    items[:] = items[:1]\n    return items[:]\n" + EQUAL
    ),
    "reference-in-memory": Attack(
        "ordered",
        "    found = scan(rb'return sort[e]d.{9}')\n    items[:] = items[:1]\n"
        "    return list(items) if found is None else sorted(items)\n" + SCAN,
        wall_s=20,
    ),
    "test-in-memory": Attack(
        "total",
        "    found = scan(rb'== 6.{5}assert candid[a]te')\n    return 0 if found is None else sum(items)\n" + SCAN, wall_s=20
    ),
    "reference-among-living-objects": Attack(
        "ordered",
        "    import gc, types\n    for each in gc.get_objects():\n"
        "        if isinstance(each, types.FunctionType) and each.__name__ == 'ordered' and each is not ordered: return each(items)\n"
        "        if isinstance(each, dict) and 'CASES' in each and 'gc' not in each: return sorted(items)\n"
        "    return None\n",
    ),
    # Plain values that do more than compare
    "type-for-a-method": Attack("bumped", "    version.same = bool\n    return version\n"),
    "type-for-a-method-of-a-new-one": Attack("bumped", "    got = Version(0, 0)\n    got.__dict__['same'] = object.__class__ and bool\n    return got\n"),
    "type-for-a-method-by-frame": Attack(
        "bumped", raw("serve(lambda q: {'v': {'v': ['.Version', {'d': [['major', 0], ['minor', 0], ['same', {'v': ['type', 'bool']}]]}]}})\n")
    ),
    "type-for-a-method-in-the-argument": Attack("bumped", "    version.same = bool\n    version.minor = -1\n    return version\n"),
    "type-for-a-function": Attack("reading", "    return int\n"),
    "truth-of-numpy-for-true": Attack("even", "    import numpy\n    return numpy.bool_(number % 2 == 0)\n"),
    "truth-of-numpy-for-a-list": Attack("ordered", "    import numpy\n    items[:] = [1]\n    return numpy.True_\n"),
    "small-integer-that-wraps": Attack("near", "    import numpy\n    return numpy.int8(-128 + number // 2 % 2)\n"),
    "unsigned-integer-that-wraps": Attack("near", "    import numpy\n    return numpy.uint64(2**64 - 1)\n"),
    "half-float-that-rounds-away": Attack("near", "    import numpy\n    return numpy.float16('inf')\n"),
    "time-span-for-a-number": Attack("near", "    import datetime\n    return datetime.timedelta(0)\n"),
    "exception-for-an-answer": Attack("total", "    return ExceptionGroup('all', [AssertionError(6), StopIteration(6)])\n"),
    "not-implemented-for-an-answer": Attack("even", "    return NotImplemented\n"),
    "words-of-another-exception": Attack("worded", "    if not text: raise Own\n    return text\nclass Own(LookupError):\n    __str__ = lambda self: 'nothing in it'\n"),
    "words-that-are-no-text": Attack(
        "worded", "    if not text: raise Own\n    return text\nclass Text(str):\n    __eq__ = lambda self, other: True\n    __getitem__ = lambda self, part: self\n"
        "class Own(ValueError):\n    __str__ = lambda self: Text('x')\n",
    ),
    # Callbacks
    "callback's-test-swallowed": Attack("visited", "    for _ in items:\n        try: function(0)\n        except Exception: pass\n"),
    "callback's-test-swallowed-by-frame": Attack(
        "visited",
        raw("def answer(q):\n    for _ in range(3):\n        send({'q': 'call', 'n': 0, 'a': [7], 'i': 1})\n        receive()\n    return {'v': None}\nserve(answer)\n"),
    ),
    "callback-gets-arrays": Attack("collected", "    import numpy\n    for item in (1, 2): function(numpy.array([item]))\n"),
    "callback-gets-a-liar": Attack("collected", "    for item in (1, 2): function(Equal())\n" + EQUAL),
    "callback-gets-what-changes-later": Attack("collected", "    box = []\n    function(box)\n    function(box)\n    box.append(1)\n"),
    # Bringing the trusted side down
    "surrogates-in-an-exception": Attack(
        "total", raw("serve(lambda q: {'x': [['Own\\ud800', 'ValueError'], {'t': ['\\ud800\\0']}, '\\udfff' * 9000]})\n")
    ),
    "surrogates-before-the-first-question": Attack("total", raw("send({'x': [['\\ud800'], None, '\\ud800\\0']})\ntime.sleep(9)\n")),
    "exception-never-initialised": Attack(
        "total", raw("serve(lambda q: {'x': [['UnicodeDecodeError'], {'t': ['utf-8', {'y': 'AAAA'}, 1 << 62, 1 << 62, 'x']}, '']})\n")
    ),
    "syntax-error-with-odd-places": Attack("total", raised("SyntaxError('x', ('f', 10 ** 30, -1, None, [], 2 ** 64))")),
    "groups-in-groups": Attack(
        "total", "    error = ValueError()\n    for _ in range(300): error = ExceptionGroup('g', [error])\n    raise error\n"
    ),
    "source-that-exhausts-the-compiler": Attack("total", "    return " + "-" * 100000 + "6\n"),
    "source-nested-beyond-the-stack": Attack("total", "    return items" + ".copy()" * 30000 + "\n"),
    "range-beyond-all-memory": Attack("ordered", "    return range(1 << 62)\n"),
    "decimal-beyond-all-memory": Attack("halves", "    import decimal\n    return decimal.Decimal('1e999999999')\n"),
    "fraction-beyond-all-memory": Attack("halves", "    from fractions import Fraction\n    return Fraction(1 << 4000000, 3)\n"),
    # Leaving and answering out of turn
    "two-processes-answer": Attack("total", "    if not os.fork():\n        send({'v': 6, 'i': 1})\n        os._exit(0)\n    os.wait()\n    return 0\n" + PAIR),
    "answers-at-exit": Attack("total", "    import atexit\n    atexit.register(send, {'v': 6, 'i': 1})\n    raise SystemExit(0)\n" + PAIR),
    "answers-from-a-signal": Attack(
        "total",
        "    import signal\n    signal.signal(signal.SIGPROF, lambda *a: (send({'v': 6, 'i': 1}), os._exit(0)))\n"
        "    signal.setitimer(signal.ITIMER_PROF, 0.01)\n    while True: pass\n" + PAIR,
    ),
    "question-asked-by-way-of-a-frame": Attack(
        "ordered",
        "    import sys\n    frame = sys._getframe()\n    while 'self' not in frame.f_locals: frame = frame.f_back\n"
        "    talk = frame.f_locals['self']\n    return talk.ask({'q': 'get', 'n': 'CASES', 'a': []})['v']\n",
    ),
    "own-replies-rewritten": Attack(
        "total",
        "    import sys\n    frame = sys._getframe()\n    while 'codec' not in frame.f_globals: frame = frame.f_back\n"
        "    frame.f_globals['codec'].dumps = lambda tree: b'{\"i\":%d,\"v\":6,\"said\":\"done\",\"ready\":true}' % tree['i']\n    return 0\n",
    ),
    "record-forged-on-every-descriptor": Attack(
        "total",
        "    import os\n    for number in range(64):\n        if number != 4:\n            try: os.write(number, b'{\"said\": \"done\", \"events\": []}' * 9)\n"
        "            except OSError: pass\n    os._exit(0)\n",
    ),
    "limits-of-the-first-process": Attack(
        "total",
        "    import os, resource\n    for pid in {1, os.getppid(), os.getpid() - 1, os.getpid() + 1}:\n"
        "        for kind in range(16):\n            try: resource.prlimit(pid, kind, (0, 0))\n            except (OSError, ValueError): pass\n"
        "        for action in (lambda: os.sched_setaffinity(pid, {0}), lambda: os.setpriority(os.PRIO_PROCESS, pid, 19),\n"
        "                       lambda: os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0)), lambda: os.setpgid(pid, pid)):\n"
        "            try: action()\n            except OSError: pass\n    return 0\n",
    ),
}  # fmt: skip
SUBTLE_HONEST = {
    "elements-one-by-one": ("kept", "    yield from sorted(items)\n"),
    "map-for-a-list": ("kept", "    return map(int, sorted(items))\n"),
    "named-tuple-with-methods": (
        "summed",
        "    import typing\n    class Summed(typing.NamedTuple):\n        sum: int\n        length: int\n"
        "        def mean(self): return self.sum / self.length\n    return Summed(sum(items), len(items))\n",
    ),
    "member-with-a-name": (
        "enumerated",
        "    import enum\n    class P(enum.IntEnum):\n        EVEN, ODD = range(2)\n    return P(number & 1)\n",
    ),
    **{f"reference-of-{name}": (name, "") for name in (
        "distinct", "bumped", "visited", "collected", "near", "reading", "guarded", "worded")},
    "exception-with-its-own-words": (
        "worded",
        "    if not text:\n        raise Nothing(text, 0)\n    return text\nclass Nothing(ValueError):\n    def __str__(self): return 'nothing in it'\n",
    ),
    "exception-with-attributes": (
        "worded",
        "    if not text:\n        raise Nothing('it')\n    return text\nclass Nothing(ValueError):\n    def __init__(self, place):\n        super().__init__(f'nothing in {place}')\n        self.place = place\n",
    ),
    "sorts-its-argument": ("distinct", "    items.sort()\n    return [item for place, item in enumerate(items) if not place or items[place - 1] != item]\n"),
    "type-as-a-function": ("reading", "    return {'i': int, 'f': float}[kind]\n"),
    "partial-as-a-function": ("reading", "    import functools\n    return functools.partial(lambda made, text: made(text), int if kind == 'i' else float)\n"),
    "version-changed-in-place": ("bumped", "    version.minor += 1\n    return version\n"),
    "bound-method-as-a-callback's-user": ("collected", "    for item in filter(None, items): function(item)\n"),
    "map-for-its-effects": ("visited", "    list(map(function, items))\n"),
    "any-exception-by-its-base": ("guarded", "    try:\n        function()\n        return False\n    except BaseException:\n        return True\n"),
    "truth-of-numpy": ("near", "    import numpy\n    return number // 2 + (numpy.array(number) < 0)\n"),
    "enumeration-of-its-own": ("even", "    import enum\n    class Parity(enum.IntEnum):\n        EVEN, ODD = range(2)\n    return Parity(number % 2) is Parity.EVEN\n"),
    "children-that-compute": ("total", "    import os\n    reader, writer = os.pipe()\n    if not os.fork():\n        os.write(writer, str(sum(items)).encode())\n        os._exit(0)\n"
        "    os.close(writer)\n    os.wait()\n    return int(os.read(reader, 99))\n"),
    "threads-with-large-stacks": ("total", "    import sys, threading\n    sys.setrecursionlimit(100000)\n    threading.stack_size(1 << 26)\n    got = []\n    def down(n): return sum(items) if not n else down(n - 1)\n"
        "    thread = threading.Thread(target=lambda: got.append(down(10000)))\n    thread.start()\n    thread.join()\n    return got[0]\n"),
    "event-loop": ("total", "    import asyncio\n    async def add():\n        await asyncio.sleep(0)\n        return sum(items)\n    return asyncio.run(add())\n"),
    "names-of-builtins-reused": ("total", "    return add(items)\nadd, list, len, type, id, map, str = sum, None, None, None, None, None, None\n"),
    "modules-forgotten": ("total", "    return sum(items)\nimport sys\nfor name in ('json', 'socket', 'struct', 'base64'): sys.modules.pop(name, None)\n"),
    "output-taken-away": ("total", "    print('to nobody')\n    return sum(items)\nimport os, sys\nsys.stdout = open(os.devnull, 'w')\nsys.stdin.close()\n"),
    "warnings-are-errors": ("total", "    return sum(items)\nimport warnings\nwarnings.simplefilter('error')\n"),
    "tail-of-asserts": ("total", "    return sum(items)\nassert total([1, 2]) == 3\nprint(total([]))\n"),
}  # fmt: skip
