# expect: timeout
# Every process lives for a moment only: whoever looks for it comes too late.
import os, time

if os.fork() == 0:
    while True:
        try:
            if os.fork():
                os._exit(0)
        except OSError:
            pass
time.sleep(60)
