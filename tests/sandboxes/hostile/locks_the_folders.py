# expect: done
import os

for place in (os.getcwd(), os.environ["TMPDIR"], "/dev/shm", ".."):
    for name in ("a/b/c",):
        try:
            os.makedirs(f"{place}/{name}")
            open(f"{place}/{name}/file", "w").close()
        except OSError:
            pass
    for name in ("a/b/c", "a/b", "a", "."):
        try:
            os.chmod(f"{place}/{name}", 0)
        except OSError:
            pass
