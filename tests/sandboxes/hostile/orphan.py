# expect: done
import os, time

if os.fork() == 0:
    time.sleep(0.05)
    while True:
        try:
            open("/tmp/orphan", "w").write("here")
            open("orphan", "w").write("here")
        except OSError:
            pass
