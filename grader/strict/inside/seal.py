# pyright: basic
"""Notice when the tested code changes the machinery that reports on it.

A seal is evidence, not a wall: code in the same process can break the seal's own memory too. What
decides in the end are the twins.
"""

import importlib
import os
import types

WATCHED = ("_pytest.runner", "_pytest.reports", "_pytest.python", "_pytest.unittest", "_pytest.assertion.rewrite",
           "_pytest.main", "_pytest.skipping", "pluggy", "pluggy._hooks", "pluggy.hooks", "pluggy._callers", "pluggy.callers",
           "pluggy._manager", "pluggy.manager", "_pytest._code.code",
           "unittest.case", "unittest.result", "unittest.runner", "unittest.suite")  # fmt: skip


def modules():
    """The watched modules that this Python has; a repository's own ones are its to change."""
    found = []
    for name in WATCHED:
        try:
            module = importlib.import_module(name)
        except Exception:
            continue
        if not os.path.abspath(getattr(module, "__file__", "") or "").startswith(
            os.getcwd() + os.sep
        ):
            found.append(module)
    return found


def sealed(watched):
    """A function that names what is no longer what it is now."""
    before = dict(parts(watched))
    get = parts

    def broken():
        now = dict(get(watched))
        return sorted(name for name, code in before.items() if now.get(name) is not code)[:20]

    return broken


def parts(watched):
    """(name, code object) of every function in the modules and their classes."""
    for module in watched:
        for name, value in list(vars(module).items()):
            if isinstance(value, types.FunctionType):
                yield "%s.%s" % (module.__name__, name), value.__code__
            elif isinstance(value, type) and value.__module__ == module.__name__:
                for inner, member in list(vars(value).items()):
                    function = getattr(member, "__func__", member)
                    function = getattr(function, "fget", function)
                    if isinstance(function, types.FunctionType):
                        yield "%s.%s.%s" % (module.__name__, name, inner), function.__code__
