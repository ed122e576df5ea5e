# expect: done
import os

for name in (b"new\nline", b"\xff\xfe", b"tab\t", b"n" * 255, b"-rf", b"..."):
    os.mkdir(name)
    open(name + b"/" + name[:200], "wb").close()
