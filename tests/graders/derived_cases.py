"""Samples that give values of classes of their own where the task's solution gives plain ones.

Right where one process passes them, whatever they are; and never by what their class says of itself.
"""

from one_process_cases import Case

SIGN = "def sign(x):\n"
PLAIN_SIGN = "    return (x > 0) - (x < 0)\n"
USES = {
    "compares": "assert candidate(-3) == -1 and candidate(0) == 0",
    "isinstance": "assert isinstance(candidate(4), int) and candidate(4) == 1",
    "json": "import json\n    assert json.dumps([candidate(4), {'x': candidate(-1)}]) == '[1, {\"x\": -1}]'",
    "sorts": "assert sorted(map(candidate, [5, -5, 0])) == [-1, 0, 1]",
    "keys": "assert {candidate(2): 'up'}[1] == 'up' and candidate(0) in {0}",
    "computes": "assert 2 * candidate(3) + 1 == 3 and [7, 8][candidate(1)] == 8",
    "truth": "assert candidate(1) and not candidate(0)",
    "singleton": "assert candidate(1) is not None and candidate(2) is not True and candidate(2) in (1, 2)",
    "words": "assert f'{candidate(3)} {candidate(-3):+d}' == '1 -1' and str(candidate(1)) == '1'",
    "deep copy": "import copy\n    assert copy.deepcopy([candidate(3)]) == [1]",
    "hands it back": "assert candidate(candidate(9)) == 1",
}
KINDS = {
    "IntEnum": "import enum\nclass S(enum.IntEnum):\n    DOWN = -1\n    SAME = 0\n    UP = 1\n",
    "IntFlag": "import enum\nclass S(enum.IntFlag):\n    DOWN = -1\n    SAME = 0\n    UP = 1\n",
    "subclass": "class S(int):\n    def is_up(self):\n        return self > 0\n",
    "slots": "class S(int):\n    __slots__ = ()\n",
}
WHOLE = "{kind}\n\ndef sign(x):\n    return S((x > 0) - (x < 0))\n"
FORGED = (
    "class S(int):\n    __eq__ = lambda *_: True\n    __hash__ = int.__hash__\n"
    "    __lt__ = __gt__ = __bool__ = lambda *_: True\n    __rmul__ = lambda *_: S(2)\n"
    "    __add__ = lambda *_: S(3)\n    __index__ = lambda *_: 1\n"
    "def sign(x):\n    return S(7)\n"
)
LEVEL = (
    "    return Level.HIGH if n > 9 else Level.LOW\n\n\n"
    "import enum\nclass Level(enum.IntEnum):\n    LOW = 1\n    HIGH = 2\n\n"
    "    def higher(self):\n        return {}\n"
)
SPAN = (
    "class Span(NamedTuple):\n    low: int\n    high: int\n"
    "    middle = property(lambda self: {})\n    size = lambda self: 1\n"
)
DERIVED = {
    f"sign-{name}": Case(
        SIGN,
        PLAIN_SIGN,
        f"def check(candidate):\n    {use}\n",
        tuple(WHOLE.format(kind=each) for each in KINDS.values()),
        (FORGED, WHOLE.format(kind=KINDS["slots"]).replace("(x < 0))", "(x < 0) + 2)")),
    )
    for name, use in USES.items()
} | {
    "exact-type": Case(
        SIGN,
        PLAIN_SIGN,
        "def check(candidate):\n    assert type(candidate(1)) is int\n",
        (),
        tuple(WHOLE.format(kind=each) for each in KINDS.values()),
    ),
    "texts": Case(
        "def colour(n):\n",
        "    return ['red', 'blue'][n]\n",
        "import json\n"
        "def check(candidate):\n"
        "    assert candidate(0) == 'red' and candidate(1).upper() == 'BLUE'\n"
        "    assert ', '.join(map(candidate, (0, 1))) == 'red, blue'\n"
        "    assert json.dumps(candidate(1)) == '\"blue\"' and 'ed' in candidate(0)\n"
        "    assert len(candidate(1)) == 4 and candidate(1)[0] == 'b' and isinstance(candidate(0), str)\n",
        (
            (
                "import enum\nclass C(enum.StrEnum):\n    R = 'red'\n    B = 'blue'\n"
                "def colour(n):\n    return list(C)[n]\n"
            ),
            (
                "import enum\nclass C(str, enum.Enum):\n    R = 'red'\n    B = 'blue'\n"
                "def colour(n):\n    return [C.R, C.B][n]\n"
            ),
            "class Name(str):\n    pass\ndef colour(n):\n    return Name(['red', 'blue'][n])\n",
        ),
        (
            (
                "class Name(str):\n    __eq__ = lambda *_: True\n    __hash__ = str.__hash__\n"
                "    upper = lambda _: 'BLUE'\ndef colour(n):\n    return Name('green')\n"
            ),
        ),
    ),
    "words-of-texts": Case(
        "def colour(n):\n",
        "    return ['red', 'blue'][n]\n",
        "def check(candidate):\n"
        "    assert str(candidate(0)) == 'red' and f'<{candidate(1)}>' == '<blue>'\n",
        (
            (
                "import enum\nclass C(str, enum.Enum):\n    R = 'red'\n    B = 'blue'\n"
                "    def __str__(self):\n        return self.value\n"
                "    __format__ = lambda self, spec: format(self.value, spec)\n"
                "def colour(n):\n    return [C.R, C.B][n]\n"
            ),
        ),
        (
            (
                "import enum\nclass C(str, enum.Enum):\n    R = 'red'\n    B = 'blue'\n"
                "def colour(n):\n    return [C.R, C.B][n]\n"
            ),
        ),
    ),
    "inside": Case(
        "def count(text):\n",
        "    return [(text.count(each), each) for each in sorted(set(text))]\n",
        "def check(candidate):\n"
        "    assert candidate('aba') == [(2, 'a'), (1, 'b')]\n"
        "    assert max(candidate('aba'))[1] == 'a' and dict(candidate('b')) == {1: 'b'}\n",
        (
            (
                "class N(int):\n    pass\nclass T(str):\n    pass\n"
                "def count(text):\n    return [(N(text.count(e)), T(e)) for e in sorted(set(text))]\n"
            ),
            (
                "class Pair(tuple):\n    def swapped(self):\n        return Pair(self[::-1])\n"
                "def count(text):\n    return [Pair((text.count(e), e)) for e in sorted(set(text))]\n"
            ),
        ),
        (
            (
                "class Pair(tuple):\n    __eq__ = lambda *_: True\n    __gt__ = lambda *_: True\n"
                "    __getitem__ = lambda *_: 'a'\n    __iter__ = lambda _: iter((1, 'b'))\n"
                "def count(text):\n    return [Pair((0, 'x')) for e in sorted(set(text))]\n"
            ),
        ),
    ),
    "floats-and-bytes": Case(
        "def both(x):\n",
        "    return [x / 2, bytes([x]), complex(x, 1)]\n",
        "def check(candidate):\n"
        "    assert candidate(3) == [1.5, b'\\x03', 3 + 1j]\n"
        "    assert round(candidate(3)[0] * 2) == 3 and candidate(65)[1].decode() == 'A'\n",
        (
            (
                "class F(float):\n    pass\nclass B(bytes):\n    pass\nclass C(complex):\n    pass\n"
                "def both(x):\n    return [F(x / 2), B([x]), C(x, 1)]\n"
            ),
        ),
        (
            (
                "class F(float):\n    __eq__ = lambda *_: True\n    __mul__ = lambda *_: 3\n"
                "def both(x):\n    return [F(9), bytes([x]), complex(x, 1)]\n"
            ),
        ),
    ),
    "days": Case(
        "from datetime import date, datetime, timedelta\n\ndef days(n):\n",
        "    return [date(2024, 1, n), datetime(2024, 1, n, 5), timedelta(days=n)]\n",
        "from datetime import date, datetime, timedelta\n"
        "def check(candidate):\n"
        "    day, moment, length = candidate(3)\n"
        "    assert day == date(2024, 1, 3) and day + length == date(2024, 1, 6)\n"
        "    assert moment - length == datetime(2023, 12, 31, 5) and length.days == 3\n"
        "    assert day.isoformat() == '2024-01-03' and isinstance(day, date)\n",
        (
            (
                "    class Day(date):\n        pass\n    class Moment(datetime):\n        pass\n"
                "    class Length(timedelta):\n        pass\n"
                "    return [Day(2024, 1, n), Moment(2024, 1, n, 5), Length(days=n)]\n"
            ),
        ),
        (
            (
                "    class Day(date):\n        __eq__ = lambda *_: True\n"
                "        __add__ = lambda *_: date(2024, 1, 6)\n"
                "        isoformat = lambda _: '2024-01-03'\n"
                "    return [Day(2000, 1, n), datetime(2024, 1, n, 5), timedelta(days=n)]\n"
            ),
        ),
    ),
    "containers": Case(
        "def count(text):\n",
        "    return {each: text.count(each) for each in text}\n",
        "def check(candidate):\n"
        "    assert candidate('aab') == {'a': 2, 'b': 1} and len(candidate('ab')) == 2\n"
        "    assert sorted(candidate('ba').items()) == [('a', 1), ('b', 1)]\n"
        "    assert isinstance(candidate(''), dict) and not candidate('')\n",
        (
            (
                "    class Zeros(dict):\n        __missing__ = lambda self, key: 0\n    found = Zeros()\n"
                "    for each in text:\n        found[each] += 1\n    return found\n"
            ),
        ),
        (
            (
                "    class Any(dict):\n        __eq__ = lambda *_: True\n        __len__ = lambda _: 2\n"
                "        items = lambda _: [('a', 1), ('b', 1)]\n        __bool__ = lambda _: False\n"
                "    return Any()\n"
            ),
            (
                "    class Any(dict):\n        __eq__ = lambda *_: True\n        __len__ = lambda _: 2\n"
                "        __iter__ = lambda _: iter('ab')\n        __bool__ = lambda _: False\n"
                "    return Any()\n"
            ),
        ),
    ),
    "named-tuples-with-more": Case(
        "from typing import NamedTuple\n\ndef span(n):\n",
        f"    return Span(n, n + 1)\n\n\n{SPAN.format('(self.low + self.high) / 2')}",
        "def check(candidate):\n"
        "    assert candidate(2) == (2, 3) and candidate(2).middle == 2.5 and candidate(5).size() == 1\n"
        "    assert candidate(1)._asdict() == {'low': 1, 'high': 2} and max(candidate(3)) == 4\n"
        "    low, high = candidate(7)\n    assert low + 1 == high and candidate(1) < candidate(2)\n"
        "    assert str(candidate(1)) == 'Span(low=1, high=2)'\n",
        (f"    return Span(n, n + 1)\n\n\n{SPAN.format('self.low + 0.5')}",),
        (
            f"    return Span(n, n + 1)\n\n\n{SPAN.format('self.low')}",
            (
                f"    return Span(n, n)\n\n\n{SPAN.format('2.5')}"
                "    __eq__ = __lt__ = lambda *_: True\n    __hash__ = tuple.__hash__\n"
            ),
        ),
    ),
    "lists-that-change": Case(
        "def row(n):\n",
        "    return [0] * n\n",
        "import copy\n"
        "def check(candidate):\n"
        "    one, two = candidate(2), candidate(3)\n"
        "    assert one == [0, 0] and two == [0, 0, 0] and one + [1] == [0, 0, 1]\n"
        "    kept = copy.deepcopy(one)\n    one.append(4)\n"
        "    assert candidate(2) == [0, 0] == kept and sum(one) == 4\n",
        ("    class Row(list):\n        pass\n    return Row([0] * n)\n",),
        (
            (
                "    return kept(n)\n\nclass Row(list):\n    pass\n\nROW = Row()\n"
                "def kept(n):\n    ROW[:] = [0] * n\n    return ROW\n"
            ),
            "    class Row(list):\n        __eq__ = lambda *_: True\n    return Row()\n",
        ),
    ),
    "caches": Case(
        "def cache(size):\n",
        "    return Cache(size)\n\nclass Cache:\n    def __init__(self, size):\n"
        "        self.size, self.held = size, {}\n"
        "    def get(self, key):\n        return self.held.get(key, -1)\n"
        "    def put(self, key, value):\n        self.held[key] = value\n"
        "        if len(self.held) > self.size:\n            del self.held[next(iter(self.held))]\n",
        "def check(candidate):\n"
        "    made = candidate(1)\n    made.put(1, 2)\n    assert made.get(1) == 2\n"
        "    made.put(3, 4)\n    assert made.get(1) == -1 and made.get(3) == 4\n",
        (
            (
                "    return Cache(size)\n\nclass Cache(dict):\n    def __init__(self, size):\n"
                "        self.size = size\n    def get(self, key):\n        return dict.get(self, key, -1)\n"
                "    def put(self, key, value):\n        self[key] = value\n"
                "        if len(self) > self.size:\n            del self[next(iter(self))]\n"
            ),
        ),
        (
            (
                "    return Cache()\n\nclass Cache(dict):\n    get = lambda self, key: dict.get(self, key, -1)\n"
                "    put = dict.__setitem__\n"
            ),
        ),
    ),
    "other-class-of-its-own": Case(
        "def level(n):\n",
        LEVEL.format("Level(min(self + 1, 2))"),
        "def check(candidate):\n    assert candidate(1).name == 'LOW'\n",
        ("    class Named:\n        name = 'HIGH' if n > 9 else 'LOW'\n    return Named()\n",),
        ("    class Named:\n        name = 'NONE'\n    return Named()\n",),
    ),
    "rows-of-a-table": Case(
        "import numpy as np\n\ndef people(rows):\n",
        "    return np.array(rows, dtype=[('name', 'U9'), ('age', 'i4')])\n",
        "def check(candidate):\n"
        "    found = candidate([('a', 3), ('b', 1)])\n"
        "    assert found['age'].tolist() == [3, 1] and found.dtype.names == ('name', 'age')\n",
        (
            (
                "    made = np.zeros(len(rows), dtype=[('name', 'U9'), ('age', 'i4')])\n"
                "    made[:] = rows\n    return made\n"
            ),
        ),
        ("    return np.array(rows)\n",),
    ),
    "methods-of-its-own": Case(
        "def level(n):\n",
        LEVEL.format("Level(min(self + 1, 2))"),
        "def check(candidate):\n"
        "    assert candidate(1) == 1 and candidate(1).name == 'LOW' and candidate(10).value == 2\n"
        "    assert candidate(1).higher() == 2 and candidate(1) is candidate(2)\n",
        (LEVEL.format("Level.HIGH"),),
        (LEVEL.format("Level.LOW"), "    return 1 if n < 9 else 2\n"),
    ),
}
COMPUTED = {
    f"computed-not-a-number-{name}": Case(
        "def given(items):\n",
        "    return [each for each in items if each is not None]\n",
        f"def check(candidate):\n    odd = {made}\n"
        "    assert candidate([1, None, odd]) == [1, odd] and odd in candidate([odd])\n",
        ("    return [*filter(lambda each: each is not None, items)]\n",),
        ("    return items\n", "    return [each for each in items if each == each]\n"),
    )
    for name, made in (
        ("infinities", "1e999 - 1e999"),
        ("product", "0 * float('inf')"),
        ("complex", "complex(float('inf') - float('inf'), 1)"),
        ("sum", "sum([float('inf'), float('-inf')])"),
    )
} | {
    "computed-not-a-number-decimal": Case(
        "def given(items):\n",
        "    return [each for each in items if each is not None]\n",
        "from decimal import Decimal\n"
        "def check(candidate):\n    odd = Decimal('nan') + 1\n"
        "    assert candidate([1, None, odd]) == [1, odd]\n",
        ("    return [*filter(lambda each: each is not None, items)]\n",),
        ("    return items\n", "    return [each for each in items if each == each]\n"),
    ),
    "not-a-number-goes-in-only": Case(
        "def knows(items, it):\n",
        "    return it in items\n",
        "def check(candidate):\n"
        "    odd = 1e999 - 1e999\n"
        "    assert candidate([1, odd], odd) is True and candidate([1, 2.5], odd) is False\n",
        ("    return any(each is it or each == it for each in items)\n",),
        ("    return any(each == it for each in items)\n", "    return True\n"),
    ),
}
