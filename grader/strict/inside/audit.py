# pyright: basic
"""What a set-up phase that ran the model's code must not have left."""

import os
import signal
import time

PLACES = ("/usr", "/opt", "/etc", "/root", "/home", "/bin", "/sbin", "/lib", "/grader")
NAMES = ("sitecustomize.py", "usercustomize.py", "ld.so.preload", "pytest.py", "unittest.py")
PARTS = ("/_pytest/", "/pytest/", "/pluggy/", "/unittest/", "/bin/", "/sbin/", "/grader/", "/profile.d/",
         "/hypothesis/", "/nose/")  # fmt: skip
ENDS = (
    ".pth",
    "/entry_points.txt",
    ".bashrc",
    ".profile",
    ".bash_profile",
    ".pythonrc",
    ".pdbrc",
    ".so.preload",
)
PASSED_OVER = ("/proc", "/sys", "/dev", "/run", "/tmp", "/var/tmp", "/var/cache", "/root/.cache")
MOST = 5000
HARMLESS_PTH = ("easy-install.pth", "__editable__")


def stamp():
    """The moment before which nothing is of interest, in seconds since the epoch."""
    return time.time() - 0.01


def changed_since(moment, repo):
    """Files outside the tree that changed since and that can reach into a test run.

    The time of an inode's change cannot be set from inside, so a forged file time hides nothing.
    """
    found = []
    for place in PLACES:
        for folder, folders, files in os.walk(place):
            folders[:] = [name for name in folders if os.path.join(folder, name) != repo]
            for name in files:
                path = os.path.join(folder, name)
                if of_interest(path, name) and os.lstat(path).st_ctime >= moment:
                    found.append(path)
    return [path for path in found if not is_of_the_project(path)]


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


def of_interest(path, name):
    """Whether a file can change how tests run."""
    if path.startswith("/grader/") and name in ("env", "setup.sh"):
        return False
    return name in NAMES or path.endswith(ENDS) or any(part in path for part in PARTS)


def is_of_the_project(path):
    """An editable install names the tree and nothing else."""
    name = os.path.basename(path)
    if name.endswith(".pth") and name.startswith(HARMLESS_PTH):
        with open(path, errors="replace") as file:
            return not any(
                line.startswith(("import ", "import\t")) and "__editable__" not in line
                for line in file
            )
    return name == "entry_points.txt" and "pytest11" not in read(path)


def read(path):
    """A small text file."""
    with open(path, errors="replace") as file:
        return file.read()


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
