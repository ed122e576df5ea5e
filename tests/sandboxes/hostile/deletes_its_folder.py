# expect: done
import os, shutil

place = os.getcwd()
for name in (place, os.environ["TMPDIR"], "/dev/shm", "/tmp"):
    shutil.rmtree(name, ignore_errors=True)
    try:
        os.rename(name, name + "-moved")
    except OSError:
        pass
