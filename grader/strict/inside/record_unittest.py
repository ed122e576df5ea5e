# pyright: basic
"""Run a repository's own unittest script (Django's `tests/runtests.py`) and report every test."""

import json
import os
import runpy
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [entry for entry in sys.path if entry not in ("", HERE)] + [HERE]
import channel
import seal
import telling

SEND = channel.opened()
telling.given(SEND)
sys.path.remove(HERE)


def watch(send):
    """Bind every outcome to a record, whatever result class a runner prefers."""
    counts = {"collected": 0, "reported": 0, "errors": 0}
    started = {}
    base = unittest.result.TestResult
    clock = time.monotonic

    def name(test):
        text = str(test)
        try:
            first = test.shortDescription()
        except Exception:
            first = None
        return text + "\n" + first if first else text

    def start(self, test):
        counts["collected"] += 1
        started[id(test)] = clock()
        send({"kind": "collected", "ids": [name(test)]})
        return first_start(self, test)

    first_start = base.startTest
    base.startTest = start
    for method, outcome in (
        ("addSuccess", "passed"),
        ("addFailure", "failed"),
        ("addError", "error"),
        ("addSkip", "skipped"),
        ("addExpectedFailure", "xfailed"),
        ("addUnexpectedSuccess", "failed"),
    ):
        setattr(
            base,
            method,
            recording(getattr(base, method), outcome, send, name, counts, started, clock),
        )
    setattr(base, "addSubTest", sub_test(base.addSubTest, send, name))
    return counts


def recording(original, outcome, send, name, counts, started, clock):
    """`original` with a record before it."""

    def add(self, test, *details):
        record = {"kind": "phase", "id": name(test), "when": "call", "outcome": outcome}
        if id(test) in started:
            counts["reported"] += 1
            record["s"] = round(clock() - started[id(test)], 4)
        else:
            counts["errors"] += 1
            record["when"] = "setup"
        if details and outcome in ("failed", "error"):
            record["raised"] = details[0][0].__name__
            record["text"] = str(details[0][1])[-600:]
        send(record)
        return original(self, test, *details)

    return add


def sub_test(original, send, name):
    """A failing part of a test is the test's failure."""

    def add(self, test, part, error):
        if error is not None:
            send({"kind": "phase", "id": name(test), "when": "call", "outcome": "failed", "part": str(part)[-200:],
                  "raised": error[0].__name__})  # fmt: skip
        return original(self, test, part, error)

    return add


def main(arguments):
    """Run the script as if it had been called, and tell the status that it left with."""
    send = SEND
    counts = watch(send)
    broken = seal.sealed(seal.modules())
    script = os.path.join(os.getcwd(), arguments["script"])
    sys.argv = [script, *arguments["argv"]]
    sys.path.insert(0, os.path.dirname(script))
    status = 0
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as left:
        status = left.code if isinstance(left.code, int) else int(left.code is not None)
    finish = {"kind": "finish", "status": status, "broken": broken()}
    finish.update(counts)
    send(finish)
    send({"kind": "end", "status": status})
    return status


if __name__ == "__main__":
    code = main(json.loads(sys.argv.pop()))
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(code)
