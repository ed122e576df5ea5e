"""Tasks whose tests want what only one process has, or watch what only one process shows.

Each: a prompt, the task's own body, its tests, bodies that are right and bodies that are wrong.
`SHARED` tasks cannot be told apart; in `WATCHING` ones the task's own solution passes apart from
its tests too, and so would a wrong one.
"""

from typing import NamedTuple


class Case(NamedTuple):
    """One task and what becomes of its samples."""

    prompt: str
    body: str
    tests: str
    right: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


SHARED = {
    "print-patched": Case(
        "def greet(name):\n",
        "    print('hi', name)\n",
        "from unittest.mock import patch\n"
        "def check(candidate):\n"
        "    with patch('builtins.print') as seen:\n"
        "        candidate('Ada')\n"
        "    seen.assert_called_once_with('hi', 'Ada')\n",
        ("    said = 'hi'\n    print(said, name)\n",),
        ("    print(f'hi {name}!')\n", "    pass\n"),
    ),
    "environment": Case(
        "import os\n\ndef mode():\n",
        "    return os.environ.get('MODE', 'none')\n",
        "import os\n"
        "def check(candidate):\n"
        "    os.environ['MODE'] = 'dark'\n"
        "    try:\n"
        "        assert candidate() == 'dark'\n"
        "    finally:\n"
        "        del os.environ['MODE']\n"
        "    assert candidate() == 'none'\n",
        ("    return os.getenv('MODE') or 'none'\n",),
        ("    return 'dark'\n",),
    ),
    "arguments-of-the-program": Case(
        "import sys\n\ndef first():\n",
        "    return sys.argv[1]\n",
        "import sys\nfrom unittest import mock\n"
        "def check(candidate):\n"
        "    with mock.patch.object(sys, 'argv', ['prog', 'x.txt']):\n"
        "        assert candidate() == 'x.txt'\n",
        ("    return sys.argv[-1]\n",),
        ("    return sys.argv[0]\n",),
    ),
    "logging": Case(
        "import logging\n\ndef warn(text):\n",
        "    logging.getLogger('app').warning('careful: %s', text)\n",
        "import logging\n"
        "class Keep(logging.Handler):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.seen = []\n"
        "    def emit(self, record):\n"
        "        self.seen.append((record.levelname, record.getMessage()))\n"
        "def check(candidate):\n"
        "    keep = Keep()\n"
        "    logging.getLogger('app').addHandler(keep)\n"
        "    candidate('ice')\n"
        "    assert keep.seen == [('WARNING', 'careful: ice')]\n",
        ("    logging.getLogger('app').log(logging.WARNING, f'careful: {text}')\n",),
        ("    logging.getLogger('app').error('careful: %s', text)\n",),
    ),
    "unittest-asserts-logs": Case(
        "import logging\n\ndef warn(text):\n",
        "    logging.warning(text)\n",
        "import unittest\n"
        "def check(candidate):\n"
        "    class T(unittest.TestCase):\n"
        "        def test_it(self):\n"
        "            with self.assertLogs(level='WARNING') as logs:\n"
        "                candidate('ice')\n"
        "            self.assertEqual([r.getMessage() for r in logs.records], ['ice'])\n"
        "    result = unittest.TestResult()\n"
        "    T('test_it').run(result)\n"
        "    assert result.wasSuccessful(), result\n",
        (),
        ("    logging.info(text)\n",),
    ),
    "signal": Case(
        "import os, signal\n\ndef ring():\n",
        "    os.kill(os.getpid(), signal.SIGUSR1)\n",
        "import signal\n"
        "def check(candidate):\n"
        "    hits = []\n"
        "    signal.signal(signal.SIGUSR1, lambda *_: hits.append(1))\n"
        "    candidate()\n"
        "    assert hits == [1]\n",
        ("    signal.raise_signal(signal.SIGUSR1)\n",),
        ("    pass\n", "    signal.raise_signal(signal.SIGUSR1)\n" * 2),
    ),
    "working-directory": Case(
        "def read(name):\n",
        "    with open(name) as file:\n        return file.read()\n",
        "import os, tempfile\n"
        "def check(candidate):\n"
        "    here = os.getcwd()\n"
        "    with tempfile.TemporaryDirectory() as folder:\n"
        "        os.chdir(folder)\n"
        "        with open('a.txt', 'w') as file:\n"
        "            file.write('body')\n"
        "        assert candidate('a.txt') == 'body'\n"
        "        os.chdir(here)\n",
        ("    import pathlib\n    return pathlib.Path(name).read_text()\n",),
        ("    return 'other'\n",),
    ),
    "file-written": Case(
        "import json\n\ndef save(path, data):\n",
        "    with open(path, 'w') as file:\n        json.dump(data, file)\n",
        "import json, pathlib, tempfile\n"
        "def check(candidate):\n"
        "    with tempfile.TemporaryDirectory() as folder:\n"
        "        path = pathlib.Path(folder) / 'a.json'\n"
        "        candidate(str(path), {'a': [1]})\n"
        "        assert json.loads(path.read_text()) == {'a': [1]}\n",
        ("    open(path, 'w').write(json.dumps(data))\n",),
        ("    open(path, 'w').write('{}')\n",),
    ),
    "defaults": Case(
        "def scale(x, factor=2):\n",
        "    return x * factor\n",
        "def check(candidate):\n"
        "    assert candidate.__defaults__ == (2,)\n"
        "    assert candidate(3) == 6\n",
        ("    return factor * x\n",),
        ("    return x + factor\n",),
    ),
    "docstring": Case(
        'def scale(x):\n    """Twice x."""\n',
        "    return x * 2\n",
        "def check(candidate):\n"
        "    assert 'Twice' in candidate.__doc__\n"
        "    assert candidate(3) == 6\n",
        ("    return x + x\n",),
        ("    return x\n",),
    ),
    "annotations": Case(
        "def scale(x: int) -> int:\n",
        "    return x * 2\n",
        "import typing\n"
        "def check(candidate):\n"
        "    assert typing.get_type_hints(candidate) == {'x': int, 'return': int}\n"
        "    assert candidate(3) == 6\n",
        ("    return x + x\n",),
        ("    return x\n",),
    ),
    "wraps": Case(
        "import functools\n\ndef traced(function):\n",
        "    @functools.wraps(function)\n"
        "    def inner(*a):\n        return function(*a)\n    return inner\n",
        "def check(candidate):\n"
        "    def f(x):\n        'f of x'\n        return x + 1\n"
        "    g = candidate(f)\n"
        "    assert g(1) == 2 and g.__name__ == 'f' and g.__doc__ == 'f of x'\n"
        "    assert g.__wrapped__ is f\n",
        (),
        ("    def inner(*a):\n        return function(*a)\n    return inner\n",),
    ),
    "context-variable": Case(
        "import contextvars\n\nVAR = contextvars.ContextVar('v', default=1)\n\ndef value():\n",
        "    return VAR.get()\n",
        "def check(candidate):\n"
        "    assert candidate() == 1\n"
        "    VAR.set(5)\n"
        "    assert candidate() == 5\n",
        ("    found = VAR.get()\n    return found\n",),
        ("    return 1\n", "    return VAR.get(0)\n"),
    ),
    "thread-local": Case(
        "import threading\n\nHERE = threading.local()\nHERE.value = 1\n\ndef value():\n",
        "    return getattr(HERE, 'value', None)\n",
        "import threading\n"
        "def check(candidate):\n"
        "    HERE.value = 7\n"
        "    found = []\n"
        "    thread = threading.Thread(target=lambda: found.append(candidate()))\n"
        "    thread.start()\n"
        "    thread.join()\n"
        "    assert candidate() == 7 and found == [None]\n",
        (),
        ("    return 7\n",),
    ),
    "locale": Case(
        "import locale\n\ndef language():\n",
        "    return locale.getlocale()[0]\n",
        "from unittest.mock import patch\n"
        "def check(candidate):\n"
        "    with patch('locale.getlocale', return_value=('de_CH', 'UTF-8')):\n"
        "        assert candidate() == 'de_CH'\n",
        (),
        ("    return locale.getlocale()[1]\n",),
    ),
    "sleeps-counted": Case(
        "import time\n\ndef wait(n):\n",
        "    for _ in range(n):\n        time.sleep(0.01)\n",
        "from unittest.mock import call, patch\n"
        "def check(candidate):\n"
        "    with patch('time.sleep') as slept:\n"
        "        candidate(3)\n"
        "    assert slept.call_args_list == [call(0.01)] * 3\n",
        ("    [time.sleep(.01) for _ in range(n)]\n",),
        ("    time.sleep(0.01 * n)\n",),
    ),
    "open-mocked": Case(
        "def count(path):\n",
        "    with open(path) as file:\n        return len(file.read().split())\n",
        "from unittest.mock import mock_open, patch\n"
        "def check(candidate):\n"
        "    with patch('builtins.open', mock_open(read_data='a b c')):\n"
        "        assert candidate('x') == 3\n",
        (),
        ("    return 0\n",),
    ),
    "module-faked": Case(
        "def price():\n",
        "    import fake_shop\n    return fake_shop.price() * 2\n",
        "import sys, types\n"
        "def check(candidate):\n"
        "    module = types.ModuleType('fake_shop')\n"
        "    module.price = lambda: 21\n"
        "    sys.modules['fake_shop'] = module\n"
        "    assert candidate() == 42\n",
        ("    from fake_shop import price as p\n    return p() + p()\n",),
        ("    return 21\n",),
    ),
    "name-replaced": Case(
        "def rate():\n    return 2\n\n\ndef price(x):\n",
        "    return x * rate()\n",
        "def rate():\n    return 7\ndef check(candidate):\n    assert candidate(3) == 21\n",
        ("    found = rate()\n    return found * x\n",),
        ("    return x * 2\n",),
    ),
    "queue-handed-over": Case(
        "def fill(q, n):\n",
        "    for i in range(n):\n        q.put(i)\n",
        "import queue\n"
        "def check(candidate):\n"
        "    q = queue.Queue()\n"
        "    candidate(q, 2)\n"
        "    assert [q.get_nowait(), q.get_nowait()] == [0, 1] and q.empty()\n",
        ("    list(map(q.put, range(n)))\n",),
        ("    q.put(0)\n",),
    ),
    "stream-handed-over": Case(
        "def lines(stream):\n",
        "    return [line.strip() for line in stream]\n",
        "import io\n"
        "def check(candidate):\n"
        "    stream = io.StringIO('a\\nb\\n')\n"
        "    assert candidate(stream) == ['a', 'b']\n"
        "    assert stream.read() == ''\n",
        ("    return stream.read().split()\n",),
        ("    return ['a', 'b']\n",),
    ),
    "reader-handed-over": Case(
        "def rows(reader):\n",
        "    return [row[0] for row in reader]\n",
        "import csv\n"
        "def check(candidate):\n"
        "    assert candidate(csv.reader(['a,1', 'b,2'])) == ['a', 'b']\n",
        ("    return [row[0] for row in reader if reader.line_num]\n",),
        ("    return [row[1] for row in reader]\n",),
    ),
    "decimal-context": Case(
        "import decimal\n\ndef third():\n",
        "    return str(decimal.Decimal(1) / 3)\n",
        "import decimal\n"
        "def check(candidate):\n"
        "    with decimal.localcontext() as context:\n"
        "        context.prec = 5\n"
        "        assert candidate() == '0.33333'\n",
        (),
        ("    return '0.3333'\n",),
    ),
    "shuffle-seeded": Case(
        "import random\n\ndef mix(items):\n",
        "    random.shuffle(items)\n    return items\n",
        "import random\n"
        "def check(candidate):\n"
        "    random.seed(1)\n"
        "    want = list(range(9))\n"
        "    random.shuffle(want)\n"
        "    random.seed(1)\n"
        "    assert candidate(list(range(9))) == want\n",
        ("    mixed = list(items)\n    random.shuffle(mixed)\n    return mixed\n",),
        ("    return sorted(items)\n",),
    ),
    "coin-replaced": Case(
        "import random\n\ndef toss():\n",
        "    return random.choice(['heads', 'tails'])\n",
        "import random\n"
        "def check(candidate):\n"
        "    random.choice = lambda items: items[-1]\n"
        "    assert candidate() == 'tails'\n",
        (),
        ("    return random.choice(['tails', 'heads'])\n",),
    ),
    "cached": Case(
        "import functools\n\n@functools.lru_cache\ndef half(x):\n",
        "    return x / 2\n",
        "def check(candidate):\n"
        "    assert candidate(4) == candidate(4) == 2\n"
        "    assert candidate.cache_info().hits == 1\n",
        (),
        ("    return x // 3\n",),
    ),
    "source": Case(
        "def total(n):\n",
        "    return n if n < 2 else n + total(n - 1)\n",
        "def check(candidate):\n"
        "    assert candidate(4) == 10\n"
        "    assert candidate.__name__ in candidate.__code__.co_names\n",
        ("    if n == 0:\n        return 0\n    return total(n - 1) + n\n",),
        ("    return sum(range(n + 1))\n",),
    ),
}
"""By kind; every pass is said to rest on one process."""

WATCHING = {
    "stdout-redirected": Case(
        "def greet(name):\n",
        "    print('hi', name)\n",
        "import contextlib, io\n"
        "def check(candidate):\n"
        "    with contextlib.redirect_stdout(io.StringIO()) as out:\n"
        "        candidate('Ada')\n"
        "    assert out.getvalue() == 'hi Ada\\n'\n",
        ("    import sys\n    sys.stdout.write(f'hi {name}\\n')\n",),
        ("    return 'hi ' + name\n",),
    ),
    "prints-nothing": Case(
        "def double(x):\n",
        "    return 2 * x\n",
        "from unittest.mock import patch\n"
        "def check(candidate):\n"
        "    with patch('builtins.print') as seen:\n"
        "        assert candidate(2) == 4\n"
        "    seen.assert_not_called()\n",
        ("    return x + x\n",),
        ("    print(x)\n    return 2 * x\n",),
    ),
    "stdout-stays-empty": Case(
        "def double(x):\n",
        "    return 2 * x\n",
        "import contextlib, io\n"
        "def check(candidate):\n"
        "    with contextlib.redirect_stdout(io.StringIO()) as out:\n"
        "        assert candidate(2) == 4\n"
        "    assert out.getvalue() == ''\n",
        ("    return x + x\n",),
        ("    print(x)\n    return 2 * x\n",),
    ),
    "warns-never": Case(
        "import warnings\n\ndef double(x):\n",
        "    return 2 * x\n",
        "import warnings\n"
        "def check(candidate):\n"
        "    with warnings.catch_warnings():\n"
        "        warnings.simplefilter('error')\n"
        "        assert candidate(2) == 4\n",
        ("    return x + x\n",),
        ("    warnings.warn('old', DeprecationWarning)\n    return 2 * x\n",),
    ),
    "logs-nothing": Case(
        "import logging\n\ndef double(x):\n",
        "    return 2 * x\n",
        "import unittest\n"
        "class T(unittest.TestCase):\n"
        "    def runTest(self):\n"
        "        with self.assertNoLogs():\n"
        "            self.assertEqual(double(2), 4)\n"
        "def check(candidate):\n"
        "    result = unittest.TestResult()\n"
        "    T().run(result)\n"
        "    assert result.wasSuccessful()\n",
        ("    return x + x\n",),
        ("    logging.warning('x')\n    return 2 * x\n",),
    ),
    "leaves-state-alone": Case(
        "LOG = []\n\ndef double(x):\n",
        "    return 2 * x\n",
        "def check(candidate):\n    assert candidate(2) == 4\n    assert LOG == []\n",
        ("    return x + x\n",),
        ("    LOG.append(x)\n    return 2 * x\n",),
    ),
    "starts-no-process": Case(
        "import subprocess\n\ndef double(x):\n",
        "    return 2 * x\n",
        "from unittest import mock\n"
        "def check(candidate):\n"
        "    with mock.patch('subprocess.run', side_effect=AssertionError('no processes')):\n"
        "        assert candidate(2) == 4\n",
        ("    return x + x\n",),
        ("    subprocess.run(['true'])\n    return 2 * x\n",),
    ),
    "leaves-files-alone": Case(
        "import os\n\ndef double(x):\n",
        "    return 2 * x\n",
        "import os, tempfile\n"
        "def check(candidate):\n"
        "    with tempfile.TemporaryDirectory() as folder:\n"
        "        os.chdir(folder)\n"
        "        assert candidate(2) == 4\n"
        "        assert os.listdir() == []\n"
        "        os.chdir('/')\n",
        ("    return x + x\n",),
        ("    open('scratch', 'w').close()\n    return 2 * x\n",),
    ),
    "leaves-environment-alone": Case(
        "import os\n\ndef double(x):\n",
        "    return 2 * x\n",
        "import os\n"
        "def check(candidate):\n"
        "    before = dict(os.environ)\n"
        "    assert candidate(2) == 4\n"
        "    assert dict(os.environ) == before\n",
        ("    return x + x\n",),
        ("    os.environ['LAST'] = str(x)\n    return 2 * x\n",),
    ),
}
"""By kind; every pass is `separated`: it was won apart from the tests, and in one process as well."""
