"""What programs do besides computing: each body has the verdict that it has in one process.

Generators, descriptors, context managers, decorators, exceptions with a state, threads, tasks.
"""

from one_process_cases import Case

IDIOMS = {
    "callback-queue": Case(
        "def drain(queue, on_item):\n",
        "    while queue:\n        on_item(queue.pop(0))\n",
        "def check(candidate):\n    queue, got = [1, 2], []\n"
        "    def on_item(item):\n        got.append(item)\n        if item == 2:\n            queue.append(7)\n"
        "    candidate(queue, on_item)\n    assert got == [1, 2, 7] and queue == []\n",
        (
            (
                "    at = 0\n    while at < len(queue):\n        on_item(queue[at])\n        at += 1\n"
                "    queue.clear()\n"
            ),
        ),
        (
            "    for item in list(queue):\n        on_item(item)\n    queue.clear()\n",
            "    items, queue[:] = queue[:], []\n    for item in items:\n        on_item(item)\n",
        ),
    ),
    "callback-keeps-what-it-got": Case(
        "def each(items, keep):\n",
        "    for item in items:\n        keep([item])\n",
        "def check(candidate):\n    seen = []\n    candidate([1, 2], seen.append)\n"
        "    assert seen == [[1], [2]]\n    seen[0].append(9)\n    assert seen == [[1, 9], [2]]\n",
        ("    list(map(lambda item: keep([item]), items))\n",),
        ("    one = [0]\n    for item in items:\n        one[0] = item\n        keep(one)\n",),
    ),
    "generator-is-told": Case(
        "def averages():\n",
        "    total = count = 0\n    mean = None\n    while True:\n        total += yield mean\n"
        "        count += 1\n        mean = total / count\n",
        "def check(candidate):\n    made = candidate()\n    next(made)\n"
        "    assert made.send(10) == 10 and made.send(20) == 15\n    made.close()\n",
        (
            (
                "    seen = []\n    while True:\n"
                "        seen.append((yield sum(seen) / len(seen) if seen else None))\n"
            ),
        ),
        ("    total = 0\n    while True:\n        total += yield total\n",),
    ),
    "generator-cleans-up": Case(
        "def guarded(log):\n",
        "    try:\n        yield 1\n        yield 2\n    finally:\n        log.append('closed')\n",
        "def check(candidate):\n    log = []\n    for _ in candidate(log):\n        break\n"
        "    import gc\n    gc.collect()\n    assert log == ['closed']\n",
        ("    try:\n        yield from (1, 2)\n    finally:\n        log.append('closed')\n",),
        ("    yield 1\n    yield 2\n    log.append('closed')\n",),
    ),
    "generator-is-lazy": Case(
        "def evens(items):\n",
        "    for item in items:\n        if item % 2 == 0:\n            yield item\n",
        "import itertools\ndef check(candidate):\n"
        "    assert list(itertools.islice(candidate(itertools.count()), 2)) == [0, 2]\n"
        "    log = []\n    def source():\n        for n in range(4):\n            log.append(n)\n            yield n\n"
        "    made = candidate(source())\n    assert log == [] and next(made) == 0 and log == [0]\n",
        ("    return filter(lambda item: item % 2 == 0, items)\n",),
        ("    first = [next(iter(items)) for _ in range(4)]\n    return iter(first[::2])\n",),
    ),
    "descriptor": Case(
        "def positive():\n",
        "    return Positive()\n\nclass Positive:\n    def __set_name__(self, owner, name):\n"
        "        self.name = '_' + name\n    def __get__(self, thing, owner=None):\n"
        "        return getattr(thing, self.name)\n    def __set__(self, thing, value):\n"
        "        if value <= 0:\n            raise ValueError('positive')\n"
        "        setattr(thing, self.name, value)\n",
        "def check(candidate):\n    class Box:\n        width = candidate()\n"
        "        def __init__(self, width):\n            self.width = width\n"
        "    one, two = Box(3), Box(1)\n    one.width = 5\n    assert (one.width, two.width) == (5, 1)\n"
        "    try:\n        one.width = -1\n    except ValueError:\n        return\n    raise AssertionError\n",
        (
            (
                "    return Kept()\n\nclass Kept:\n    def __init__(self):\n        self.held = {}\n"
                "    def __get__(self, thing, owner=None):\n        return self.held[id(thing)]\n"
                "    def __set__(self, thing, value):\n        if not value > 0:\n            raise ValueError\n"
                "        self.held[id(thing)] = value\n"
            ),
        ),
        (
            (
                "    return One()\n\nclass One:\n    def __get__(self, thing, owner=None):\n        return self.v\n"
                "    def __set__(self, thing, value):\n        if not value > 0:\n            raise ValueError\n"
                "        self.v = value\n"
            ),
        ),
    ),
    "class-decorator": Case(
        "def singleton(cls):\n",
        "    made = []\n    def get():\n        if not made:\n            made.append(cls())\n"
        "        return made[0]\n    return get\n",
        "def check(candidate):\n    count = []\n    @candidate\n    class A:\n"
        "        def __init__(self):\n            count.append(1)\n    assert A() is A() and count == [1]\n",
        ("    import functools\n    return functools.lru_cache(None)(lambda: cls())\n",),
        ("    return cls\n", "    return lambda: cls()\n"),
    ),
    "context-manager": Case(
        "from contextlib import contextmanager\n\n@contextmanager\ndef pushed(stack, item):\n",
        "    stack.append(item)\n    try:\n        yield stack\n    finally:\n        stack.pop()\n",
        "def check(candidate):\n    stack = [1]\n    try:\n        with candidate(stack, 2) as inner:\n"
        "            assert inner is stack and stack == [1, 2]\n            raise KeyError\n"
        "    except KeyError:\n        assert stack == [1]\n",
        (
            "    stack += [item]\n    try:\n        yield stack\n    finally:\n        del stack[-1]\n",
        ),
        (
            "    stack.append(item)\n    yield stack\n    stack.pop()\n",
            "    yield [*stack, item]\n",
        ),
    ),
    "exception-behind-another": Case(
        "def wrap(function):\n",
        "    try:\n        return function()\n    except KeyError as error:\n"
        "        raise RuntimeError('wrapped') from error\n",
        "def check(candidate):\n    kept = KeyError('k')\n    def fails():\n        raise kept\n"
        "    try:\n        candidate(fails)\n    except RuntimeError as error:\n"
        "        assert error.__cause__ is kept\n        return\n    raise AssertionError\n",
        (
            (
                "    try:\n        return function()\n    except KeyError as error:\n"
                "        other = RuntimeError('w')\n        other.__cause__ = error\n        raise other\n"
            ),
        ),
        (
            (
                "    try:\n        return function()\n    except KeyError:\n"
                "        raise RuntimeError('wrapped') from KeyError('k')\n"
            ),
            "    try:\n        return function()\n    except KeyError:\n        raise RuntimeError from None\n",
        ),
    ),
    "exception-group": Case(
        "def run_all(functions):\n",
        "    found = []\n    for each in functions:\n        try:\n            each()\n"
        "        except Exception as error:\n            found.append(error)\n"
        "    if found:\n        raise ExceptionGroup('many', found)\n",
        "def check(candidate):\n    def a():\n        raise ValueError('a')\n"
        "    def b():\n        raise KeyError('b')\n    candidate([lambda: 1])\n    seen = []\n"
        "    try:\n        candidate([a, b])\n    except* ValueError as group:\n"
        "        seen.append(group.exceptions[0].args)\n    except* KeyError as group:\n"
        "        seen.append(group.exceptions[0].args)\n    assert seen == [('a',), ('b',)]\n",
        (),
        ("    for each in functions:\n        each()\n",),
    ),
    "tasks": Case(
        "import asyncio\n\nasync def all_of(functions):\n",
        "    return await asyncio.gather(*(each() for each in functions))\n",
        "import asyncio\ndef check(candidate):\n    order = []\n    def made(number, rest_s):\n"
        "        async def one():\n            await asyncio.sleep(rest_s)\n            order.append(number)\n"
        "            return number\n        return one\n"
        "    found = asyncio.run(candidate([made(1, 0.05), made(2, 0.01)]))\n"
        "    assert list(found) == [1, 2] and order == [2, 1]\n",
        (
            (
                "    tasks = [asyncio.ensure_future(each()) for each in functions]\n"
                "    return [await each for each in tasks]\n"
            ),
        ),
        ("    return [await each() for each in functions]\n",),
    ),
    "threads-that-meet": Case(
        "import threading\n\ndef both(one, other):\n",
        "    threads = [threading.Thread(target=each) for each in (one, other)]\n"
        "    for each in threads:\n        each.start()\n    for each in threads:\n        each.join(9)\n",
        "import threading\ndef check(candidate):\n    barrier, got = threading.Barrier(2, timeout=1), []\n"
        "    def meets():\n        barrier.wait()\n        got.append(1)\n"
        "    candidate(meets, meets)\n    assert got == [1, 1]\n",
        (),
        ("    one()\n    other()\n",),
    ),
    "equality-of-the-tests": Case(
        "def distinct(items):\n",
        "    found = []\n    for each in items:\n        if each not in found:\n            found.append(each)\n"
        "    return found\n",
        "class P:\n    __hash__ = None\n    def __init__(self, n):\n        self.n = n\n"
        "    def __eq__(self, other):\n        return self.n % 10 == other.n % 10\n"
        "def check(candidate):\n    a, b, c = P(1), P(11), P(2)\n    found = candidate([a, b, c])\n"
        "    assert len(found) == 2 and found[0] is a and found[1] is c\n",
        (
            (
                "    found = []\n    for each in items:\n        if not any(each == other for other in found):\n"
                "            found += [each]\n    return found\n"
            ),
        ),
        ("    return list(dict.fromkeys(items))\n", "    return items\n"),
    ),
    "file-that-is-not-there": Case(
        "def first_line(path):\n",
        "    with open(path) as file:\n        return file.readline().strip()\n",
        "from unittest.mock import mock_open, patch\ndef check(candidate):\n"
        "    with patch('builtins.open', mock_open(read_data='a\\nb\\n')) as opened:\n"
        "        assert candidate('x.txt') == 'a'\n    opened.assert_called_once()\n",
        ("    file = open(path)\n    return next(iter(file)).rstrip()\n",),
        ("    return 'a'\n",),
    ),
    "last-words": Case(
        "def thing(log):\n",
        "    return Thing(log)\n\nclass Thing:\n    def __init__(self, log):\n        self.log = log\n"
        "    def __del__(self):\n        self.log.append('gone')\n",
        "import gc\ndef check(candidate):\n    log = []\n    one = candidate(log)\n    other = one\n"
        "    del one\n    gc.collect()\n    assert log == []\n    del other\n    gc.collect()\n"
        "    assert log == ['gone']\n",
        (),
        (
            (
                "    KEPT.append(Thing(log))\n    return KEPT[-1]\n\nKEPT = []\nclass Thing:\n"
                "    def __init__(self, log):\n        self.log = log\n"
                "    def __del__(self):\n        self.log.append('gone')\n"
            ),
        ),
    ),
}
