"""Runs cells in one namespace. It runs in the sandbox, as a program: standard library only.

Two processes: the cells run in a child, whose streams and words the parent gathers cell by cell and
prints once, at the end. So a cell that leaves, dies, hangs or floods is told as just that, and what
it prints stands under no other cell's name. Not protected: cells run as the parent's user, so one
that looks for the parent's own streams under `/proc` can write there, and a thread that an earlier
cell left may print under a later one's. No verdict is drawn from any of it.
"""

import ast
import contextlib
import json
import os
import selectors
import signal
import sys
import time
import traceback
import types

GRACE_S = 1.0
"""From the interrupt of a cell that takes too long until the kernel is killed."""
PIECE = 65_536
TRACE_CHARS = 20_000
DIED = {"ename": "DeadKernelError", "evalue": "the kernel died in this cell", "traceback": []}


# ---- the child: runs cells -----------------------------------------------------------------------


def run_cells(asked, told):
    """Read a cell a line, run it, write what it showed as a line, until there are no more."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    shown = []
    module.display = lambda *values: shown.extend({"text/plain": repr(each)} for each in values)
    sys.stdout = open(1, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.stdin = open(os.devnull)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, line in enumerate(asked, start=1):
        errors = []
        try:
            run_cell(json.loads(line), f"<cell {number}>", module.__dict__, shown)
        except BaseException as error:
            errors.append(described(error))
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(BaseException):
                stream.flush()
        told.write(json.dumps({"display": shown, "error": errors}).encode() + b"\n")
        told.flush()
        del shown[:]


def run_cell(code, name, namespace, shown):
    """Run a cell; the value of an expression at its end is shown, as notebooks do."""
    tree = ast.parse(code, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), namespace)
    if last is None:
        return
    value = eval(compile(ast.Expression(last.value), name, "eval"), namespace)
    if value is not None and not code.rstrip().endswith(";"):
        shown.append({"text/plain": repr(value)})
        namespace["_"] = value


def described(error):
    """An exception as Jupyter's messages have it, without this program's own frames."""
    trace = error.__traceback__
    while trace is not None and not trace.tb_frame.f_code.co_filename.startswith("<cell "):
        trace = trace.tb_next
    try:
        said = str(error)
        lines = traceback.format_exception(type(error), error, trace)
    except BaseException:
        said, lines = "", []
    text = "".join(lines)[-TRACE_CHARS:]
    return {
        "ename": type(error).__name__,
        "evalue": said[:TRACE_CHARS],
        "traceback": text.splitlines(),
    }


# ---- the parent: gathers -------------------------------------------------------------------------


class Kernel:
    """The child and what comes from it."""

    def __init__(self, limit):
        ours_in, theirs_out = os.pipe()
        pipes = [os.pipe() for _ in range(2)]
        theirs_in, ours_out = os.pipe()
        self.limit = limit
        self.size = 0
        self.pid = os.fork()
        if self.pid == 0:
            child(theirs_in, theirs_out, pipes)
        for mine in (theirs_in, theirs_out, pipes[0][1], pipes[1][1]):
            os.close(mine)
        self.asked = ours_out
        self.names = {ours_in: "told", pipes[0][0]: "stdout", pipes[1][0]: "stderr"}
        self.parts = {}
        self.selector = selectors.DefaultSelector()
        for number in self.names:
            os.set_blocking(number, False)
            self.selector.register(number, selectors.EVENT_READ)

    def run(self, code, cell_end, total_end):
        """One cell: what it gave, and whether the kernel can go on (`Finished`) or why not."""
        self.parts = {"told": b"", "stdout": b"", "stderr": b""}
        state = self.send(code) or self.wait(cell_end, total_end)
        if state != "Finished":
            self.kill()
        self.drain()
        return self.told(state), state

    def send(self, code):
        """Hand a cell over; a kernel that died in between is told of."""
        data = json.dumps(code).encode() + b"\n"
        try:
            while data:
                data = data[os.write(self.asked, data) :]
        except OSError:
            return "Error"
        return ""

    def wait(self, cell_end, total_end):
        """Gather until the cell is over, time is up, the output too much, or the kernel gone."""
        is_interrupted = False
        while b"\n" not in self.parts["told"]:
            now = time.monotonic()
            if now >= min(cell_end, total_end):
                if now >= total_end or is_interrupted:
                    return "TimeLimitExceeded"
                is_interrupted, cell_end = True, now + GRACE_S
                os.kill(self.pid, signal.SIGINT)
            for key, _ in self.selector.select(min(cell_end, total_end) - now):
                if not self.read(key.fd) and self.names[key.fd] == "told":
                    return "Error"
            if self.size > self.limit:
                return "OutputLimitExceeded"
        return "Finished"

    def read(self, number):
        """Take what is there; False at the end of the stream."""
        try:
            data = os.read(number, PIECE)
        except BlockingIOError:
            return True
        if not data:
            self.selector.unregister(number)
            return False
        self.parts[self.names[number]] += data
        self.size += len(data)
        return True

    def drain(self):
        """Take what was printed before the cell was over."""
        for _ in range(1 + 2 * self.limit // PIECE):
            ready = self.selector.select(0)
            if not ready or self.size > 2 * self.limit:
                return
            for key, _ in ready:
                self.read(key.fd)

    def told(self, state):
        """A cell's part of the answer."""
        try:
            said = json.loads(self.parts["told"].partition(b"\n")[0])
            shown, errors = list(said["display"]), list(said["error"])
        except (ValueError, KeyError, TypeError):
            shown, errors = [], [DIED] if state == "Error" else []
        streams = {name: self.parts[name].decode(errors="replace") for name in ("stdout", "stderr")}
        return {**streams, "display": shown, "error": errors}

    def kill(self):
        """End the child, whatever it does."""
        with contextlib.suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)


def child(theirs_in, theirs_out, pipes):
    """Become the kernel; returns never."""
    try:
        os.dup2(pipes[0][1], 1)
        os.dup2(pipes[1][1], 2)
        kept = {1, 2, theirs_in, theirs_out}
        for number in range(3, 64):
            if number not in kept:
                with contextlib.suppress(OSError):
                    os.close(number)
        run_cells(open(theirs_in, "rb"), open(theirs_out, "wb"))
    finally:
        os._exit(0)


def serve(order):
    """Run an order's cells, and print its key and what came of them."""
    told, state = [], "Finished"
    total_end = time.monotonic() + order["total_s"]
    kernel = Kernel(order["limit"])
    for code in order["cells"]:
        cell_s = order["cell_s"] or order["total_s"]
        cell, state = kernel.run(code, time.monotonic() + cell_s, total_end)
        told.append(cell)
        if state != "Finished":
            break
    kernel.kill()
    sys.stdout.write(order["key"] + json.dumps({"status": state, "cells": told}))
    sys.stdout.flush()
