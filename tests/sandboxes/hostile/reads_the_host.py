# expect: done
import os, sys

for path in ("/root", "/home", "@ENGINE@", "@ENGINE@/grader/errors.py", "@VICTIM@", "@VICTIM@/kept",
             "/etc/shadow", *(() if "@IMAGE@" == "True" else ("/var/log", "/boot"))):
    try:
        found = os.listdir(path) if os.path.isdir(path) else open(path).read(10)
    except OSError:
        continue
    assert not found or sys.prefix.startswith(f"{path}/{found[0]}"), (path, found)
for name in ("grader", "pydantic", "anyio", "pytest"):
    try:
        __import__(name)
    except ImportError:
        continue
    raise AssertionError(name)
