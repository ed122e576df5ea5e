"""The trusted side of an interview: from a confined process to the record. Standard library only.

Only slots that never run a candidate load this.
"""

import fcntl
import json
import os
import resource
import socket
import sys
import termios
import time
from collections.abc import Callable
from typing import Any, NoReturn

from grader.sandboxes._slot import task, wire
from grader.sandboxes._slot.heavy import reseed
from grader.sandboxes._slot.inbox import FrameInbox
from grader.sandboxes._slot.interview import cases, checker
from grader.sandboxes._slot.scratch import ScratchSpace
from grader.sandboxes._slot.traces import SlotTraces

NOTHING = bytes(4)
GROWN_KB = 96 << 10
"""A standing checker that has grown by this much makes room for a new one."""


def examine(
    request: dict[str, Any],
    source: bytes,
    channels: list[int],
    report: Callable[[dict[str, Any]], None],
) -> None:
    """The trusted end of an interview: the tests are the program, and they hold its secrets.

    `channels`: to the candidate, and to its supervisor's clock where that is wanted.
    """
    try:
        _examined(request, source, channels, report)
    except MemoryError as error:  # what a candidate sent left no room to tell of it; now there is
        report(task.described("raised", error, "", "") | {"events": [], "leaving": True})


def _examined(
    request: dict[str, Any],
    source: bytes,
    channels: list[int],
    report: Callable[[dict[str, Any]], None],
) -> None:
    said: dict[str, Any] = {"tests": ""}
    conversation: checker.CheckerEnd | None = None
    examiner: cases.CaseExaminer | None = None

    def end(name: str, message: str) -> NoReturn:
        message = message[: task.MESSAGE_CHARS]
        finish({"said": "raised", "exception": name, "message": message, "leaving": True})
        os._exit(0)

    def finish(record: dict[str, Any]) -> None:
        task.flush()
        record["events"] = list(conversation.events) if conversation else []
        if examiner and examiner.is_new:
            record["learned"] = examiner.known.hex()
        report(record)

    try:
        said = json.loads(source)
        conversation = checker.converse(request, channels, end)
        if said["cases"]:
            checker.prepare(conversation, request, said["prelude"])
            known = bytes.fromhex(request["known"])
            examiner = cases.CaseExaminer(conversation, said["cases"], known)
            conversation.hello()
            examiner.run()
        else:
            checker.examine(conversation, request, said["prelude"], said["tests"])
    except BaseException as error:  # noqa: BLE001  boundary: whatever tests raise
        record = task.described("raised", error, checker.TESTS, said["tests"])
        notes = " ".join(getattr(error, "__notes__", ()))
        finish({**record, "message": f"{record['message']} [{notes}]"} if notes else record)
    else:
        finish({"said": "done"})
    finally:
        if conversation:
            conversation.close()


def once(request: dict[str, Any], source: bytes, nonce: bytes) -> NoReturn:
    """One interview in a process of its own."""
    channels = [task.CHANNEL_DESCRIPTOR, task.CHANNEL_DESCRIPTOR + 1]
    wanted = channels if request["call_cpu_s"] else channels[:1]
    examine(request, source, wanted, task.reporter(nonce))
    os._exit(0)


def stand(place: ScratchSpace) -> NoReturn:
    """One interview after another, each in a state as good as new, until it cannot be."""
    control = socket.socket(fileno=task.RECORD_DESCRIPTOR)
    requests = FrameInbox(control)
    streams, depth = (sys.stdout, sys.stderr), sys.getrecursionlimit()
    began_kb, traces = _largest_kb(), SlotTraces(place)
    while True:
        try:
            frame = requests.receive()
        except (EOFError, OSError):
            os._exit(0)
        if len(frame.descriptors) != (2 if frame.header["call_cpu_s"] else 1):
            os._exit(113)  # a request that came apart is our trouble, and nobody's verdict
        traces.begin()
        began_s = time.process_time()
        told: list[bytes] = []

        def report(
            record: dict[str, Any], began_s: float = began_s, told: list[bytes] = told
        ) -> None:
            if told:  # a second record would be read as the next request's
                os._exit(113)
            has_grown = _largest_kb() - began_kb > GROWN_KB
            if record.get("leaving") or has_grown or not traces.is_clean():
                record["leaving"] = True
            if _has_printed():
                record["printed"] = True
            record["cpu_s"] = round(time.process_time() - began_s, 6)
            told.append(wire.encode(record))
            control.sendall(told[0])
            if record.get("leaving"):  # as announced: who asks next must not find it dying
                os._exit(0)

        examine(frame.header, bytes(frame.body), frame.descriptors, report)
        (sys.stdout, sys.stderr) = streams
        sys.setrecursionlimit(depth)
        sys.modules.pop("tests", None)
        reseed()


def _has_printed() -> bool:
    """Whether something lies in the pipes behind its output, which the supervisor reads."""
    return any(fcntl.ioctl(each, termios.FIONREAD, NOTHING) != NOTHING for each in (1, 2))


def _largest_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
