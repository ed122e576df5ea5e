# expect: timeout
# evidence: cpu limit | wall limit
# Children that nobody waits for leave no trace of what they used.
import os, signal, time


def fork():
    """The child's 0; a number of no process where the table is full, as its own children make it."""
    try:
        return os.fork()
    except OSError:
        return -1


signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for _ in range(6):
    if fork() == 0:
        while True:
            if fork() == 0:
                end = time.monotonic() + 0.01
                while time.monotonic() < end:
                    pass
                os._exit(0)
while True:
    pass
