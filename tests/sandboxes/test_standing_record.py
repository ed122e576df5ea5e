"""A standing checker says one thing for each request, whatever fails after it was said."""

import array
import json
import os
import socket
import subprocess
import sys

from grader.sandboxes._slot import wire

CHECKER = """
import os, sys
from grader.sandboxes._slot import examination
said = []
def twice(header, body, channels, report):
    said.append(1)
    report({"number": len(said)})
    if header["again"]:
        report({"number": "late"})
examination.examine = twice
class Place:
    job = "/tmp"
    places = ()
    closed = ()
    def __getattr__(self, name): return ()
class Clean:
    def __init__(self, place): pass
    def begin(self): pass
    def is_clean(self): return True
examination.SlotTraces = Clean
os.dup2(int(sys.argv[1]), 3)
examination.stand(Place())
"""


def ask(ours, **header):
    channel, far = socket.socketpair()
    data = wire.encode({"call_cpu_s": 0, **header}, b"{}")
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [far.fileno()]))]
    ours.sendmsg([data], rights)
    far.close()
    channel.close()


def records(ours):
    data = b""
    while piece := ours.recv(1 << 16):
        data += piece
    found = []
    while data:
        head, body = wire.lengths(data[: wire.PREFIX.size])
        start = wire.PREFIX.size
        found.append(json.loads(data[start : start + head])["number"])
        data = data[start + head + body :]
    return found


def test_second_word_about_a_request_is_never_the_next_one_s_answer():
    ours, theirs = socket.socketpair()
    with ours:
        argv = [sys.executable, "-c", CHECKER, str(theirs.fileno())]
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        with subprocess.Popen(argv, pass_fds=[theirs.fileno()], env=env) as process:
            theirs.close()
            ask(ours, again=False)
            ask(ours, again=True)
            ours.shutdown(socket.SHUT_WR)
            assert records(ours) == [1, 2]
            assert process.wait(30) == 113
