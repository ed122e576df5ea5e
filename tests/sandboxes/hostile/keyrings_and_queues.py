# expect: done
import ctypes, os

libc = ctypes.CDLL(None, use_errno=True)
X86 = os.uname().machine == "x86_64"
assert libc.syscall(248 if X86 else 217, b"user", b"name", b"x", 1, -5) == -1
assert libc.syscall(250 if X86 else 219, 0, -3, 1) == -1
assert libc.shmget(4711, 4096, 0o1666) == -1
assert libc.semget(4711, 1, 0o1666) == -1
assert libc.msgget(4711, 0o1666) == -1
assert libc.syscall(240 if X86 else 180, b"queue", 0o102, 0o666, 0) == -1
assert libc.syscall(425, 8, (ctypes.c_uint64 * 32)()) == -1
assert libc.syscall(321 if X86 else 280, 0, (ctypes.c_uint64 * 32)(), 120) == -1
