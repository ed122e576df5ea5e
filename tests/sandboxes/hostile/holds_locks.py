# expect: done
import fcntl, os, sys

held = []
for path in (sys.executable, os.__file__, "/etc/passwd"):
    file = open(path, "rb")
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    held.append(file)
if os.fork() == 0:
    import time

    time.sleep(60)
