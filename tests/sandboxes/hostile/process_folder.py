# expect: done
import os

READ = ["/proc/1/mem", "/proc/1/environ", "/proc/kcore", "/proc/kmsg", f"/proc/{os.getppid()}/mem",
        f"/proc/{os.getppid()}/environ", f"/proc/{os.getppid()}/maps"]
if "@IMAGE@" != "True":  # an engine mounts /proc so that command lines are seen; a slot's says nothing
    READ.append(f"/proc/{os.getppid()}/cmdline")
WRITE = ["/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname",
         "/proc/sys/vm/drop_caches", "/proc/1/oom_score_adj", "/proc/self/uid_map",
         f"/proc/{os.getppid()}/oom_score_adj", f"/proc/{os.getppid()}/comm"]
for path in READ:
    try:
        data = open(path, "rb").read(16)
    except OSError:
        continue
    raise AssertionError(f"{path}: {data!r}")
for path in WRITE:
    try:
        open(path, "w").write("1")
    except OSError:
        continue
    raise AssertionError(path)
for link in ("cwd", "root", "exe", "ns/pid"):
    try:
        os.readlink(f"/proc/{os.getppid()}/{link}")
    except OSError:
        continue
    raise AssertionError(link)
