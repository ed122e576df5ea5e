# pyright: basic
"""What a set-up phase that ran the model's code must not have left."""

import os
import signal
import time

PASSED_OVER = ("/proc", "/sys", "/dev", "/run", "/tmp", "/var/tmp", "/var/cache", "/root/.cache")
MOST = 5000


def stamp():
    """The moment before which nothing is of interest, in seconds since the epoch."""
    return time.time() - 0.01


def touched_since(moment, repo):
    """All files outside the tree whose inode changed since, but for places without worth."""
    found = []
    for folder, folders, files in os.walk("/"):
        paths = [os.path.join(folder, name) for name in folders]
        folders[:] = [
            os.path.basename(path) for path in paths if path not in PASSED_OVER and path != repo
        ]
        links = [path for path in paths if os.path.islink(path)]
        for path in links + [os.path.join(folder, name) for name in files]:
            if os.lstat(path).st_ctime >= moment:
                found.append(path)
    return found[:MOST]


def kill_others():
    """End every process that is not an ancestor of this one."""
    mine = set()
    pid = os.getpid()
    while pid > 1:
        mine.add(pid)
        pid = parent(pid)
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) not in mine and int(name) != 1 and has_memory(name):
            try:
                os.kill(int(name), signal.SIGKILL)
            except OSError:
                pass


def has_memory(name):
    """Whether it is a live program, not a thread of the kernel or a corpse."""
    try:
        with open("/proc/%s/cmdline" % name, "rb") as file:
            return bool(file.read(1))
    except OSError:
        return False


def parent(pid):
    """The parent's process id; 1 where it cannot be read."""
    try:
        with open("/proc/%d/stat" % pid, "rb") as file:  # a process' name may be any bytes
            return int(file.read().rsplit(b")", 1)[1].split()[1])
    except (OSError, IndexError, ValueError):
        return 1
