# expect: done
import socket

for address in ("@VICTIM@/socket", "\0@LABEL@"):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            there = socket.socket(socket.AF_UNIX, kind)
            there.connect(address + (".datagram" if kind == socket.SOCK_DGRAM else ""))
        except OSError:
            continue
        raise AssertionError(address)
left, right = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
try:
    left, right = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    left.sendto(b"hello", "@VICTIM@/socket.datagram")
except OSError:
    pass
else:
    raise AssertionError("a datagram arrived")
