"""Tasks whose tests tell equal values apart: by identity, by changing one, by asking an object.

As in `one_process_cases`: no interview follows these, so who passes must pass in one process too.
"""

from one_process_cases import Case

NOT_A_NUMBER = {
    f"not-a-number-{name}": Case(
        "def given(items):\n",
        "    return [each for each in items if each is not None]\n",
        f"import math\ndef check(candidate):\n    nan = {made}\n"
        "    assert candidate([1, None, nan]) == [1, nan]\n",
        ("    return [*filter(lambda each: each is not None, items)]\n",),
        ("    return items\n", "    return [1, float('nan')]\n"),
    )
    for name, made in (("of-math", "math.nan"), ("of-text", "float(' NaN')"))
}
OBJECTS = {
    "array-written-into": Case(
        "import numpy as np\n\ndef flat(a):\n",
        "    return a.reshape(-1).copy()\n",
        "import numpy as np\n"
        "def check(candidate):\n"
        "    a = np.array([[1, 2], [3, 4]])\n"
        "    b = candidate(a)\n"
        "    b[0] = 9\n"
        "    assert a[0, 0] == 1 and b.tolist() == [9, 2, 3, 4]\n",
        ("    return a.flatten()\n",),
        (
            "    return a.reshape(-1)\n",
            "    b = a.flatten()\n    b.flags.writeable = False\n    return b\n",
        ),
    ),
    "memory-of-an-array": Case(
        "import numpy as np\n\ndef flat(a):\n",
        "    return a.reshape(-1).copy()\n",
        "import numpy as np\n"
        "def check(candidate):\n"
        "    a = np.array([[1, 2], [3, 4]])\n"
        "    assert not np.shares_memory(a, candidate(a))\n",
        ("    return a.flatten()\n",),
        ("    return a.ravel()\n",),
    ),
    "two-arrays": Case(
        "import numpy as np\n\ndef halves(n):\n",
        "    return np.zeros(n), np.zeros(n)\n",
        "def check(candidate):\n"
        "    a, b = candidate(3)\n"
        "    a += 1\n"
        "    a[0] = 1\n"
        "    assert b[0] == 0\n",
        ("    both = np.zeros(2 * n)\n    return both[:n], both[n:]\n",),
        ("    one = np.zeros(n)\n    return one, one[:]\n",),
    ),
    "another-tuple": Case(
        "def pair():\n",
        "    return tuple([1, 2])\n",
        "def check(candidate):\n"
        "    a, b = candidate(), candidate()\n"
        "    assert a == b == (1, 2) and a is not b\n",
        ("    return tuple(range(1, 3))\n",),
        ("    return (1, 2)\n",),
    ),
    "other-identities": Case(
        "def pair():\n",
        "    return tuple([1, 2])\n",
        "def check(candidate):\n"
        "    a, b = candidate(), candidate()\n"
        "    assert a == (1, 2) and id(a) != id(b)\n",
        ("    return tuple(range(1, 3))\n",),
        ("    return (1, 2)\n",),
    ),
    "truth-of-an-object": Case(
        "def bag(items):\n",
        "    class Bag:\n        def __len__(self):\n            return len(items)\n"
        "    return Bag()\n",
        "def check(candidate):\n    assert candidate([1, 2])\n",
        ("    class Bag:\n        pass\n    return Bag()\n",),
        (
            "    class Bag:\n        def __len__(self):\n            return 0\n    return Bag()\n",
            (
                "    class Bag:\n        def __bool__(self):\n            return False\n"
                "    return Bag()\n"
            ),
        ),
    ),
    "objects-that-differ": Case(
        "def box(n):\n",
        "    class Box:\n        __eq__ = lambda self, other: self.n == other.n\n"
        "        def __init__(self):\n            self.n = n\n    return Box()\n",
        "def check(candidate):\n    assert candidate(1) != candidate(2)\n",
        ("    class Box:\n        pass\n    return Box()\n",),
        ("    class Box:\n        __eq__ = lambda self, other: True\n    return Box()\n",),
    ),
    "hashes-that-differ": Case(
        "def box(n):\n",
        "    class Box:\n        pass\n    return Box()\n",
        "def check(candidate):\n    assert len({candidate(1), candidate(2)}) == 2\n",
        ("    return type('Box', (), {})()\n",),
        (
            (
                "    class Box:\n        __eq__ = lambda self, other: True\n"
                "        __hash__ = lambda self: 1\n    return Box()\n"
            ),
        ),
    ),
    "iterators-for-lists": Case(
        "def doubles(items):\n",
        "    return [2 * each for each in items]\n",
        "def check(candidate):\n"
        "    assert list(candidate([1, 2])) == [2, 4] and sorted(candidate([3, 1])) == [2, 6]\n",
        (
            "    return (2 * each for each in items)\n",
            "    return map((2).__mul__, items)\n",
            "    return reversed([2 * each for each in reversed(items)])\n",
        ),
        (
            "    return map((3).__mul__, items)\n",
            (
                "    class Equal:\n        __eq__ = lambda self, other: True\n"
                "        __lt__ = lambda self, other: False\n    return (Equal() for _ in items)\n"
            ),
        ),
    ),
}
