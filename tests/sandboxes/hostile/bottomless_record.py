# expect: done | left with 0
import os, sys

frame, nonce = sys._getframe(), None
while frame and nonce is None:
    nonce = frame.f_locals.get("nonce")
    frame = frame.f_back
nonce = nonce or b""
depth = 985
os.write(3, nonce + b'{"said": "done", "message": ' + b"[" * depth + b"]" * depth + b"}")
os._exit(0)
