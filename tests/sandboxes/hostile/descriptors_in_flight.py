# expect: done
# quick
# A socket that is sent through itself lives on until the kernel notices, with all that it carries.
import os, socket

left, right = socket.socketpair()
carried = [1, 2, os.open("file", os.O_CREAT | os.O_RDWR), os.open(".", os.O_RDONLY)]
for address in (("127.0.0.1", 45678), "\0in-flight"):
    try:
        server = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
        server.bind(address)
        server.listen()
        carried.append(server.fileno())
        globals()[f"kept{len(carried)}"] = server
    except OSError:
        pass
socket.send_fds(left, [b"x"], [*carried, left.fileno(), right.fileno()])
socket.send_fds(right, [b"x"], [*carried, left.fileno(), right.fileno()])
