"""The program of a candidate whose unit tests run in its own process. Text only.

`unittest` and `unittest.mock` are private copies, loaded before any of the candidate's code: what
it does to the public ones, its tests do not see. Their text comes with a question, when the
candidate's program has run, and so does whether they are run as they are or *twisted*: then each
assertion wants something else, and who passes twisted tests too passes whatever is asked.
"""

RUNNER = r'''
import sys as _grader_sys
import types as _grader_types


def _grader_start(prompt, solution):
    import contextlib, importlib, os
    sys, modules = _grader_sys, _grader_sys.modules
    names = ("unittest", "unittest.mock", "unittest.case", "unittest.result", "unittest.loader")

    def taken():
        found = [name for name in modules if name.split(".")[0] == "unittest"]
        return {name: modules.pop(name) for name in found}

    public = taken()
    for name in names:
        importlib.import_module(name)
    private = taken()
    modules.update(public)
    case, result, loader = (private["unittest." + name] for name in ("case", "result", "loader"))
    TestCase, TestResult, TestLoader = case.TestCase, result.TestResult, loader.TestLoader
    kinds = (int, float, complex, str, bytes, bool, list, tuple, dict, set, frozenset, type(None))
    own_modules = frozenset(modules)

    class Seen(TestResult):
        def __init__(self):
            TestResult.__init__(self)
            self.told = {}

        def _tell(self, test, word, error=None):
            text = "" if error is None else f"{type(error[1]).__name__}: {error[1]}"[:300]
            name = ".".join(test.id().split(".")[-2:])
            if word != "ok" or name not in self.told:
                self.told[name] = (word, text)

        def addSuccess(self, test):
            self._tell(test, "ok")

        def addError(self, test, err):
            self._tell(test, "error", err)

        def addFailure(self, test, err):
            self._tell(test, "failure", err)

        def addSkip(self, test, reason):
            self._tell(test, "skip")

        def addExpectedFailure(self, test, err):
            self._tell(test, "ok")

        def addUnexpectedSuccess(self, test):
            self._tell(test, "unexpected success")

        def addSubTest(self, test, subtest, err):
            if err is not None:
                self._tell(test, "failure", err)

    def other(value):
        kind = type(value)
        if kind is bool:
            return not value
        if kind in (int, float, complex):
            return value + 1
        if kind is str:
            return value + "~"
        if kind is bytes:
            return value + b"~"
        if kind is list:
            return [*value, 0]
        if kind is tuple:
            return (*value, 0)
        if kind is dict:
            return {**value, "~": 0}
        if kind in (set, frozenset):
            return value | {"~"}
        return object()

    def twisted(name, swap):
        def wants_else(self, *arguments, **named):
            raise self.failureException("twisted")

        def equal(self, first, second, *rest, **named):
            for one, two in ((first, other(second)), (other(first), second)):
                try:
                    same = bool(one == two)
                except Exception:
                    same = False
                if same:
                    return
            raise self.failureException("twisted")

        def swapped(self, *arguments, **named):
            return kept_methods[swap](self, *arguments, **named)

        return equal if swap == "equal" else swapped if swap else wants_else

    SWAPS = {
        "assertEqual": "equal", "assertListEqual": "equal", "assertDictEqual": "equal",
        "assertTupleEqual": "equal", "assertSetEqual": "equal", "assertSequenceEqual": "equal",
        "assertMultiLineEqual": "equal", "assertCountEqual": "equal",
        "assertNotEqual": "assertEqual", "assertTrue": "assertFalse", "assertFalse": "assertTrue",
        "assertIn": "assertNotIn", "assertNotIn": "assertIn", "assertIs": "assertIsNot",
        "assertIsNot": "assertIs", "assertIsNone": "assertIsNotNone",
        "assertIsNotNone": "assertIsNone",
        "assertIsInstance": "assertNotIsInstance", "assertNotIsInstance": "assertIsInstance",
        "assertAlmostEqual": "equal", "assertNotAlmostEqual": "assertAlmostEqual",
        "assertGreater": "assertLessEqual", "assertLessEqual": "assertGreater",
        "assertLess": "assertGreaterEqual", "assertGreaterEqual": "assertLess",
        "assertRegex": "assertNotRegex", "assertNotRegex": "assertRegex",
    }
    kept_methods = {name: getattr(TestCase, name) for name in SWAPS}

    def foreign(value, depth=0):
        """The name of a class of the candidate's own of which there is a value here, or ''."""
        kind = type(value)
        if kind in kinds:
            if depth < 4 and kind in (list, tuple, set, frozenset):
                parts = list(value)[:2000]
                return next(filter(None, (foreign(each, depth + 1) for each in parts)), "")
            if depth < 4 and kind is dict:
                parts = [*list(value)[:2000], *list(value.values())[:2000]]
                return next(filter(None, (foreign(each, depth + 1) for each in parts)), "")
            return ""
        for each in type.__dict__["__mro__"].__get__(kind):
            if each is object or each in kinds:
                continue
            home = type.__dict__["__module__"].__get__(each)
            if type(home) is not str or home not in modules or home == "__test__":
                return kind.__name__[:80]
            file = getattr(modules[home], "__file__", None)
            if file is None and home not in sys.builtin_module_names and home not in own_modules:
                return kind.__name__[:80]
        return ""

    gifts = {}

    def look(word, value):
        found = word not in gifts and foreign(value)
        if found:
            gifts[word] = found

    def watched(thing):
        """A function, or a class with its methods: what they give is looked at."""
        import functools

        if isinstance(thing, type):
            for name, method in list(type.__dict__["__dict__"].__get__(thing).items()):
                if type(method) in (staticmethod, classmethod):
                    type.__setattr__(thing, name, type(method)(watched(method.__func__)))
                elif isinstance(method, _grader_types.FunctionType):
                    type.__setattr__(thing, name, watched(method))
        if not isinstance(thing, _grader_types.FunctionType):
            return thing

        @functools.wraps(thing)
        def task(*arguments, **named):
            value = thing(*arguments, **named)
            look("own", value)
            return value

        return task

    def looking(method):
        """An assertion that looks at what it compares, wherever the test has it from."""
        def asserts(self, *operands, **named):
            for each in (*operands, *named.values()):
                look("odd", each)
            return method(self, *operands, **named)

        return asserts

    around = _grader_types.ModuleType("__tests__")
    exec(compile(prompt, "prompt.py", "exec", dont_inherit=True), around.__dict__)

    def lend():
        """What the tests import serves the solution too: officially both are one program."""
        for each, value in around.__dict__.items():
            home = f"{getattr(value, '__name__', '')} {getattr(value, '__module__', '')}"
            if not each.startswith("__") and "unittest" not in home and "__tests__" not in home:
                module.__dict__.setdefault(each, value)

    def suite(source, classes, entry, twist):
        public = taken()
        modules.update(private)
        modules["__tests__"] = around
        os.makedirs("cwd", exist_ok=True)
        os.chdir("cwd")
        import io
        try:
            around.__dict__[entry] = watched(vars(module)[entry])
            exec(compile(source, "tests.py", "exec", dont_inherit=True), around.__dict__)
            lend()
            for each, swap in SWAPS.items():
                if twist:
                    setattr(TestCase, each, twisted(each, swap))
                elif not each.startswith(("assertIs", "assertNotIs")):  # no object takes part there
                    setattr(TestCase, each, looking(kept_methods[each]))
            seen = Seen()
            quiet = contextlib.redirect_stdout(io.StringIO())
            with quiet, contextlib.redirect_stderr(io.StringIO()):
                for name in classes:
                    TestLoader().loadTestsFromTestCase(around.__dict__[name]).run(seen)
        finally:
            for each, method in kept_methods.items():
                setattr(TestCase, each, method)
            taken()
            modules.update(public)
        seen.told.update({f"a class of its own ({word})": (word, gifts[word]) for word in gifts})
        return [[name, *what] for name, what in seen.told.items()]

    module = _grader_types.ModuleType("__test__")
    modules["__test__"] = module
    module.__file__ = "solution.py"
    module.__dict__.update(os=os, sys=sys, environ=os.environ)

    def run():
        exec(compile(solution, "solution.py", "exec", dont_inherit=True), module.__dict__)

    return suite, run
'''


def candidate(prompt: str, solution: str) -> str:
    """A program that runs `solution` and answers `_grader_suite(tests, classes, entry, twist)`."""
    return (
        f"{RUNNER}\n_grader_suite, _grader_run = _grader_start({prompt!r}, {solution!r})\n"
        "_grader_run()\n"
    )


JUDGE = r"""
_told = _grader_suite(_SOURCE, _CLASSES, _ENTRY, _TWIST)
if type(_told) is not list or not all(
    type(each) is list and len(each) == 3 and all(type(part) is str for part in each)
    for each in _told
):
    raise AssertionError("the tests' process gave no account of them")
_own = {word: what for name, word, what in _told if word in ("own", "odd")}
_told = sorted(each for each in _told if each[1] not in _own)
_wrong = [each for each in _told if each[1] != "ok"]
if _TWIST:
    _failed = [i for i, each in enumerate(_told) if each[1] != "ok"]
    if _PROBE:
        raise AssertionError("probe " + ",".join(map(str, _failed)))
    if set(_failed).isdisjoint(_SOUND):
        raise KeyError("tampered")
else:
    for word, what in () if _PROBE else _own.items():
        if word not in _KNOWN:
            raise KeyError("own " + what)
    if not _told:
        raise AssertionError("no test ran")
    if len(_told) < _COUNT:
        raise AssertionError(f"{len(_told)} of {_COUNT} tests ran")
    if _wrong:
        name, word, text = _wrong[0]
        raise AssertionError(f"{name}: {text or word} ({len(_wrong)} of {len(_told)} tests)")
    if _PROBE:
        raise AssertionError(f"probe {len(_told)} {' '.join(sorted(_own))}".strip())
"""


def checker(
    source: str, classes: tuple[str, ...], entry: str, *, twist: bool,
    sound: tuple[int, ...] = (), count: int = 0, probe: bool = False, known: tuple[str, ...] = (),
) -> str:  # fmt: skip
    """The trusted side: asks for the tests and says what came of them.

    sound: which tests fail twisted for the task's own solution; count: so many tests there are.
    probe: tell that, for the task's own solution. known: whether that gives objects of classes of
    its own (`own`), and whether assertions meet such (`odd`).
    """
    head = {
        "_SOURCE": source, "_CLASSES": classes, "_ENTRY": entry, "_TWIST": twist, "_SOUND": sound,
        "_COUNT": count, "_PROBE": probe, "_KNOWN": known,
    }  # fmt: skip
    return "".join(f"{key} = {value!r}\n" for key, value in head.items()) + JUDGE


APART = r"""
import unittest as _unittest


class _Seen(_unittest.TestResult):
    wrong = ()

    def _tell(self, test, error):
        text = f"{{error[0].__name__}}: {{error[1]}}"[:300]
        self.wrong = (*self.wrong, f"{{test.id().rpartition('.')[2]}}: {{text}}")

    def addError(self, test, error):
        self._tell(test, error)

    def addFailure(self, test, error):
        self._tell(test, error)

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self._tell(test, error)


_seen = _Seen()
for _each in ({classes},):
    _unittest.defaultTestLoader.loadTestsFromTestCase(_each).run(_seen)
_lost = len(_seen.skipped) + len(_seen.unexpectedSuccesses)
if _seen.wrong:
    raise AssertionError(f"{{_seen.wrong[0]}} ({{len(_seen.wrong)}} of {{_seen.testsRun}} tests)")
if not _seen.testsRun:
    raise AssertionError("no test ran")
if _lost:
    raise AssertionError(f"{{_lost}} of {{_seen.testsRun}} tests were skipped")
"""


def apart(source: str, classes: tuple[str, ...]) -> str:
    """The tests where they run in a process of their own."""
    return f"{source}\n{APART.format(classes=', '.join(classes))}"
