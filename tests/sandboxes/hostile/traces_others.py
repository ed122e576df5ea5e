# expect: done
import ctypes, os

libc = ctypes.CDLL(None, use_errno=True)
TRACE = 101 if os.uname().machine == "x86_64" else 117
for request in (0, 16, 0x4206):
    for target in (0, 1, os.getppid()):
        assert libc.syscall(TRACE, request, target, 0, 0) == -1, (request, target)
