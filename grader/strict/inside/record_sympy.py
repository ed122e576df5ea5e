# pyright: basic
"""Run SymPy's own `bin/test` and report every test."""

import importlib
import json
import os
import runpy
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [entry for entry in sys.path if entry not in ("", HERE)] + [HERE]
import channel
import telling

SEND = channel.opened()
telling.given(SEND)
sys.path.remove(HERE)
OUTCOMES = {"test_pass": "passed", "test_fail": "failed", "test_exception": "error",
            "test_skip": "skipped", "test_xfail": "xfailed", "test_xpass": "failed"}  # fmt: skip


def watch(reporter, send):
    """Bind every outcome of the reporter class to a record."""
    counts = {"collected": 0, "reported": 0, "errors": 0}
    state = {"file": "", "test": ""}
    entering, begin, failed_import = (
        reporter.entering_test,
        reporter.entering_filename,
        reporter.import_error,
    )

    def entering_test(self, function):
        counts["collected"] += 1
        state["test"] = state["file"] + "::" + function.__name__
        send({"kind": "collected", "ids": [state["test"]]})
        return entering(self, function)

    def entering_filename(self, filename, count):
        state["file"] = os.path.relpath(filename, os.getcwd())
        return begin(self, filename, count)

    def import_error(self, filename, info):
        counts["errors"] += 1
        send(
            {
                "kind": "collect-error",
                "id": os.path.relpath(filename, os.getcwd()),
                "text": str(info[1])[-600:],
            }
        )
        return failed_import(self, filename, info)

    reporter.entering_test, reporter.entering_filename = entering_test, entering_filename
    reporter.import_error = import_error
    for method, outcome in OUTCOMES.items():
        setattr(
            reporter, method, recording(getattr(reporter, method), outcome, send, counts, state)
        )
    return counts


def recording(original, outcome, send, counts, state):
    """`original` with a record before it."""

    def report(self, *details):
        if not state["test"]:
            # Not a test's: SymPy reports a file that raises when it is imported in this way.
            counts["errors"] += 1
            said = details[0][1] if details and isinstance(details[0], tuple) else ""
            send({"kind": "collect-error", "id": state["file"], "text": str(said)[-600:]})
            return original(self, *details)
        counts["reported"] += 1
        record = {"kind": "phase", "id": state["test"], "when": "call", "outcome": outcome}
        if outcome in ("failed", "error") and details and isinstance(details[0], tuple):
            record["raised"] = details[0][0].__name__
            record["text"] = str(details[0][1])[-600:]
        state["test"] = ""
        send(record)
        return original(self, *details)

    return report


def main(arguments):
    """Run the script as if it had been called, and tell the status that it left with."""
    script = os.path.join(os.getcwd(), arguments["script"])
    sys.argv = [script, *arguments["argv"]]
    sys.path.insert(0, os.getcwd())
    for name in ("sympy.testing.runtests", "sympy.utilities.runtests"):
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        if hasattr(module, "PyTestReporter"):
            break
    counts = watch(module.PyTestReporter, SEND)
    sys.path.insert(0, os.path.dirname(script))
    status = 0
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as left:
        status = left.code if isinstance(left.code, int) else int(left.code is not None)
    finish = {"kind": "finish", "status": status, "broken": []}
    finish.update(counts)
    SEND(finish)
    SEND({"kind": "end", "status": status})
    return status


if __name__ == "__main__":
    code = main(json.loads(sys.argv.pop()))
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(code)
