"""What the next program in a slot must find: nothing of the one before."""

import builtins
import fcntl
import json
import os
import resource
import signal
import socket
import sys

BARE = "@BARE@" == "True"
LOCKED = "@LOCKED@" == "True"

here = os.listdir(".")
assert here in ([], ["program.py"]), here
for place in (os.environ["TMPDIR"],) if BARE else ("/tmp", "/dev/shm"):
    assert os.listdir(place) == [], place
    with open(f"{place}/own", "w") as file:
        file.write("x")
with open("own", "w") as file:
    file.write("x")
assert os.stat("own").st_mode & 0o777 == 0o644, "umask"
assert json.dumps([1]) == "[1]" and json.loads("[1]") == [1] and len("ab") == 2
assert builtins.len is len and "os" in sys.modules
assert not signal.pthread_sigmask(signal.SIG_BLOCK, []), "blocked signals"
for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGALRM):
    assert signal.getsignal(number) is signal.SIG_DFL, number
assert os.getpriority(os.PRIO_PROCESS, 0) == 0 and os.sched_getscheduler(0) == os.SCHED_OTHER
assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= 256
if not BARE:
    others = {name for name in os.listdir("/proc") if name.isdigit()} - {"1", str(os.getpid())}
    if others:  # no more than the supervisor's own that fork in its stead
        (owner,) = {os.stat(f"/proc/{name}").st_uid for name in others}
        assert len(others) <= 2 and owner == os.stat("/proc/1").st_uid != os.getuid(), others
    for family, address in (
        (socket.AF_INET, ("127.0.0.1", 45678)),
        (socket.AF_UNIX, "\0in-flight"),
    ):
        server = socket.socket(family)
        server.bind(address)
        server.close()
if LOCKED:  # asked only where the last program here took them: another slot's may hold them now
    for path in (sys.executable, os.__file__, "/etc/passwd"):
        with open(path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
