# pyright: basic
"""Run pytest and report every phase of every test; started by `watch.py` and by nobody else."""

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [entry for entry in sys.path if entry not in ("", HERE)] + [HERE]
import channel
import configuration
import seal
import telling

SEND = channel.opened()
telling.given(SEND)
sys.path.remove(HERE)

import pytest  # noqa: E402
from _pytest import reports, runner  # noqa: E402


FINAL = ("passed", "failed", "skipped")
CHEAP = "--tb=native"
"""How a failure is shown: of most copies nobody reads it, and pytest's own way takes 15 ms for each."""


class RecordingPlugin:
    """Our one plugin."""

    def __init__(self, send, sealed):
        self.send, self.sealed = send, sealed
        self.counts = {"collected": 0, "reported": 0, "errors": 0}
        self.raised = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session):
        """Which tests there are, in their order."""
        self.collected([item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node, ids):
        """The same, where worker processes collect: each all of them."""
        self.collected(list(ids))

    def collected(self, ids):
        """Tell it once."""
        if self.counts["collected"] or not ids:
            return
        self.counts["collected"] = len(ids)
        for start in range(0, len(ids), 200):
            self.send({"kind": "collected", "ids": ids[start : start + 200]})

    @pytest.hookimpl(tryfirst=True)
    def pytest_collectreport(self, report):
        """A file that could not be imported."""
        if report.failed:
            self.counts["errors"] += 1
            self.send(
                {"kind": "collect-error", "id": report.nodeid, "text": str(report.longrepr)[-2000:]}
            )

    @pytest.hookimpl(hookwrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem):
        """What the test function itself did, before anybody makes a report of it."""
        outcome = yield
        info = getattr(outcome, "excinfo", None) or getattr(outcome, "_excinfo", None)
        self.raised[pyfuncitem.nodeid] = info[0].__name__ if info else ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report):
        """One phase of one test; a part of a test speaks only where it failed, and a try that is
        made again ("rerun", "retried") says nothing."""
        is_part = getattr(report, "context", None) is not None
        if report.outcome not in FINAL or (is_part and report.outcome != "failed"):
            return
        record = {"kind": "phase", "id": report.nodeid, "when": report.when, "outcome": report.outcome,
                  "s": round(getattr(report, "duration", 0.0), 4)}  # fmt: skip
        if hasattr(report, "wasxfail"):
            record["xfail"] = str(report.wasxfail)[:200]
        if is_part:
            record["part"] = str(report.context)[:200]
        elif report.when == "call":
            self.counts["reported"] += 1
            if report.nodeid in self.raised:
                record["raised"] = self.raised.pop(report.nodeid)
        if report.outcome == "failed":
            record["text"] = str(report.longrepr)[-600:]
        self.send(record)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus):
        """The end, as pytest sees it."""
        self.send(
            {"kind": "finish", "status": int(exitstatus), "broken": self.sealed(), **self.counts}
        )


def options(arguments):
    """The task's own arguments, the configuration that pytest would find, and the plugins that the
    image has: all pinned, so that no later file can change them."""
    version = tuple(int(part) for part in pytest.__version__.split(".")[:2])
    pinned = configuration.found(os.getcwd(), arguments["argv"], pyproject=version >= (6, 0))
    argv = [
        "-c",
        pinned or os.path.join(HERE, "none.ini"),
        "--rootdir=" + os.path.dirname(pinned or os.getcwd() + "/"),
    ]
    argv += ["-o", "cache_dir=" + os.path.join(os.environ["HOME"], "cache")]
    plugins = arguments["plugins"]
    if plugins is None:
        plugins = configuration.plugins()
    SEND({"kind": "plugins", "names": plugins, "config": pinned})
    for name in plugins:
        argv += ["-p", name]
    return [*argv, *arguments["argv"], CHEAP]


def main(arguments):
    """Configure, run, tell the status that pytest came to."""
    if arguments["cwd_on_path"]:
        sys.path.insert(0, os.getcwd())
    argv = options(arguments)
    sys.argv = ["pytest", *argv]
    modules = [runner, reports, *seal.modules()]
    reporter = RecordingPlugin(SEND, seal.sealed(modules))
    send = reporter.send
    status = int(pytest.main(argv, plugins=[reporter]))
    send({"kind": "end", "status": status})
    return status


if __name__ == "__main__":
    code = main(json.loads(sys.argv.pop()))
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(code)
