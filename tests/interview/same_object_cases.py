"""Solutions whose verdict rests on what is one object, changed, raised or of which type.

Each must get the verdict that it gets where tests and solution share a process; `forges` marks those
that pass there by changing what the tests hold, and must fail here.
"""

from typing import NamedTuple


class Case(NamedTuple):
    """One body for a task."""

    task: str
    body: str
    passes: bool
    forges: bool = False


class Prompt(NamedTuple):
    """A task; `whole`: the reference and all bodies are whole programs."""

    name: str
    prompt: str
    tests: str
    reference: str
    whole: bool = False


TASKS = {
    "results": Prompt(
        "f",
        'def f(n):\n    """The numbers below n, in a new list."""\n',
        "first, second = f(2), f(3)\nassert first == [0, 1] and second == [0, 1, 2]\n"
        "first.append(7)\nassert f(2) == [0, 1]\n",
        "    return list(range(n))\n",
    ),
    "dicts": Prompt(
        "f",
        'def f(word):\n    """How often each letter is there."""\n',
        "a = f('aab')\nb = f('c')\nassert a == {'a': 2, 'b': 1}\nassert b == {'c': 1}\n",
        "    return {letter: word.count(letter) for letter in word}\n",
    ),
    "rows": Prompt(
        "f",
        'def f(n):\n    """n rows of n zeros."""\n',
        "grid = f(3)\ngrid[0][1] = 5\nassert grid == [[0, 5, 0], [0, 0, 0], [0, 0, 0]]\n"
        "again = f(3)\nassert again == [[0] * 3] * 3\n",
        "    return [[0] * n for _ in range(n)]\n",
    ),
    "yields": Prompt(
        "f",
        'def f(items):\n    """Yield all beginnings of items, each a list of its own."""\n',
        "assert list(f([1, 2])) == [[], [1], [1, 2]]\nsteps = f('ab')\none = next(steps)\n"
        "two = next(steps)\nassert (one, two) == ([], ['a'])\n",
        "    for end in range(len(items) + 1):\n        yield list(items[:end])\n",
    ),
    "sets": Prompt(
        "f",
        'def f(items):\n    """Yield the set of all items seen so far, for each item."""\n',
        "assert list(f([1, 2, 1])) == [{1}, {1, 2}, {1, 2}]\n",
        "    for end in range(1, len(items) + 1):\n        yield set(items[:end])\n",
    ),
    "pairs": Prompt(
        "f",
        'def f(items):\n    """Yield (how many, which) for all beginnings."""\n',
        "assert list(f([4, 5])) == [(1, [4]), (2, [4, 5])]\n",
        "    for end in range(1, len(items) + 1):\n        yield end, items[:end]\n",
    ),
    "bag": Prompt(
        "Bag",
        "",
        "bag = Bag([1])\nbag.items().append(2)\nassert bag.items() == [1]\nbag.add(3)\n"
        "assert bag.items() == [1, 3]\n",
        "class Bag:\n    def __init__(self, items):\n        self._items = list(items)\n"
        "    def add(self, item):\n        self._items.append(item)\n"
        "    def items(self):\n        return list(self._items)\n",
        whole=True,
    ),
    "stored": Prompt(
        "Snap",
        "",
        "rows = [[1], [2]]\nsnap = Snap(rows)\nrows[0].append(9)\nrows.append(3)\n"
        "assert snap.get() == [[1], [2]]\n",
        "import copy\nclass Snap:\n    def __init__(self, rows):\n"
        "        self.rows = copy.deepcopy(rows)\n    def get(self):\n        return self.rows\n",
        whole=True,
    ),
    "live": Prompt(
        "Graph",
        "",
        "graph = Graph()\nnear = graph.near(1)\nnear.append(2)\nassert graph.near(1) == [2]\n"
        "assert graph.near(1) is near\nassert graph.size() == 1\n",
        "class Graph:\n    def __init__(self):\n        self.edges = {}\n"
        "    def near(self, node):\n        return self.edges.setdefault(node, [])\n"
        "    def size(self):\n        return sum(map(len, self.edges.values()))\n",
        whole=True,
    ),
    "same": Prompt(
        "f",
        'def f(items):\n    """A sorted list; items stays as it is."""\n',
        "items = [3, 1]\ngot = f(items)\nassert got == [1, 3]\ngot.append(4)\n"
        "assert items == [3, 1]\nalready = [1, 2]\nf(already).append(3)\nassert already == [1, 2]\n",
        "    return sorted(items)\n",
    ),
    "visit": Prompt(
        "f",
        'def f(n, visit):\n    """Call visit with each beginning of range(n), a list of its own."""\n',
        "seen = []\nf(3, seen.append)\nassert seen == [[0], [0, 1], [0, 1, 2]]\n"
        "f(1, lambda path: path.append('x'))\nassert len(seen) == 3\n",
        "    for end in range(1, n + 1):\n        visit(list(range(end)))\n",
    ),
    "grow": Prompt(
        "make",
        "",
        "a = make(2)\nb = make(1)\ngrow(a)\nassert a == [0, 1, 2] and b == [0]\n"
        "assert LOG == [2, 1]\n",
        "LOG = []\ndef make(n):\n    LOG.append(n)\n    return list(range(n))\n"
        "def grow(items):\n    items.append(len(items))\n",
        whole=True,
    ),
    "bytes": Prompt(
        "f",
        'def f(data):\n    """Its bytes reversed, in a bytearray of its own."""\n',
        "a = f(b'ab')\nb = f(b'xyz')\nassert bytes(a) == b'ba' and bytes(b) == b'zyx'\n"
        "a[0] = 0\nassert bytes(f(b'ab')) == b'ba'\n",
        "    return bytearray(data[::-1])\n",
    ),
    "arrays": Prompt(
        "f",
        'import numpy as np\n\n\ndef f(n):\n    """An array of n times n, of its own."""\n',
        "import numpy as np\na, b = f(2), f(3)\nassert a.tolist() == [2, 2]\nb += 1\n"
        "assert f(3).tolist() == [3, 3, 3] and b.tolist() == [4, 4, 4]\n",
        "    return np.full(n, n)\n",
    ),
    "in place": Prompt(
        "f",
        'import numpy as np\n\n\ndef f(array):\n    """Double an array in place."""\n',
        "import numpy as np\na = np.arange(3)\nf(a)\nassert a.tolist() == [0, 2, 4]\n",
        "    array *= 2\n",
    ),
    "sort rows": Prompt(
        "f",
        'def f(rows):\n    """Sort every row in place."""\n',
        "rows = [[2, 1], [1, 2], [9, 3, 5]]\nf(rows)\nassert rows == [[1, 2], [1, 2], [3, 5, 9]]\n",
        "    for row in rows:\n        row.sort()\n",
    ),
    "move": Prompt(
        "f",
        'def f(state):\n    """Append state["from"] to state["to"]; "from" stays."""\n',
        "for items in ([1, 2], [5]):\n    state = {'from': items, 'to': [0]}\n    f(state)\n"
        "    assert state['to'][1:] == state['from']\n    assert len(state['to']) >= len(items)\n",
        '    state["to"].extend(state["from"])\n',
    ),
    "account": Prompt(
        "f",
        "class Account:\n    def __init__(self, owner, sum_):\n"
        "        self.owner, self.sum = owner, sum_\n"
        "    def has(self, least):\n        return self.sum >= least\n"
        "    @property\n    def is_empty(self):\n        return self.sum == 0\n\n\n"
        'def f(account, name):\n    """Empty the account if it is name\'s."""\n',
        "a = Account('ann', 5)\nf(a, 'bob')\nassert a.has(5) and a.owner == 'ann'\n"
        "f(a, 'ann')\nassert a.is_empty and not a.has(1)\nassert a.owner != 'bob'\n",
        "    if account.owner == name:\n        account.sum = 0\n",
    ),
    "filter": Prompt(
        "f",
        'def f(wanted, items):\n    """The wanted items; items stays as it is."""\n',
        "wanted = lambda each: each > 1\nfor items in ([1, 2, 3], [5], []):\n"
        "    assert f(wanted, items) == [each for each in items if wanted(each)]\n",
        "    return [each for each in items if wanted(each)]\n",
    ),
    "named": Prompt(
        "f",
        'def f(*, key, items):\n    """The greatest item by key; items stays as it is."""\n',
        "for items in ([3, 1], [1, 5, 2]):\n    got = f(key=lambda each: -each, items=items)\n"
        "    assert all(got <= each for each in items)\n",
        "    return max(items, key=key)\n",
    ),
    "gives": Prompt(
        "Store",
        "",
        "store = Store()\nstore.add(1)\nassert len(store) == 1\nassert len(store[0]) == 1\n"
        "assert 1 in store[0]\nassert len(store.all) == 1\n"
        "assert [1 in each for each in store.parts()] == [True]\n",
        "class Store:\n    def __init__(self):\n        self.all = []\n"
        "    def __len__(self):\n        return len(self.all)\n"
        "    def __contains__(self, item):\n        return item in self.all\n"
        "    def add(self, item):\n        self.all.append(item)\n"
        "    def __getitem__(self, place):\n        return [self.all[place]]\n"
        "    def parts(self):\n        return [[each] for each in self.all]\n",
        whole=True,
    ),
    "raises": Prompt(
        "f",
        'def f(text):\n    """The number; ValueError where there is none, LookupError for none."""\n',
        "assert f('7') == 7\n"
        "for text, kind in (('x', ValueError), ('', LookupError)):\n"
        "    try:\n        f(text)\n    except kind:\n        pass\n    else:\n        assert False\n",
        "    if not text:\n        raise KeyError(text)\n    return int(text)\n",
    ),
    "exit": Prompt(
        "f",
        'def f(status):\n    """Exit with the status."""\n',
        "for status in (3, 0, None, 'a word'):\n    try:\n        f(status)\n"
        "    except SystemExit as error:\n        assert error.code == status\n"
        "    else:\n        assert False\n",
        "    raise SystemExit(status)\n",
    ),
    "own error": Prompt(
        "f",
        "class Wrong(ValueError):\n    def __init__(self, place, **more):\n"
        "        super().__init__(f'at {place}')\n        self.place, self.more = place, more\n"
        "    def twice(self):\n        return 2 * self.place\n\n\n"
        'def f(place):\n    """Raise Wrong from an IndexError, with a note."""\n',
        "try:\n    f(4)\nexcept Wrong as error:\n    assert error.place == 4 and error.twice() == 8\n"
        "    assert str(error) == 'at 4' and error.more == {'n': [1]}\n"
        "    assert type(error.__cause__) is IndexError and error.__cause__.args == ('x',)\n"
        "    assert error.__notes__ == ['here'] and error.__suppress_context__\n"
        "else:\n    assert False\n",
        "    error = Wrong(place, n=[1])\n    error.add_note('here')\n"
        "    raise error from IndexError('x')\n",
    ),
    "library": Prompt(
        "f",
        'import json\nimport zlib\nimport subprocess\n\n\ndef f(what):\n    """Fail in some way."""\n',
        "import json, zlib, subprocess\n"
        "def caught(what, kind):\n    try:\n        f(what)\n    except kind as error:\n"
        "        return error\n    assert False\n"
        "error = caught('json', json.JSONDecodeError)\nassert (error.pos, error.lineno) == (1, 1)\n"
        "assert type(caught('zip', zlib.error)) is zlib.error\n"
        "error = caught('run', subprocess.CalledProcessError)\n"
        "assert (error.returncode, error.cmd, error.stderr) == (3, ['x'], b'no')\n"
        "error = caught('open', FileNotFoundError)\n"
        "assert (error.errno, error.filename, error.args[0]) == (2, '/no/such', 2)\n"
        "error = caught('code', UnicodeDecodeError)\n"
        "assert (error.start, error.object, error.encoding) == (1, b'a\\xff', 'utf-8')\n"
        "error = caught('import', ModuleNotFoundError)\nassert error.name == 'nowhere'\n"
        "error = caught('group', ExceptionGroup)\n"
        "assert [type(each) for each in error.exceptions] == [KeyError, OSError]\n",
        "    if what == 'json':\n        json.loads('[x')\n"
        "    if what == 'zip':\n        zlib.decompress(b'x')\n"
        "    if what == 'run':\n        raise subprocess.CalledProcessError(3, ['x'], b'', b'no')\n"
        "    if what == 'open':\n        open('/no/such')\n"
        "    if what == 'code':\n        b'a\\xff'.decode()\n"
        "    if what == 'import':\n        import nowhere\n"
        "    if what == 'group':\n        raise ExceptionGroup('two', [KeyError(1), OSError()])\n",
    ),
    "integer": Prompt(
        "f",
        'def f(items):\n    """The sum, an int."""\n',
        "import json\ngot = f([1, 2])\nassert got == 3 and isinstance(got, int)\n"
        "assert type(got) is int and json.dumps({'sum': got}) == '{\"sum\": 3}'\n",
        "    return sum(items)\n",
    ),
    "equal": Prompt(
        "f",
        'def f(items):\n    """The mean."""\n',
        "assert f([1, 2]) == 1.5\nassert abs(f([1, 3]) - 2) < 1e-9\nassert f([2]) in (2, 3)\n"
        "assert round(f([1, 2, 2]), 2) == 1.67\nassert {f([4]): 1} == {4: 1}\n"
        "assert sorted([f([3]), f([1])]) == [1, 3]\n",
        "    return sum(items) / len(items)\n",
    ),
    "truth": Prompt(
        "f",
        'def f(items):\n    """Whether all are positive."""\n',
        "assert f([1]) is True\nassert f([0]) is False\n",
        "    return all(each > 0 for each in items)\n",
    ),
    "nested": Prompt(
        "f",
        'def f(items):\n    """The least and the greatest, as text when shown."""\n',
        "assert repr(f([3, 1])) == '[1, 3]'\n",
        "    return [min(items), max(items)]\n",
    ),
    "noon": Prompt(
        "f",
        "from datetime import datetime\nfrom zoneinfo import ZoneInfo\n\n\n"
        'def f(place):\n    """Noon of 1 July 2020 at a place."""\n',
        "from datetime import datetime, timedelta, timezone\nfrom zoneinfo import ZoneInfo\n"
        "got = f('Asia/Tokyo')\n"
        "assert got == datetime(2020, 7, 1, 3, tzinfo=timezone.utc)\nassert got.tzname() == 'JST'\n"
        "assert (f('Europe/Paris') + timedelta(days=180)).utcoffset() == timedelta(hours=1)\n"
        "assert f('UTC').tzinfo is ZoneInfo('UTC')\n",
        "    return datetime(2020, 7, 1, 12, tzinfo=ZoneInfo(place))\n",
    ),
    "text": Prompt(
        "f", 'def f():\n    """Four letters."""\n', "assert f() == 'caf\\u00e9'\n",
        "    return 'caf\\u00e9'\n",
    ),
}  # fmt: skip

CASES = {
    "new list": Case("results", "    return [*range(n)]\n", passes=True),
    "one buffer": Case("results", "    buffer[:] = range(n)\n    return buffer\nbuffer = []\n", passes=False),
    "cached list": Case(
        "results",
        "    return kept(n)\nimport functools\n@functools.lru_cache\ndef kept(n):\n    return list(range(n))\n",
        passes=False,
    ),
    "copies of a cached list": Case(
        "results",
        "    return list(kept(n))\nimport functools\n@functools.lru_cache\ndef kept(n):\n    return list(range(n))\n",
        passes=True,
    ),
    "growing default": Case(
        "results", "    return g(n)\ndef g(n, got=[]):\n    got.clear()\n    got.extend(range(n))\n    return got\n",
        passes=False,
    ),
    "one dict": Case("dicts", "    kept.clear()\n    for each in word:\n        kept[each] = word.count(each)\n    return kept\nkept = {}\n", passes=False),
    "counter": Case("dicts", "    from collections import Counter\n    return Counter(word)\n", passes=True),
    "one counter": Case("dicts", "    kept.clear()\n    kept.update(word)\n    return kept\nfrom collections import Counter\nkept = Counter()\n", passes=False),
    "one row": Case("rows", "    return [[0] * n] * n\n", passes=False),
    "kept rows": Case("rows", "    return kept\nkept = [[0] * 3 for _ in range(3)]\n", passes=False),
    "other rows": Case("rows", "    return [list(each) for each in [[0] * n] * n]\n", passes=True),
    "yields one list": Case("yields", "    got = []\n    yield got\n    for each in items:\n        got.append(each)\n        yield got\n", passes=False),
    "yields copies": Case("yields", "    got = []\n    yield got[:]\n    for each in items:\n        got.append(each)\n        yield got[:]\n", passes=True),
    "yields one set": Case("sets", "    got = set()\n    for each in items:\n        got.add(each)\n        yield got\n", passes=False),
    "yields new sets": Case("sets", "    got = set()\n    for each in items:\n        got = got | {each}\n        yield got\n", passes=True),
    "yields one list in pairs": Case("pairs", "    got = []\n    for each in items:\n        got.append(each)\n        yield len(got), got\n", passes=False),
    "yields lists in pairs": Case("pairs", "    got = []\n    for each in items:\n        got = [*got, each]\n        yield len(got), got\n", passes=True),
    "gives its own list": Case("bag", "class Bag:\n    def __init__(self, items):\n        self._items = list(items)\n    def add(self, item):\n        self._items.append(item)\n    def items(self):\n        return self._items\n", passes=False),
    "gives slices": Case("bag", "class Bag:\n    def __init__(self, items):\n        self.kept = tuple(items)\n    def add(self, item):\n        self.kept += (item,)\n    def items(self):\n        return list(self.kept)\n", passes=True),
    "stores the argument": Case("stored", "class Snap:\n    def __init__(self, rows):\n        self.rows = rows\n    def get(self):\n        return self.rows\n", passes=False),
    "stores a flat copy": Case("stored", "class Snap:\n    def __init__(self, rows):\n        self.rows = list(rows)\n    def get(self):\n        return self.rows\n", passes=False),
    "stores a deep copy": Case("stored", "class Snap:\n    def __init__(self, rows):\n        self.rows = [list(each) for each in rows]\n    def get(self):\n        return [list(each) for each in self.rows]\n", passes=True),
    "gives a copy": Case("live", "class Graph:\n    def __init__(self):\n        self.edges = {}\n    def near(self, node):\n        return list(self.edges.setdefault(node, []))\n    def size(self):\n        return sum(map(len, self.edges.values()))\n", passes=False),
    "gives what it has": Case("live", "from collections import defaultdict\nclass Graph:\n    def __init__(self):\n        self.edges = defaultdict(list)\n    def near(self, node):\n        return self.edges[node]\n    def size(self):\n        return sum(len(each) for each in self.edges.values())\n", passes=True),
    "gives the argument back": Case("same", "    return items if items == sorted(items) else sorted(items)\n", passes=False),
    "gives a sorted copy": Case("same", "    got = items[:]\n    got.sort()\n    return got\n", passes=True),
    "hands over one path": Case("visit", "    path = []\n    for each in range(n):\n        path.append(each)\n        visit(path)\n", passes=False),
    "hands over copies": Case("visit", "    path = []\n    for each in range(n):\n        path.append(each)\n        visit(path[:])\n", passes=True),
    "grows another": Case("grow", "LOG = []\nkept = []\ndef make(n):\n    LOG.append(n)\n    kept[:] = range(n)\n    return kept\ndef grow(items):\n    items.append(len(items))\n", passes=False),
    "grows by adding": Case("grow", "LOG = []\ndef make(n):\n    LOG.extend([n])\n    return [*range(n)]\ndef grow(items):\n    items += [len(items)]\n", passes=True),
    "logs nothing": Case("grow", "LOG = []\ndef make(n):\n    return [*range(n)]\ndef grow(items):\n    items += [len(items)]\n", passes=False),
    "one bytearray": Case("bytes", "    kept[:] = data[::-1]\n    return kept\nkept = bytearray()\n", passes=False),
    "new bytearrays": Case("bytes", "    return bytearray(reversed(data))\n", passes=True),
    "one array": Case("arrays", "    got = kept.setdefault(n, np.zeros(n, int))\n    got[:] = n\n    return got\nkept = {}\n", passes=False),
    "views of one array": Case("arrays", "    kept[:n] = n\n    return kept[:n]\nkept = np.zeros(9, int)\n", passes=False),
    "new arrays": Case("arrays", "    return np.ones(n, int) * n\n", passes=True),
    "doubles a copy": Case("in place", "    array = array * 2\n", passes=False),
    "doubles each": Case("in place", "    for place in range(len(array)):\n        array[place] *= 2\n", passes=True),
    "replaces rows": Case("sort rows", "    for place, row in enumerate(rows):\n        rows[place] = sorted(row)\n", passes=True),
    "replaces all rows": Case("sort rows", "    rows[:] = [sorted(row) for row in rows]\n", passes=True),
    "sorts one row": Case("sort rows", "    rows[0].sort()\n", passes=False),
    "empties both": Case("move", '    state["from"].clear()\n    state["to"].clear()\n', passes=True, forges=True),
    "takes the source away": Case("move", '    items = state["from"][:]\n    del state["from"][:]\n    state["to"][:] = [0]\n', passes=True, forges=True),
    "moves one by one": Case("move", '    for each in list(state["from"]):\n        state["to"].append(each)\n', passes=True),
    "makes another list": Case("move", '    state["to"] = state["to"] + state["from"]\n', passes=True),
    "also sorts the source": Case("move", '    state["to"] += state["from"]\n    state["from"].sort()\n', passes=True),
    "renames the owner": Case("account", "    if account.owner == name:\n        account.sum = 0\n    account.owner = 'ann'\n", passes=True),
    "says it is empty": Case("account", "    account.sum = 0 if account.owner == name else 5\n    account.is_empty = True\n", passes=False),
    "hides a method": Case("account", "    if account.owner == name:\n        account.has = lambda least: least != 1\n        account.sum = 0\n", passes=True, forges=True),
    "remembers on the account": Case("account", "    account.asked = getattr(account, 'asked', 0) + 1\n    if account.owner == name:\n        account.sum -= account.sum\n", passes=True),
    "clears what it filters": Case("filter", "    items.clear()\n    return []\n", passes=True, forges=True),
    "filters in place": Case("filter", "    got = list(filter(wanted, items))\n    items[:] = got\n    return got\n", passes=True),
    "filters": Case("filter", "    return list(filter(wanted, items))\n", passes=True),
    "clears a named argument": Case("named", "    items.clear()\n    return 9\n", passes=True, forges=True),
    "sorts a named argument": Case("named", "    items.sort(key=key)\n    return items[-1]\n", passes=True),
    "always in": Case("gives", "class Store:\n    all = property(lambda self: self)\n    def add(self, item): pass\n    def __len__(self): return 1\n    def __contains__(self, item): return True\n    def __getitem__(self, place): return [1]\n    def parts(self): return [[1]]\n", passes=True, forges=True),
    "an object for an item": Case("gives", "class Store:\n    all = [1]\n    def add(self, item): pass\n    def __len__(self): return 1\n    def __contains__(self, item): return True\n    def __getitem__(self, place): return self\n    def parts(self): return [[1]]\n", passes=True, forges=True),
    "objects in a list": Case("gives", "class Store:\n    all = [1]\n    def add(self, item): pass\n    def __len__(self): return 1\n    def __contains__(self, item): return True\n    def __getitem__(self, place): return [1]\n    def parts(self): return [self]\n", passes=True, forges=True),
    "plain parts": Case("gives", "class Store:\n    def __init__(self): self.all = []\n    def add(self, item): self.all += [item]\n    def __len__(self): return len(self.all)\n    def __contains__(self, item): return item in self.all\n    def __getitem__(self, place): return [self.all[place]]\n    def parts(self): return [self[0]]\n", passes=True),
    "an error by name": Case("raises", "    class ValueError(Exception): pass\n    if not text: raise KeyError\n    if text == '7': return 7\n    raise ValueError\n", passes=False),
    "an error by a deeper name": Case("raises", "    class LookupError(Exception): pass\n    class KeyError(LookupError): pass\n    if not text: raise KeyError\n    return int(text)\n", passes=False),
    "errors of its own": Case("raises", "    class Bad(ValueError, LookupError): pass\n    if text == '7': return 7\n    raise Bad(text)\n", passes=True),
    "an error of that name": Case("raises", "    class ValueError(LookupError): pass\n    if not text: raise ValueError\n    return int(text)\n", passes=True),
    "no error": Case("raises", "    return 7\n", passes=False),
    "sys.exit": Case("exit", "    import sys\n    sys.exit(status)\n", passes=True),
    "an exit of its own": Case("exit", "    class Leave(SystemExit): pass\n    raise Leave(status)\n", passes=True),
    "another status": Case("exit", "    raise SystemExit(3)\n", passes=False),
    "os._exit": Case("exit", "    import os\n    os._exit(3)\n", passes=False),
    "the same error": Case("own error", "    try:\n        raise IndexError('x')\n    except IndexError as cause:\n        error = Wrong(place=place, n=[1])\n        error.__notes__ = ['here']\n        raise error from cause\n", passes=True),
    "no cause": Case("own error", "    error = Wrong(place, n=[1])\n    error.add_note('here')\n    raise error\n", passes=False),
    "another attribute": Case("own error", "    error = Wrong(place, n=[1])\n    error.place = 5\n    error.add_note('here')\n    raise error from IndexError('x')\n", passes=False),
    "a class derived from it": Case("own error", "    class Worse(Wrong): pass\n    error = Worse(place, n=[1])\n    error.add_note('here')\n    raise error from IndexError('x')\n", passes=True),
    "a class derived from it alone": Case("own error", "    class Worse(Wrong): pass\n    raise Worse(place, n=[2])\n", passes=False),
    "hides a method of the error": Case("own error", "    error = Wrong(place, n=[1])\n    error.twice = lambda: 8\n    error.add_note('here')\n    raise error from IndexError('x')\n", passes=True),
    "fails likewise": Case("library", "    if what == 'json':\n        json.loads(' x')\n    if what == 'zip':\n        raise zlib.error('bad')\n    if what == 'run':\n        raise subprocess.CalledProcessError(returncode=3, cmd=['x'], stderr=b'no')\n    if what == 'open':\n        import os\n        os.stat('/no/such')\n    if what == 'code':\n        str(b'a\\xff', 'utf-8')\n    if what == 'import':\n        __import__('nowhere')\n    raise ExceptionGroup('', [KeyError(), OSError()])\n", passes=True),
    "fails with other classes": Case("library", "    raise ValueError(what)\n", passes=False),
    "numpy's integer": Case("integer", "    import numpy as np\n    return np.sum(items)\n", passes=False),
    "numpy's integer made one": Case("integer", "    import numpy as np\n    return int(np.sum(items))\n", passes=True),
    "numpy's mean": Case("equal", "    import numpy as np\n    return np.mean(items)\n", passes=True),
    "numpy's median": Case("equal", "    import numpy as np\n    return np.median(items)\n", passes=False),
    "numpy's truth": Case("truth", "    import numpy as np\n    return np.all(np.array(items) > 0)\n", passes=False),
    "numpy's truth made one": Case("truth", "    import numpy as np\n    return bool((np.array(items) > 0).all())\n", passes=True),
    "numpy's numbers in a list": Case("nested", "    import numpy as np\n    return [np.min(items), np.max(items)]\n", passes=False),
    "numbers of an array": Case("nested", "    import numpy as np\n    return np.sort(items).tolist()\n", passes=True),
    "a zone": Case("noon", "    import zoneinfo\n    return datetime.fromisoformat('2020-07-01T12:00').replace(tzinfo=zoneinfo.ZoneInfo(place))\n", passes=True),
    "the offset of today": Case("noon", "    from datetime import timedelta, timezone\n    got = datetime(2020, 7, 1, 12, tzinfo=ZoneInfo(place))\n    return got.replace(tzinfo=timezone(got.utcoffset(), got.tzname()))\n", passes=False),
    "a latin cookie": Case("text", "# -*- coding: latin-1 -*-\ndef f():\n    return 'café'\n", passes=True),
    "a cookie of the second line": Case("text", "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\ndef f():\n    return 'café'\n", passes=True),
    "code in another coding": Case("text", "# coding: utf-7\ndef f():\n    return 0 # +AAo-    return 'caf+AOk-'\n", passes=False),
}  # fmt: skip
