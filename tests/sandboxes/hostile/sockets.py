# expect: done
import socket

for family, kind, protocol in (
    (16, socket.SOCK_RAW, 0), (40, socket.SOCK_STREAM, 0), (17, socket.SOCK_RAW, 3),
    (38, socket.SOCK_SEQPACKET, 0), (31, socket.SOCK_RAW, 1), (44, socket.SOCK_RAW, 0),
    (socket.AF_INET, socket.SOCK_RAW, 1),
):
    try:
        socket.socket(family, kind, protocol)
    except OSError:
        continue
    raise AssertionError(family)
for host in ("1.1.1.1", "10.0.0.1", "169.254.169.254"):
    try:
        socket.create_connection((host, 80), timeout=0.2)
    except OSError:
        continue
    raise AssertionError(host)
