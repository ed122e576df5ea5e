# expect: done
import builtins, json, os, resource, signal, sys

signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
json.dumps = json.loads = lambda *_: "poison"
os.read = os.write = lambda *_: b"poison"
builtins.len = lambda _: 42
sys.modules.clear()
os.umask(0o777)
os.environ.clear()
resource.setrlimit(resource.RLIMIT_NOFILE, (10, 10))
os.nice(5)
os.chdir("/")
for place in ("/tmp", "/dev/shm", "/work"):
    try:
        open(f"{place}/left", "w")
    except OSError:
        pass
