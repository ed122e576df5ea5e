# expect: done
import os

own = open("/proc/self/environ", "rb").read() + open("/proc/self/cmdline", "rb").read()
assert b"@ENGINE@" not in own, own
assert "GRADER_SECRET" not in os.environ and "PYTHONPATH" not in os.environ
assert os.environ["PATH"].startswith("/usr")
