# expect: left with 0
# A record that begins as it should, found in the frames below, and makes no sense.
import json, os, sys

frame, nonce = sys._getframe(), None
while frame and nonce is None:
    nonce = frame.f_locals.get("nonce")
    frame = frame.f_back
nonce = nonce or b""
os.write(3, nonce + json.dumps({"said": ["done"], "line": True, "message": {"a": 1}}).encode())
os._exit(0)
