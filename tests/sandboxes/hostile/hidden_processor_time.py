# expect: timeout
# evidence: cpu limit | wall limit
# Children that nobody waits for leave no trace of what they used.
import os, signal, time

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for _ in range(6):
    if os.fork() == 0:
        while True:
            try:
                if os.fork() == 0:
                    end = time.monotonic() + 0.01
                    while time.monotonic() < end:
                        pass
                    os._exit(0)
            except OSError:
                pass
while True:
    pass
