"""Attacks of our own, in the red team's format: a `raw` program says `held` where a wall held."""

from typing import Any

ITEMS: list[dict[str, Any]] = []


def item(name: str, body: str, **more: Any) -> None:
    ITEMS.append({"id": name, "type": "raw", "body": body, "wanted": "held", **more})


SEARCH = r"""
import os, re
MARK = re.compile(b"XY" + b"ZZY-(\\w+)")
found = set()
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", buffering=0) as memory:
    for line in maps:
        span, rights = line.split()[:2]
        if "r" not in rights or "[v" in line: continue
        at, end = (int(each, 16) for each in span.split("-"))
        rest = b""
        while at < end:
            try:
                memory.seek(at); data = memory.read(min(1 << 20, end - at))
            except (OSError, ValueError, OverflowError): break
            found |= set(MARK.findall(rest + data)); rest = data[-64:]; at += len(data) or 1 << 20
for place in (os.environ, dict(enumerate(__import__("sys").argv))):
    found |= set(MARK.findall(repr(place).encode()))
print("held" if not found else sorted(found))
"""
"""Every byte that the program can read of itself, searched for an earlier one's marks."""
SECRETS = r"""
import os, sys
X = "XYZ" "ZY-source"
Y = "XYZZ" + "Y-"
data = sys.stdin.read()
print(Y + "output " * 2, flush=True)
print(Y + "errors " * 2, file=sys.stderr, flush=True)
os.environ["SEEN"] = Y + "environment"
open("note", "w").write(Y + "file"); {after}
raise ValueError(Y + "message")
"""
for after in ("os.unlink('note')", "pass"):
    for end in ("", "large"):
        name = f"memory-{'leaves' if after == 'pass' else 'clean'}{end}"
        body = SECRETS.replace("{after}", after).replace('" * 2', '" * 9000' if end else '" * 2')
        more = {"stdin": "XYZ" + "ZY-input " * 3, "wanted": "raised ValueError"}
        item(name, "#" + "XYZ" + "ZY-comment\n" + body, sequence=f"memory{after}{end}", **more)
        item(f"{name}-then", SEARCH, sequence=f"memory{after}{end}")
        item(f"{name}-limits", SEARCH, sequence=f"memory{after}{end}", limits={"cpu_s": 2.5})

WITHOUT_NAMESPACES = ["bare-root", "bare-user"]
"""Process ids, inodes and network are then the host's own: see the table in CONTRIBUTING."""
FOOTPRINTS = {
    "pids": (
        "import os; print(os.getpid(), len(os.listdir('/proc/self/task')))",
        "import os\nfor _ in range(9):\n    if not os.fork(): os._exit(0)\n    os.wait()",
        "import threading\nfor _ in range(5):\n    t = threading.Thread(target=int); t.start(); t.join()",
    ),
    "inodes": (
        ("import os\nfor p in ('/tmp/n', '/dev/shm/n'):\n"
        "    open(p, 'w').close(); print(p, os.stat(p).st_ino)"),
        ("import os\nfor i in range(5):\n"
        "    for p in ('/tmp', '/dev/shm', '/work'): open(f'{p}/{i}', 'w').close(); os.unlink(f'{p}/{i}')"),
        ("import os\nfor p in ('/tmp', '/dev/shm'):\n"
        "    try: os.open(p, os.O_TMPFILE | os.O_RDWR)\n    except OSError: pass"),
        ("import os\nos.mkdir('/tmp/d'); open('/tmp/d/x', 'w').close(); os.unlink('/tmp/d/x'); os.rmdir('/tmp/d')\n"
        "try: os.utime('/tmp', (0, 0))\nexcept OSError: pass"),
    ),
    "packets": (
        ("import os, re\nfor n in ('snmp', 'snmp6', 'netstat', 'dev', 'sockstat', 'tcp', 'udp', 'arp'):\n"
        "    # All sockets of the machine are in these counters: none tells of a step before this one.\n"
        "    try: print(re.sub(' (orphan|alloc|mem) \\d+', '', open('/proc/self/net/' + n).read()))\n    except OSError as e: print(n, e.errno)"),
        ("import socket\nfor _ in range(3):\n"
        "    socket.socket(2, 2).sendto(b'x', ('127.0.0.1', 9))"),
        "import socket\ntry: socket.create_connection(('127.0.0.1', 9))\nexcept OSError: pass",
        "import socket\ntry: socket.socket(2, 2).sendto(b'x', ('198.51.100.1', 9))\nexcept OSError: pass",
        "import socket\ntry: socket.socket(10, 2).sendto(b'x', ('::1', 9))\nexcept OSError: pass",
        ("import socket\ns = socket.create_server(('127.0.0.1', 0))\nc = socket.create_connection(s.getsockname())\n"
        "c.send(b'x' * 9); s.accept()[0].recv(9)"),
    ),
}  # fmt: skip
"""How to read a number that lasts, and what programs could do to it."""
for what, (look, *marks) in FOOTPRINTS.items():
    for turn in range(len(marks) + 1):
        more = {"sequence": what, "skip": WITHOUT_NAMESPACES}
        item(f"{what}-seen-{turn}", look, **{**more, "wanted": "done", "same": what})
        for mark in marks[turn : turn + 1]:
            item(f"{what}-marked-{turn}", mark, **{**more, "wanted": "done"})
item(
    "times-marked",
    "import os\nfor p in ('/tmp', '.', '/dev/shm', '/work/program.py'):\n"
    "    try: os.utime(p, (12345, 54321))\n    except OSError: pass",
    sequence="times", wanted="done",
)  # fmt: skip
item(
    "times-seen",
    "import os\nseen = [int(os.stat(p).st_atime) for p in (os.environ['TMPDIR'], '.')]\n"
    "seen += [int(os.stat(p).st_mtime) for p in (os.environ['TMPDIR'], '.')]\n"
    "print('held' if not {12345, 54321} & set(seen) else seen)",
    sequence="times", skip=["bare-user"],
)  # fmt: skip

CALLS = """
import ctypes, errno, os, socket
libc = ctypes.CDLL(None, use_errno=True)
REFUSED = {errno.EPERM, errno.ENOSYS, errno.EPROTONOSUPPORT, errno.EACCES, errno.EOPNOTSUPP}
def call(number, *arguments):
    words = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    ctypes.set_errno(0)
    found = libc.syscall(ctypes.c_long(number), *words)
    return found if found >= 0 else -ctypes.get_errno()
def refused(number, *arguments):
    return -call(number, *arguments) in REFUSED
def no_socket(make, *words):
    try: make(*words).__class__
    except OSError as error: return error.errno in REFUSED
    return False
"""
DOORS = {
    "requests": "refused(206, 9, ctypes.byref(ctypes.c_ulong(0)))",
    "pages-in-pipes": "refused(278, os.pipe()[1], 0, 0, 8)",
    "watching-files": "refused(294, 0) and refused(253)",
    "watching-mounts": "refused(300, 0, 0)",
    "mounts": "refused(457, 0, 0, 0, 0) and refused(458, 0, 0, 0, 0)",
    "namespaces": "refused(470, 0, 0, 0, 0) and refused(272, 0x40000000)",
    "open-by-structure": "refused(437, -100, b'/', 0, 24)",
    "nameless": "refused(257, -100, os.environ['TMPDIR'].encode(), 0o20200002, 0o600)",
    "multipath": "no_socket(socket.socket, 2, 1, 262)",
    "udp-lite": "no_socket(socket.socket, 2, 2, 136) and no_socket(socket.socket, 10, 2, 136)",
    "sctp": "no_socket(socket.socket, 2, 5, 132) and no_socket(socket.socket, 2, 5, 0)",
    "dccp": "no_socket(socket.socket, 2, 6, 33)",
    "ping": "no_socket(socket.socket, 2, 2, 1)",
    "raw": "no_socket(socket.socket, 2, 3, 1) and no_socket(socket.socket, 17, 3, 3)",
    "families": "all(no_socket(socket.socket, f, k) for f in range(3, 46) if f != 10 for k in (1, 2, 3, 5))",
    "pairs": "all(no_socket(socket.socketpair, f, k) for f in range(2, 46) for k in (1, 2, 5))",
    "kernel-log": "refused(103, 3, 0, 0)",
    "modules": "refused(461, 0, 0, 0) and refused(459, 0, 0, 0, 0)",
    "uring": "refused(425, 1, ctypes.create_string_buffer(256))",
    "old-numbers": "refused(0x40000000 + 39)",
    "others-limits": "os.getppid() == 0 or refused(302, os.getppid(), 7, 0, 0)",
}
for name, words in DOORS.items():
    item(f"door-{name}", f"{CALLS}\nprint('held' if {words} else 'open')")
item("door-sync", f"{CALLS}\nimport time\nt = time.monotonic()\n"
     "for _ in range(2000): os.sync(); call(306, os.open('/usr', 0) if _ == 0 else 3)\n"
     "print('held' if time.monotonic() - t < 1 else 'slow')")  # fmt: skip

HOARD = """
import os, socket, time
held = []
def flood(make):
    try:
        while len(held) < 900:
            a, b = make(); held.append((a, b)); a.setblocking(False)
            try:
                while True: a.send(bytes(60000))
            except BlockingIOError: pass
    except OSError: pass
"""
MEMORY = {
    "tcp": "s = socket.create_server(('127.0.0.1', 0), backlog=64)\n"
    "def make():\n    c = socket.create_connection(s.getsockname()); return c, s.accept()[0]",
    "large-tcp": "s = socket.create_server(('127.0.0.1', 0), backlog=64)\n"
    "def make():\n    c = socket.socket(); c.setsockopt(1, 7, 1 << 28); c.connect(s.getsockname())\n"
    "    a = s.accept()[0]; a.setsockopt(1, 8, 1 << 28); return c, a",
    "pairs": "make = socket.socketpair",
    "large-pairs": "def make():\n    a, b = socket.socketpair(); a.setsockopt(1, 7, 1 << 28); return a, b",
}
COUNT = (
    "\nused = int(open('/proc/self/net/sockstat').read().split('mem ')[1].split()[0]) * 4096"
    "\nprint('held' if used < 256 << 20 else used)"
)
for name, make in MEMORY.items():
    tail = COUNT if "tcp" in name else "\nprint('held')"
    body = f"{HOARD}{make}\nflood(make)\ntime.sleep(.2){tail}"
    item(f"memory-{name}", body, skip=WITHOUT_NAMESPACES, wanted_too="memory")

NONCE = """
import os, sys
def nonce():
    frame = sys._getframe()
    while frame:
        for value in frame.f_locals.values():
            if isinstance(value, bytes) and len(value) == 16: return value
        frame = frame.f_back
def say(data):
    view = memoryview(nonce() + data)
    while view: view = view[os.write(3, view):]
"""
RECORDS = {
    "delete-characters": 'say(b\'{"said":"raised","message":"\' + b\'\\x7f\' * 900000 + b\'"}\')',
    "name-of-them": "say(b'{\"said\":\"raised\",\"exception\":\"' + b'\\x01' * 10 + b'\\x7f' * 900000 + b'\"}')",
    "wide": 'say(\'{"said":"raised","traceback":"\'.encode() + \'\\U0001f600\'.encode() * 200000 + b\'"}\')',
    "numbers": "say(b'{\"said\":\"raised\",\"line\":' + b'9' * 4000 + b'}')",
    "infinite": 'say(b\'{"said":"raised","line":Infinity,"leaving":NaN}\')',
    "deep": "say(b'{\"said\":' + b'[' * 400000 + b']' * 400000 + b'}')",
    "other-encoding": "say('{\"said\":\"done\"}'.encode('utf-32'))",
    "keys": "say(b'{' + b','.join(b'\"%d\":0' % i for i in range(90000)) + b',\"said\":\"raised\"}')",
    "no-end": 'say(b\'{"said":"raised","message":"\' + b\'x\' * (3 << 20))',
    "learned": 'say(b\'{"said":"raised","learned":"\' + b\'zz\' * 9000 + b\'","leaving":true}\')',
}
for name, words in RECORDS.items():
    item(f"record-{name}", f"{NONCE}{words}\nos._exit(0)", wanted="")
STUMBLES = {
    "names": "import ctypes, os, time\nlibc = ctypes.CDLL(None)\n"
    "for n in (b'\\xff', b') R 1 1', b'(\\n\\x00', b'\\xf0\\x9f)'):\n"
    "    if not os.fork(): libc.prctl(15, n); time.sleep(.3); os._exit(0)\n"
    "end = time.monotonic() + .2\nwhile time.monotonic() < end: pass",
    "program-is-a-folder": "import os\nos.unlink(__file__) if os.path.exists(__file__) else 0\n"
    "try: os.makedirs(__file__ + '/a/b')\nexcept OSError: pass",
    "program-is-a-pipe": "import os\ntry: os.unlink(__file__); os.mkfifo(__file__)\nexcept OSError: pass",
    "program-is-a-loop": "import os\ntry: os.unlink(__file__); os.symlink(__file__, __file__)\nexcept OSError: pass",
    "names-that-are-no-text": "import os\nfor i in range(99): open(b'\\xff\\n' + bytes([i + 128]), 'w').close()",
    "no-descriptors": "import os, resource\nresource.setrlimit(7, (0, 0)); os.closerange(0, 100)",
    "no-processes": "import resource\nresource.setrlimit(6, (0, 0)); resource.setrlimit(9, (1 << 28, 1 << 28))",
    "interrupts": "import os, signal\nfor p in (1, os.getppid()):\n  for n in (2, 1, 15, 10, 12, 14, 20, 28):\n"
    "    try: os.kill(p, n) if p != os.getpid() and p > 0 else 0\n    except OSError: pass\nimport time; time.sleep(.1)",
    "interrupts-by-file": "import fcntl, os, socket\na, b = socket.socketpair()\n"
    "for p in (1, os.getppid()):\n  for n in (2, 15, 19, 9):\n    try:\n"
    "      fcntl.fcntl(a, 8, p); fcntl.fcntl(a, 10, n); fcntl.fcntl(a, 4, 0o20000 | 0o4000); b.send(b'x')\n"
    "    except OSError: pass\nimport time; time.sleep(.1)",
    "everybody": "import os, signal\nfor n in (signal.SIGSTOP, signal.SIGCONT, signal.SIGINT, signal.SIGKILL):\n"
    "    try: os.kill(-1, n)\n    except OSError: pass",
    "message-of-odd-type": "class S(str):\n    def __getitem__(s, k): raise SystemExit(3)\n"
    "class E(Exception):\n    def __str__(s): return S('x')\nraise E",
    "message-too-long": "class E(Exception):\n    def __str__(s): return '\\x7f' * (9 << 20)\nraise E",
    "name-too-long": "raise type('\\ud800' * 90000, (Exception,), {})",
    "line-of-odd-type": "class I(int):\n    def __repr__(s): return ']'\n"
    "e = SyntaxError('x'); e.lineno = I(3)\nraise e",
    "late-record": "import os, time\nif not os.fork():\n    time.sleep(.1)\n    try: os.write(3, b'x' * 99)\n"
    "    except OSError: pass\n    os._exit(0)",
    "keeps-pipes": "import os, time\nif not os.fork(): os.setsid(); time.sleep(60)",
    "deep-folders": "import os\nfor i in range(3000):\n    os.mkdir('d'); os.chdir('d')\nos.chmod('.', 0)",
    "tight-limits": "import resource\nfor n in (1, 2, 3, 11, 12): resource.setrlimit(n, (0, 0))\nprint('x' * 99999)",
}  # fmt: skip
for name, body in STUMBLES.items():
    item(f"stumble-{name}", body, wanted="", sequence="stumbles")
    item(f"after-{name}", "print('held')", sequence="stumbles")

item(
    "host-seen",
    "import os\nseen = []\n"
    "for name in ('cmdline', 'diskstats', 'interrupts', 'locks', 'schedstat', 'sys/kernel/ns_last_pid',"
    " 'sys/fs/file-nr', 'sys/fs/aio-nr', 'pressure/cpu', 'sys/kernel/pty/nr'):\n"
    "    try: seen += [name] if open('/proc/' + name).read().strip() else []\n"
    "    except OSError: pass\n"
    "seen += [l for l in open('/proc/self/cgroup') if 'grader' in l]\n"
    "seen += [l for l in open('/proc/loadavg') if l[:4] != '0.00']\n"
    "first = open('/proc/stat').read()\nfor _ in range(20):\n"
    "    if not os.fork(): os._exit(0)\n    os.wait()\n"
    "seen += ['stat'] if open('/proc/stat').read() != first else []\n"
    "assert 'MemTotal' in open('/proc/meminfo').read() and open('/proc/cpuinfo').read()\n"
    "assert os.cpu_count() and open('/proc/self/status').read()\n"
    "print('held' if not seen else seen)",
    skip=WITHOUT_NAMESPACES,
)
