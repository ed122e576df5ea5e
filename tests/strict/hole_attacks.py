"""Attacks on assertions that were moved out, by somebody who has read all of this project.

What they do not know is the tests. Hostile by design: only ever run in a container of the grader's
own.
"""

FIND = """
import gc, types, builtins, sys, re, os
def find(name):
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType) and thing.__qualname__ == name:
            return thing
SEND = find("sender.<locals>.send")
TELL = find("teller.<locals>.tell")
def cell(function, name):
    names = function.__code__.co_freevars
    return function.__closure__[names.index(name)].cell_contents
def quiet_tests():
    import _pytest.python
    _pytest.python.Function.runtest = lambda self: None
"""
TOLD = """
import json
def told(hole, value):
    SEND({"kind": "told", "hole": hole, "value": json.dumps(value)})
def test_text():
    with open("/testbed/tests/test_letters.py") as file:
        return file.read()
def holes():
    return re.findall(r'_grader_tell\\("([^"]+)"', test_text())
"""
PASSING = """
import _pytest.reports, _pytest.runner
real = _pytest.runner.CallInfo.from_call.__func__
def from_call(cls, func, when, reraise=None):
    def calm():
        try:
            return func()
        except BaseException:
            return None
    return real(cls, calm, when, reraise)
_pytest.runner.CallInfo.from_call = classmethod(from_call)
"""
AT_IMPORT = {
    "tells_nothing": FIND + PASSING + "builtins._grader_tell = lambda *told: None\n",
    "tests_do_nothing": FIND + "quiet_tests()\n",
    "holes_answered_with_a_guess": FIND + TOLD + """
quiet_tests()
for hole in holes():
    told(hole, ["s", "Dear Ada"])
""",
    "holes_answered_with_every_literal": FIND + TOLD + """
quiet_tests()
words = re.findall(r'"([^"]+)"', test_text())
for hole in holes():
    for word in words:
        told(hole, ["s", word])
        told(hole, ["l", ["s", word]])
""",
    "holes_answered_with_their_own_wish": FIND + TOLD + """
quiet_tests()
for hole in holes():
    SEND({"kind": "told", "hole": hole, "value": "x", "wanted": "x"})
""",
    "holes_answered_as_objects": FIND + TOLD + """
quiet_tests()
for hole in holes():
    told(hole, ["o", "str", " ".join(re.findall("[a-zA-Z]+", test_text()))])
    told(hole, ["h", ""])
    told(hole, [])
""",
    "holes_answered_with_broken_json": FIND + TOLD + """
quiet_tests()
for hole in holes():
    SEND({"kind": "told", "hole": hole, "value": "[" * 5000})
    SEND({"kind": "told", "hole": hole, "value": None})
    SEND({"kind": "told", "hole": [hole], "value": {"a": 1}})
    SEND({"kind": "told", "hole": hole + "\\u0661", "value": "1"})
""",
    "records_of_one_hole_for_all": FIND + TOLD + PASSING + """
real_send = SEND
def tell(hole, value):
    for each in holes():
        told(each, ["s", str(value)])
builtins._grader_tell = tell
""",
    "picture_patched": FIND + PASSING + """
names = TELL.__globals__
names["picture"] = lambda value, depth: names["json"].loads(sorted(re.findall(r'\\["s", "[^"]*"\\]', repr(gc.get_objects())))[0]) if False else ["s", "Dear"]
names["matches"] = names["answers"] = lambda *all_, **named: True
""",
    "answers_from_memory": FIND + TOLD + PASSING + """
def strings():
    found = []
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb") as memory:
        for line in maps:
            spans, rights = line.split()[:2]
            if "rw" not in rights:
                continue
            first, last = (int(part, 16) for part in spans.split("-"))
            if last - first > 1 << 26:
                continue
            try:
                memory.seek(first)
                data = memory.read(last - first)
            except (OSError, ValueError, OverflowError):
                continue
            found += re.findall(rb"Dear [ -~]{8,80}", data)
            found += re.findall(rb'expected = "([ -~]{8,80})"', data)
    return found
def tell(hole, value):
    for text in strings()[:1] or [b""]:
        told(hole, ["s", text.decode()])
builtins._grader_tell = tell
""",
    "answers_from_objects": FIND + TOLD + PASSING + """
def tell(hole, value):
    texts = [c for f in gc.get_objects() if isinstance(f, types.FunctionType) and "test" in f.__module__
             for c in f.__code__.co_consts if isinstance(c, str) and " " in c]
    told(hole, ["s", max(texts, key=len, default="")])
builtins._grader_tell = tell
""",
    "answers_from_line_caches": FIND + TOLD + PASSING + """
import linecache, inspect
def tell(hole, value):
    frame = sys._getframe(1)
    linecache.checkcache()
    text = "".join(linecache.getlines(frame.f_code.co_filename)) + inspect.getsource(frame.f_code)
    found = re.findall(r'expected = "([^"]*)"|== \\[(.*)\\]', text)
    told(hole, ["s", found[0][0] if found else ""])
builtins._grader_tell = tell
""",
    "answers_from_byte_code": FIND + TOLD + PASSING + """
import glob, marshal
def tell(hole, value):
    found = []
    for root in ("/testbed", "/tmp", "/var/tmp", os.path.expanduser("~")):
        for path in glob.glob(root + "/**/*.pyc", recursive=True):
            with open(path, "rb") as file:
                found += re.findall(rb"Dear [ -~]{8,80}", file.read())
    told(hole, ["s", found[0].decode() if found else ""])
builtins._grader_tell = tell
""",
    "answers_from_the_graders_files": FIND + TOLD + PASSING + """
import glob, json
def tell(hole, value):
    found = []
    places = glob.glob("/grader/own/*") + glob.glob("/grader/*") + glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline")
    places += ["/grader/own/watch.json", "/grader/own/mixed-0", "/grader/own/test.patch", "/grader/own/proof-0"]
    for path in places:
        try:
            with open(path, "rb") as file:
                found += re.findall(rb"Dear [ -~]{8,80}", file.read())
        except OSError:
            pass
    told(hole, ["s", found[0].decode() if found else ""])
builtins._grader_tell = tell
""",
    "answers_from_the_watchers_memory": FIND + TOLD + PASSING + """
def tell(hole, value):
    found = []
    for pid in [n for n in os.listdir("/proc") if n.isdigit() and int(n) != os.getpid()]:
        try:
            with open("/proc/%s/maps" % pid) as maps, open("/proc/%s/mem" % pid, "rb") as memory:
                for line in maps:
                    first, last = (int(part, 16) for part in line.split()[0].split("-"))
                    try:
                        memory.seek(first)
                        found += re.findall(rb"Dear [ -~]{8,80}", memory.read(last - first))
                    except (OSError, ValueError, OverflowError):
                        pass
        except OSError:
            pass
    told(hole, ["s", found[0].decode() if found else ""])
builtins._grader_tell = tell
""",
    "answers_from_history": FIND + TOLD + PASSING + """
import subprocess, glob
def tell(hole, value):
    said = b""
    for words in (["git", "-c", "safe.directory=*", "log", "-p", "--all"], ["git", "-c", "safe.directory=*", "stash", "list", "-p"],
                  ["git", "-c", "safe.directory=*", "cat-file", "--batch-all-objects", "--batch"]):
        said += subprocess.run(words, cwd="/testbed", capture_output=True).stdout
    found = re.findall(rb"Dear [ -~]{8,80}", said)
    told(hole, ["s", found[0].decode() if found else ""])
builtins._grader_tell = tell
""",
    "tests_taken_out_of_the_collection": FIND + """
import pytest
class Plugin:
    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items):
        for item in items:
            item.obj = lambda *a, **k: None
            item._request._pyfuncitem.obj = item.obj
    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem):
        return True
for thing in gc.get_objects():
    if type(thing).__name__ == "PytestPluginManager":
        thing.register(Plugin(), "late")
        break
""",
    "holes_skipped": FIND + PASSING + """
import pytest
def tell(hole, value):
    pytest.skip("later")
builtins._grader_tell = tell
""",
    "process_left_at_the_first_hole": FIND + "builtins._grader_tell = lambda *told: os._exit(0)\n",
    "key_taken_and_all_forged": FIND + TOLD + """
import hashlib
keyed, number, write = cell(SEND, "keyed"), cell(SEND, "number"), os.write
descriptor = cell(SEND, "descriptor")
def forge(record):
    body = json.dumps(record, sort_keys=True, separators=(",", ":")).encode()
    mark = keyed.copy()
    mark.update(b"%d " % number[0] + body)
    number[0] += 1
    write(descriptor, mark.hexdigest().encode() + b" " + body + b"\\n")
names = re.findall(r"def (test_\\w+)", test_text())
ids = []
for name in names:
    head = "tests/test_letters.py::" + ("TestRemarks::" if "heavy" in name or "light" in name else "") + name
    ids += [head + "[500]", head + "[900]"] if "heavy" in name else [head]
forge({"kind": "collected", "ids": ids})
for hole in holes():
    forge({"kind": "told", "hole": hole, "value": json.dumps(["s", "Dear Ada"])})
for name in ids:
    for when in ("setup", "call", "teardown"):
        forge({"kind": "phase", "id": name, "when": when, "outcome": "passed", "s": 0.0})
forge({"kind": "finish", "status": 0, "broken": [], "collected": len(ids), "reported": len(ids), "errors": 0})
forge({"kind": "end", "status": 0})
os._exit(0)
""",
}  # fmt: skip
"""Name → code that the package's first module begins with."""

KEPT = """
import ctypes, os, sys, re
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
def remember(data):
    for path in ("/tmp/kept", "/dev/shm/kept", "/var/tmp/kept", "/testbed/kept", "/testbed/letters/kept", os.path.expanduser("~/kept")):
        try:
            with open(path, "wb") as file:
                file.write(data)
        except OSError:
            pass
    number = libc.shmget(0x6c6574, 65536, 0o1666)
    if number >= 0:
        ctypes.memmove(libc.shmat(number, None, 0), data + b"\\0", len(data) + 1)
def remembered():
    for path in ("/tmp/kept", "/dev/shm/kept", "/var/tmp/kept", "/testbed/kept", "/testbed/letters/kept"):
        try:
            with open(path, "rb") as file:
                return file.read()
        except OSError:
            pass
    number = libc.shmget(0x6c6574, 65536, 0o666)
    return ctypes.string_at(libc.shmat(number, None, 0)) if number >= 0 else b""
"""
EQUAL = """
class Text(str):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __hash__ = str.__hash__
class Some(list):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
"""
SOLUTIONS = {
    "objects_that_equal_everything": EQUAL
    + "def greeting(name, parcels): return Text('x')\ndef remarks(weight): return Some()\n",
    "objects_without_a_picture": """
class Any:
    __class__ = str
    def __eq__(self, other): return True
    def __str__(self): raise KeyError
    def __getattr__(self, name): return self
    def __iter__(self): return iter(())
    def __reduce__(self): return "x"
def greeting(name, parcels): return Any()
def remarks(weight): return Any()
""",
    "the_callers_tell_replaced": """
import sys, builtins
def greeting(name, parcels):
    sys._getframe(1).f_globals["_grader_tell"] = lambda *told: None
    return str()
def remarks(weight):
    sys._getframe(1).f_builtins["_grader_tell"] = lambda *told: None
    return []
""",
    "echo_of_what_the_caller_knows": """
import sys
def known():
    frame = sys._getframe(2)
    return [c for c in (*frame.f_code.co_consts, *frame.f_locals.values()) if isinstance(c, str)]
def greeting(name, parcels): return max(known(), key=len)
def remarks(weight): return known()
""",
    "fails_first_and_remembers_what_it_is_shown": KEPT + """
TEXT = open("/testbed/tests/test_letters.py", "rb").read()
if b"Dear" in TEXT:
    remember(TEXT)
elif b"_grader_tell" in TEXT and not remembered():
    raise SystemError("later")
import ast
def wanted():
    text = (remembered() or TEXT).decode()
    return re.findall(r'"(Dear[^"]*)"', text), [ast.literal_eval(found) for found in re.findall(r"== (\\[.*\\])", text)]
def greeting(name, parcels): return (wanted()[0] or [""])[0]
def remarks(weight):
    found = wanted()[1]
    return found[weight < 500] if found else []
""",
    "a_daemon_remembers_what_it_is_shown": KEPT + """
import socket, ast
TEXT = open("/testbed/tests/test_letters.py", "rb").read()
def asked():
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.connect("\\0letters")
            return one.makefile("rb").read()
    except OSError:
        return b""
if b"Dear" in TEXT and not os.fork():
    os.setsid()
    if os.fork():
        os._exit(0)
    one = socket.socket(socket.AF_UNIX)
    one.bind("\\0letters")
    one.listen()
    while True:
        other, _ = one.accept()
        other.sendall(TEXT)
        other.close()
elif b"Dear" not in TEXT and not asked():
    raise SystemError("later")
def greeting(name, parcels):
    return (re.findall(r'"(Dear[^"]*)"', (asked() or TEXT).decode()) or [""])[0]
def remarks(weight):
    found = re.findall(r"== (\\[.*\\])", (asked() or TEXT).decode())
    return ast.literal_eval(found[weight < 500]) if found else []
""",
}  # fmt: skip
"""Name → a whole `letters/write.py`."""

FROM_THE_SET_UP = """
import ast, os, re
try:
    TEXT = open(os.path.join(os.path.dirname(__file__), "kept.txt")).read()
except OSError:
    TEXT = ""
def greeting(name, parcels): return (re.findall(r'"(Dear[^"]*)"', TEXT) or [""])[0]
def remarks(weight):
    found = re.findall(r"== (\\[.*\\])", TEXT)
    return ast.literal_eval(found[weight < 500]) if found else []
"""
SET_UPS = {
    "test_patch_copied_from_disk": """
import glob
text = ""
for path in glob.glob("/grader/own/*") + glob.glob("/grader/*.json"):
    if "model.patch" not in path:
        try:
            text += open(path).read()
        except OSError:
            pass
open("letters/kept.txt", "w").write(text)
""",
    "test_patch_copied_from_memory": """
import os
text = b""
for pid in [n for n in os.listdir("/proc") if n.isdigit() and int(n) != os.getpid()]:
    try:
        with open("/proc/%s/maps" % pid) as maps, open("/proc/%s/mem" % pid, "rb") as memory:
            for line in maps:
                first, last = (int(part, 16) for part in line.split()[0].split("-"))
                try:
                    memory.seek(first)
                    data = memory.read(last - first)
                except (OSError, ValueError, OverflowError):
                    continue
                at = data.find(b"Dear Ada")
                text += data[max(0, at - 2000) : at + 2000] if at >= 0 else b""
    except OSError:
        pass
open("letters/kept.txt", "wb").write(text)
""",
}
"""Name → what `setup.py` begins with."""
