# expect: done
import fcntl, os, termios

for command in (0x5412, 0x541C):
    for descriptor in (0, 1, 2):
        try:
            fcntl.ioctl(descriptor, command, b"x")
        except OSError:
            continue
        raise AssertionError(hex(command))
try:
    master, slave = os.openpty()
except OSError:
    pass
else:
    for command in (0x5412, 0x541C):
        try:
            fcntl.ioctl(slave, command, b"x")
        except OSError:
            continue
        raise AssertionError(hex(command))
