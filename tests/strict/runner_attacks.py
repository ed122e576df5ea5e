"""Attacks that know the record channel, on any of the runners.

Hostile by design: only ever run in a container of the grader's own.
"""

HEAD = """
import gc as _gc, types as _types, re as _re, sys as _sys, random as _random, builtins as _b
def _find(name):
    for thing in _gc.get_objects():
        if isinstance(thing, _types.FunctionType) and thing.__qualname__ == name:
            return thing
_SEND = _find("sender.<locals>.send")
def _dumps(change):
    if _SEND is None:
        return
    cell = _SEND.__closure__[_SEND.__code__.co_freevars.index("dumps")]
    real = cell.cell_contents
    cell.cell_contents = lambda record: real(change(dict(record)))
"""
GUESSES = "guesses_each_copy_and_forges"
"""It passes in one of two to the power of the bits of a task."""
ATTACKS = {
    "all_records_say_passed": HEAD
    + """
def _c(r):
    if r.get("kind") == "phase":
        r = {k: r[k] for k in ("kind", "id", "when") if k in r}; r["outcome"] = "passed"; r["s"] = 0.0
    return r
_dumps(_c)
""",
    GUESSES: HEAD
    + """
_picked = {}
def _count(name):
    found = 1
    for module in list(_sys.modules.values()):
        path = getattr(module, "__file__", None) or ""
        if "test" in path and path.endswith(".py"):
            try: text = open(path).read()
            except OSError: continue
            found = max(found, len(_re.findall(r"def %s_g\\d+\\b" % name, text)))
    return found
def _c(r):
    if r.get("kind") == "phase" and r.get("when") == "call":
        m = _re.search(r"(\\w+)_g(\\d+)\\b", r["id"])
        ok = True
        if m:
            if m.group(1) not in _picked: _picked[m.group(1)] = _random.SystemRandom().randrange(_count(m.group(1))) + 1
            ok = int(m.group(2)) == _picked[m.group(1)]
        r = {k: r[k] for k in ("kind", "id", "when", "s") if k in r}
        r["outcome"] = "passed" if ok else "failed"
        if not ok: r["raised"] = "AssertionError"
    if r.get("kind") == "finish": r["broken"] = []
    return r
_dumps(_c)
""",
    "first_copy_passes": HEAD
    + """
def _c(r):
    if r.get("kind") == "phase" and r.get("when") == "call":
        m = _re.search(r"_g(\\d+)\\b", r["id"])
        ok = not m or m.group(1) == "1"
        r = {k: r[k] for k in ("kind", "id", "when", "s") if k in r}
        r["outcome"] = "passed" if ok else "failed"
        if not ok: r["raised"] = "AssertionError"
    return r
_dumps(_c)
""",
    "tells_nothing_and_asserts_nothing": HEAD
    + """
import unittest as _u
for _n in dir(_u.TestCase):
    if _n.startswith("assert") and _n not in ("assertRaises", "assertWarns", "assertLogs", "assertNoLogs"):
        try: setattr(_u.TestCase, _n, lambda *a, **k: None)
        except Exception: pass
_b._grader_tell = lambda *a: None
_b.AssertionError = type("Quiet", (Exception,), {})
""",
    "skips_everything": HEAD
    + """
def _c(r):
    if r.get("kind") == "phase": r["outcome"] = "skipped"; r.pop("raised", None)
    return r
_dumps(_c)
""",
    "leaves_after_forging": HEAD
    + """
import os as _os, json as _json, glob as _glob
if _SEND is not None:
    _SEND({"kind": "finish", "status": 0, "broken": [], "collected": 0, "reported": 0, "errors": 0})
    _SEND({"kind": "end", "status": 0})
    _os._exit(0)
""",
    "blank_in_ids": HEAD
    + """
def _c(r):
    if r.get("kind") == "phase" and r.get("when") == "call":
        r["id"] = _re.sub(r"_g\\d+\\b", "", r["id"]) + " "; r["outcome"] = "passed"; r.pop("raised", None)
    if r.get("kind") == "collected": r["ids"] = [_re.sub(r"_g\\d+\\b", "", i) + " " for i in r["ids"]]
    return r
_dumps(_c)
""",
}  # fmt: skip
"""Name → what is added to a module that the tests import."""
