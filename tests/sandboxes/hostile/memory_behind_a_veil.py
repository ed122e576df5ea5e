# expect: memory
# A process that cannot be looked into.
import ctypes, mmap, os, time

for _ in range(8):
    if os.fork() == 0:
        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
        hoard = bytearray(b"x") * (60 << 20)
        time.sleep(30)
        os._exit(0)
time.sleep(30)
