# expect: timeout
# A parent that sleeps uninterruptibly until its child runs another program, which never happens.
import ctypes, os, time

libc = ctypes.CDLL(None)
if libc.syscall(58 if os.uname().machine == "x86_64" else 220, *([0x4111, 0, 0, 0, 0] if os.uname().machine != "x86_64" else [])) == 0:
    time.sleep(60)
    os._exit(0)
time.sleep(60)
