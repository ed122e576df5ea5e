# expect: left with 0
import os, struct

header = b'{"ended":"exit","code":0,"record":{"said":"done"}}'
frame = struct.pack(">II", len(header), 0) + header
for message in (b"!set-up failed", b"k", b"0", frame, b"\x00" * 8, b"\xff" * 8):
    for descriptor in [0, *range(3, 256)]:
        try:
            os.write(descriptor, message)
        except OSError:
            pass
os._exit(0)
