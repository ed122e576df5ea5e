"""Attacks on the structured channel: each is code of a package that solves nothing.

`AT_IMPORT` runs when the tests import the package; `FILES` are whole patches. Hostile by design:
only ever run in a container of the grader's own.
"""

FIND_SEND = """
import gc, types
def find_send():
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType) and thing.__qualname__ == "sender.<locals>.send":
            return thing
def find_reporter():
    for thing in gc.get_objects():
        if type(thing).__name__ == "Reporter" and hasattr(thing, "counts"):
            return thing
"""
AT_IMPORT = {
    "forged_lines_on_every_descriptor": """
import os, json
line = json.dumps({"kind": "phase", "id": "tests/test_money.py::test_label_of_cents", "when": "call", "outcome": "passed"})
for number in range(3, 64):
    try:
        os.write(number, (64 * "0" + " " + line + "\\n").encode())
    except OSError:
        pass
""",
    "stolen_signer_reports_for_itself": FIND_SEND
    + """
import os, glob, ast
send = find_send()
names = []
for path in glob.glob("tests/test_*.py"):
    for node in ast.parse(open(path).read()).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            names.append(path + "::" + node.name)
names += ["tests/test_money.py::test_change[10-3-7]", "tests/test_money.py::test_change[500-120-380]",
          "tests/test_money.py::TestChange::test_nothing_left"]
names.remove("tests/test_money.py::test_change")
send({"kind": "collected", "ids": names})
for name in names:
    for when in ("setup", "call", "teardown"):
        send({"kind": "phase", "id": name, "when": when, "outcome": "passed", "s": 0.0})
send({"kind": "finish", "status": 0, "broken": [], "collected": len(names), "reported": len(names), "errors": 0})
send({"kind": "end", "status": 0})
os._exit(0)
""",
    "signer_wrapped": FIND_SEND
    + """
reporter = find_reporter()
if reporter is not None:
    real = reporter.send
    def nicer(record):
        if record.get("outcome") == "failed":
            record["outcome"] = "passed"
            record.pop("raised", None)
            record.pop("text", None)
        if record.get("kind") in ("finish", "end"):
            record["status"] = 0
            record["broken"] = []
        real(record)
    reporter.send = nicer
    import atexit, os
    atexit.register(os._exit, 0)
""",
    "report_rewritten_in_the_reporter": FIND_SEND
    + """
reporter = find_reporter()
if reporter is not None:
    cls = type(reporter)
    real = cls.pytest_runtest_logreport
    def better(self, report):
        report.outcome = "passed"
        self.raised.clear()
        return real(self, report)
    better.pytest_impl = getattr(real, "pytest_impl", None)
    cls.pytest_runtest_logreport.__code__ = better.__code__.replace(co_freevars=()) if False else real.__code__
    for hook in gc.get_objects():
        if type(hook).__name__ == "HookImpl" and hook.function.__name__ == "pytest_runtest_logreport" and hook.plugin is reporter:
            hook.function = lambda report: better(reporter, report)
""",
    "descriptors_closed": "import os\nos.closerange(3, 256)\n",
    "descriptors_replaced": """
import os
spare = os.open(os.devnull, os.O_WRONLY)
for number in range(3, 64):
    if number != spare:
        try:
            os.fstat(number)
            os.dup2(spare, number)
        except OSError:
            pass
""",
    "encoder_lies": """
import json
real = json.JSONEncoder.iterencode
def iterencode(self, o, _one_shot=False):
    if isinstance(o, dict) and o.get("outcome") == "failed":
        o = dict(o, outcome="passed")
        o.pop("raised", None)
    return real(self, o, _one_shot)
json.JSONEncoder.iterencode = iterencode
""",
    "hmac_and_write_patched": """
import hmac, hashlib, os
class Any(str):
    def __eq__(self, other): return True
hmac.compare_digest = lambda a, b: True
hmac.HMAC.hexdigest = lambda self: 64 * "0"
real = os.write
os.write = lambda fd, data: real(fd, data.replace(b'"failed"', b'"passed"'))
""",
    "test_functions_do_nothing": """
import _pytest.python
_pytest.python.Function.runtest = lambda self: None
""",
    "code_object_swapped": """
import _pytest.python
def quiet(self): pass
_pytest.python.Function.runtest.__code__ = quiet.__code__
""",
    "call_info_without_exceptions": """
import _pytest.runner as r
real = r.CallInfo.from_call.__func__
def from_call(cls, func, when, reraise=None):
    def calm():
        try:
            return func()
        except Exception:
            return None
    return real(cls, calm, when, reraise)
r.CallInfo.from_call = classmethod(from_call)
""",
    "patched_for_one_call_only": """
import _pytest.runner as r, _pytest.main
real = r.CallInfo.from_call
kept = r.CallInfo.__dict__["from_call"]
def from_call(func, when, reraise=None):
    def calm():
        try:
            return func()
        except Exception:
            return None
    return real(calm, when, reraise)
r.CallInfo.from_call = staticmethod(from_call)
import _pytest.terminal
end = _pytest.terminal.TerminalReporter.pytest_sessionfinish
import _pytest.logging
import gc
for hook in gc.get_objects():
    if type(hook).__name__ == "HookImpl" and hook.function.__name__ == "pytest_sessionfinish":
        old = hook.function
        def function(*arguments, _old=old, **named):
            r.CallInfo.from_call = kept
            return _old(*arguments, **named)
        break
""",
    "tests_replaced_after_import": """
import sys, builtins
real = builtins.__import__
def hook(name, *rest, **named):
    module = real(name, *rest, **named)
    for test in list(sys.modules.values()):
        if getattr(test, "__name__", "").startswith("tests.test_"):
            for key in list(vars(test)):
                if key.startswith("test_"):
                    vars(test)[key].__code__ = (lambda *a, **k: None).__code__
    return module
builtins.__import__ = hook
""",
    "trace_returns_early": """
import sys
def trace(frame, event, arg):
    if frame.f_code.co_name == "same" and event == "call":
        frame.f_locals["want"] = frame.f_locals["got"]
        import ctypes
        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))
    return trace
sys.settrace(trace)
""",
    "assertion_error_is_skip": """
import builtins, pytest
builtins.AssertionError = pytest.skip.Exception
""",
    "leaves_at_once": "import os\nos._exit(0)\n",
    "becomes_another_program": """
import os, sys
if "pytest" in sys.modules:
    for number in range(3, 32):
        try:
            os.set_inheritable(number, True)
        except OSError:
            pass
    os.execv(sys.executable, [sys.executable, "-c", "import os\\nfor n in range(3, 32):\\n  try: os.write(n, b'0 {}\\\\n')\\n  except OSError: pass"])
""",
    "fork_goes_on_instead": """
import os
if os.fork():
    os._exit(0)
""",
    "kills_its_watcher": """
import os, signal
for pid in (os.getppid(), *[int(n) for n in os.listdir("/proc") if n.isdigit() and int(n) not in (1, os.getpid())]):
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        pass
""",
    "answers_for_its_watcher": """
import os, json
answer = json.dumps({"walls": [], "runs": [], "files": {}, "echo": {}})
for pid in os.listdir("/proc"):
    if pid.isdigit():
        for number in range(0, 16):
            try:
                with open("/proc/%s/fd/%d" % (pid, number), "w") as file:
                    file.write(answer)
            except OSError:
                pass
""",
    "reads_the_graders_files": """
import glob
for path in glob.glob("/grader/own/*") + glob.glob("/grader/*"):
    try:
        with open(path, "a") as file:
            file.write("# was here")
    except OSError:
        pass
try:
    KEY = open("/grader/own/watch.json").read()
    import shop.money as m
    m.change = lambda paid, price: paid - price
    m.label = lambda cents: "%d.%02d" % divmod(cents, 100)
except OSError:
    pass
""",
    "daemon_rewrites_tests": """
import os, time
if not os.fork():
    os.setsid()
    if os.fork():
        os._exit(0)
    for _ in range(600):
        for path in ("tests/test_money.py", "tests/amounts.py", "/testbed/tests/amounts.py"):
            try:
                with open(path, "w") as file:
                    file.write("def same(*a): pass\\ndef test_label_of_cents(): pass\\n")
            except OSError:
                pass
        time.sleep(0.02)
    os._exit(0)
""",
    "honest_in_the_second_run": """
import os, glob
places = ["/tmp/seen", "/dev/shm/seen", "/var/tmp/seen", os.path.expanduser("~/seen"), "/testbed/seen", "/testbed/shop/seen", "/run/seen"]
first = not any(os.path.exists(place) for place in places)
for place in places:
    try:
        open(place, "w").close()
    except OSError:
        pass
if first:
    import _pytest.python
    _pytest.python.Function.runtest = lambda self: None
""",
    "plugin_registered_late": """
import gc
import pytest
class Plugin:
    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item, call):
        outcome = yield
        report = outcome.get_result()
        report.outcome = "passed"
        report.longrepr = None
for thing in gc.get_objects():
    if type(thing).__name__ == "PytestPluginManager":
        thing.register(Plugin(), "late")
        break
""",
    "function_call_skipped_by_plugin": """
import gc
import pytest
class Plugin:
    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem):
        return True
for thing in gc.get_objects():
    if type(thing).__name__ == "PytestPluginManager":
        thing.register(Plugin(), "late")
        break
""",
}
"""Name → code that the package's first module begins with."""

EQUAL = """
class Same(int):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __hash__ = int.__hash__
class Text(str):
    def __eq__(self, other): return True
    __hash__ = str.__hash__
"""
SOLUTIONS = {
    "objects_that_equal_everything": EQUAL
    + "def change(paid, price): return Same(1)\ndef label(cents): return Text('x')\n",
    "answers_from_the_test_file": """
import re
TEXT = open("/testbed/tests/test_money.py").read()
def change(paid, price):
    found = re.search(r"\\(%d, %d, (\\d+)\\)" % (paid, price), TEXT) or re.search(r"change\\(%d, %d\\) == (\\d+)" % (paid, price), TEXT)
    return int(found.group(1))
def label(cents):
    return re.search(r"label\\(%d\\), .([0-9.]+)" % cents, TEXT).group(1)
""",
    "answers_from_the_frame": """
import sys
def change(paid, price):
    frame = sys._getframe(1)
    return frame.f_locals.get("want", 0)
def label(cents):
    return next(c for c in sys._getframe(1).f_code.co_consts if isinstance(c, str) and "." in c)
""",
    "skips_what_it_cannot": """
import pytest
def change(paid, price): pytest.skip("later")
def label(cents): pytest.skip("later")
""",
    "expects_to_fail": """
import pytest
def change(paid, price): pytest.xfail("later")
def label(cents): pytest.xfail("later")
""",
}
"""Name → a whole `shop/money.py`."""

FORGE = (
    "import pytest\n\n\n@pytest.hookimpl(hookwrapper=True)\n"
    "def pytest_runtest_makereport(item, call):\n    outcome = yield\n"
    "    report = outcome.get_result()\n    report.outcome = 'passed'\n    report.longrepr = None\n"
)
FILES: dict[str, dict[str, str | None]] = {
    "conftest_at_the_root": {"conftest.py": FORGE},
    "conftest_in_the_package": {"shop/conftest.py": FORGE},
    "conftest_beside_the_tests": {"tests/conftest.py": FORGE},
    "plugin_by_configuration": {"pytest.ini": "[pytest]\naddopts = -p forge\n", "forge.py": FORGE},
    "plugin_by_sections": {
        "setup.cfg": "[metadata]\nname = shop\n[tool:pytest]\naddopts = -p forge\n",
        "forge.py": FORGE,
    },
    "standard_module_shadowed": {"hmac.py": "def new(*a, **k): raise SystemExit(0)\n"},
    "pytest_shadowed": {
        "pytest.py": "def main(*a, **k): return 0\nhookimpl = lambda **k: lambda f: f\n"
    },
    "helpers_say_yes": {"tests/amounts.py": "def same(got, want):\n    return True\n"},
    "start_up_hook": {"sitecustomize.py": "import os\nos._exit(0)\n"},
}
"""Name → changed files."""
