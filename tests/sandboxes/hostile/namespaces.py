# expect: done
import ctypes, os

libc = ctypes.CDLL(None, use_errno=True)
for flags in (0x10000000, 0x20000000, 0x00020000, 0x40000000, 0x02000000, 0x80):
    assert libc.unshare(flags) == -1, hex(flags)
assert libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == -1
assert libc.umount2(b"/tmp", 2) == -1
assert libc.chroot(b"/tmp") == -1
assert libc.setns(0, 0) == -1
X86 = os.uname().machine == "x86_64"
assert libc.syscall(155 if X86 else 41, b".", b".") == -1
assert libc.syscall(56 if X86 else 220, 0x10000000 | 17, 0, 0, 0, 0) == -1
clone_arguments = (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, 17)
assert libc.syscall(435, clone_arguments, 88) == -1
for number in (428, 429, 430, 442, 467):
    assert libc.syscall(number, -100, b"/", 1, 0, 0) == -1, number
