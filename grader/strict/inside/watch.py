# pyright: basic
"""Run the tests in a process of less privilege and write down what it reports.

This process belongs to the grader: it holds the key, the record channel's reading end and the
answer; the tests run in a child that has neither its user nor its descriptors. `watch.py JOB.json`
prints one JSON object, the only thing it ever prints.
"""

import ctypes
import hashlib
import hmac
import json
import os
import re
import select
import shutil
import signal
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import audit

HERE = os.path.dirname(os.path.abspath(__file__))
PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 4, 38
SHOWN_BYTES = 200000
SLOT = "\0"
"""See `source.py`."""
TEXTS = (".py", ".rst", ".txt", ".md")
TOKEN = re.compile("[A-Za-z]{2,}|[0-9]+")
WORD_LETTERS = 40
RECORD_BYTES = 64 * 1024 * 1024
OWN_VARIABLES = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONNOUSERSITE": "1",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
}
DROPPED = (
    "PYTHONSTARTUP",
    "PYTEST_ADDOPTS",
    "PYTEST_PLUGINS",
    "PYTHONBREAKPOINT",
    "LD_PRELOAD",
    "BASH_ENV",
)


def main(job):
    """Every run of the job, in an order that the tests cannot know."""
    libc().prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    os.chdir(job["repo"])
    user = job["uid"] if os.geteuid() == 0 else os.geteuid()
    if os.geteuid() == 0 and user and not can_become(user):
        user = 0
    answer = {"walls": ["other-user" if user != os.getuid() else "same-user"], "echo": job["echo"]}
    answer["files"] = {path: text_of(path) for path in job["show"]}
    if job["show"]:
        answer["words"] = words_of(job["repo"], set(job["show"]))
        answer["seed"] = os.urandom(16).hex()
    if job["seek"]:
        answer["sought"] = sought(job["repo"], set(job["tests"]), job["seek"])
    if job["closed"]:
        close_folders(job["repo"])
        answer["walls"].append("closed-tree")
    planned = list(job["runs"])
    if os.urandom(1)[0] % 2:
        planned.reverse()
    answer["runs"] = []
    for one in planned:
        kept = {target: bytes_of(target) for _, target in one["files"]}
        placed = {target: bytes_of(source) for source, target in one["files"]}
        drawn, flipped = draw(one, placed)
        for target, data in placed.items():
            place(data, target)
        since = time.time() - 0.01
        answer["runs"].append(one_run(job, one, user))
        is_last = job["only"] and user  # then nobody runs where something could have been left
        answer["runs"][-1]["written"] = [] if is_last else wipe(user, since, job["repo"], placed)
        answer["runs"][-1]["drawn"] = drawn
        answer["runs"][-1]["flipped"] = flipped
        for target, data in kept.items():
            place(data, target)
    return answer


def draw(one, placed):
    """Put the files together in which functions stand many times.

    Returns which copy of each is the task's own, and which functions stand once and changed: of a
    job that has them alone each is drawn to be the task's own or another.
    """
    drawn, flipped = {}, []
    for target, data in list(placed.items()) if one.get("mixed") else ():
        text = []
        for part in json.loads(data.decode()):
            if isinstance(part, list):
                name, bits, pieces = part
                if one.get("alone"):
                    number = 1 + below(2**bits - 1) if bits and below(2) else 0
                    flipped += [name] if number else []
                    part = copy_of(pieces, number, "")
                else:
                    own = drawn.setdefault(name, below(2**bits))
                    part = "\n".join(
                        copy_of(pieces, number ^ own, "_g%d" % (number + 1))
                        for number in range(2**bits)
                    )
            text.append(part)
        placed[target] = "".join(text).encode("utf-8", "surrogateescape")
    return {name: own + 1 for name, own in drawn.items()}, flipped


def below(count):
    """A random whole number from 0 on."""
    return int.from_bytes(os.urandom(8), "big") % count


def copy_of(pieces, number, mark):
    """One copy of a function: bits of its number say what stands in its places; 0 is the task's."""
    text = []
    for piece in pieces:
        if isinstance(piece, list):
            shift, values = piece
            piece = values[(number >> shift) % len(values)]
        text.append(piece)
    return "".join(text).replace(SLOT, mark)


def words_of(repo, left_out):
    """How often each word and number stands in the repository's texts, but for some files."""
    found = {}
    for text in texts_of(repo, left_out):
        for word in TOKEN.findall(text):
            if len(word) <= WORD_LETTERS:
                found[word] = found.get(word, 0) + 1
    return found


def texts_of(repo, left_out):
    """The repository's texts, but for some files."""
    for folder, folders, files in os.walk(repo):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = os.path.join(folder, name)
            if name.endswith(TEXTS) and os.path.relpath(path, repo) not in left_out:
                yield text_of(path)


def sought(repo, left_out, wanted):
    """Which of some texts the repository has."""
    left = list(wanted)
    for text in texts_of(repo, left_out):
        left = [each for each in left if each not in text]
    return [each for each in wanted if each not in left]


def bytes_of(path):
    """A file's content."""
    with open(path, "rb") as file:
        return file.read()


def text_of(path):
    """A test file's text; '' for one that the task removes or that is no text."""
    try:
        return bytes_of(path).decode()
    except (OSError, UnicodeDecodeError):
        return ""


def close_folders(repo):
    """Nobody but the owner may add, rename or remove files in the tree."""
    for folder, folders, _ in os.walk(repo):
        if ".git" in folders:
            folders.remove(".git")
        mode = os.lstat(folder).st_mode
        if mode & 0o022:
            os.chmod(folder, mode & 0o7755)


def wipe(user, since, repo, placed):
    """Nothing that one run wrote is there for the next; files of the tree that it changed are named."""
    if user:
        for place_ in ("/tmp", "/var/tmp", "/dev/shm", "/run", "/var/run", "/home"):
            remove_of(user, place_)
    found = []
    for folder, folders, files in os.walk(repo):
        if ".git" in folders:
            folders.remove(".git")
        for name in files:
            path = os.path.join(folder, name)
            info = os.lstat(path)
            if user and info.st_uid == user:
                os.unlink(path)
            elif info.st_ctime >= since and not name.endswith((".pyc", ".pyo")):
                inner = os.path.relpath(path, repo)
                if inner not in placed or bytes_of(path) != placed[inner]:
                    found.append(inner)
    return found[:20]


def remove_of(user, place_):
    """Remove a user's files below a folder that everybody may write to."""
    for folder, folders, files in os.walk(place_, topdown=False):
        for name in files + folders:
            path = os.path.join(folder, name)
            try:
                if os.lstat(path).st_uid == user:
                    os.rmdir(path) if name in folders and not os.path.islink(path) else os.unlink(
                        path
                    )
            except OSError:
                continue


def libc():
    """The C library, for the few calls that Python lacks."""
    return ctypes.CDLL(None, use_errno=True)


def can_become(user):
    """Whether this process may change its user (a container may have taken that away)."""
    pid = os.fork()
    if not pid:
        try:
            become(user)
            os._exit(0)
        except OSError:
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


def become(user):
    """Give up this process's user and groups for good."""
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)


def place(data, target):
    """Put a file of ours in the tree; readable, and writable by its owner alone."""
    with open(target + ".new", "wb") as file:
        file.write(data)
    os.chmod(target + ".new", 0o644)
    os.rename(target + ".new", target)


def one_run(job, planned, user):
    """Start the tests, listen, end everything, tell."""
    home = make_home(user)
    environment = variables(job, home)
    key = os.urandom(32)
    records, log, key_pipe = os.pipe(), os.pipe(), os.pipe()
    started = time.monotonic()
    pid = os.fork()
    if not pid:
        child(job, planned, environment, user, records[1], log[1], key_pipe[0])
    for descriptor in (records[1], log[1], key_pipe[0]):
        os.close(descriptor)
    os.write(key_pipe[1], key)
    os.close(key_pipe[1])
    heard = listen(pid, records[0], log[0], started + planned["wall_s"])
    end_all(user)
    told = {"name": planned["name"], "wall_s": round(time.monotonic() - started, 3)}
    told.update(heard_as_facts(heard, key))
    shutil.rmtree(home, ignore_errors=True)
    return told


def make_home(user):
    """A folder of its own for whatever the tests want to keep."""
    home = tempfile.mkdtemp(prefix="home-")
    if os.geteuid() == 0 and user:
        os.chown(home, user, user)
    return home


def variables(job, home):
    """The environment that the task's set-up made, without what could lead elsewhere."""
    found = {}
    with open(job["env"], "rb") as file:
        for entry in file.read().split(b"\0"):
            name, mark, value = entry.partition(b"=")
            if mark:
                found[os.fsdecode(name)] = os.fsdecode(value)
    for name in DROPPED:
        found.pop(name, None)
    found.update(OWN_VARIABLES)
    found.update(job["variables"])
    found["HOME"] = home
    return found


def child(job, planned, environment, user, records, log, key_pipe):
    """Become the test user with three descriptors and nothing else, then the test runner."""
    try:
        os.setsid()
        null = os.open(os.devnull, os.O_RDONLY)
        for target, source in ((0, null), (1, log), (2, log)):
            os.dup2(source, target)
        for descriptor in (records, key_pipe):
            os.set_inheritable(descriptor, True)
        highest = max(records, key_pipe, 64)
        for descriptor in range(3, highest + 64):
            if descriptor not in (records, key_pipe):
                close(descriptor)
        if user != os.geteuid():
            become(user)
        libc().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        python = interpreter(job, environment)
        script = os.path.join(HERE, "record_%s.py" % job["framework"])
        environment["GRADER_CHANNEL"] = "%d,%d" % (records, key_pipe)
        argv = [
            python,
            "-B",
            "-s",
            *job["python_options"],
            script,
            json.dumps(planned["arguments"]),
        ]
        os.execve(python, argv, environment)
    except BaseException as error:
        os.write(2, ("grader: the tests could not be started: %r\n" % (error,)).encode())
    os._exit(121)


def close(descriptor):
    """Close what may not be open."""
    try:
        os.close(descriptor)
    except OSError:
        pass


def interpreter(job, environment):
    """The Python that the task's own test command would run."""
    path = environment.get("PATH", os.defpath)
    for name in job["interpreters"]:
        found = shutil.which(name, path=path)
        if not found:
            continue
        if name.startswith("python"):
            return found
        with open(found, "rb") as file:
            first = file.readline().decode(errors="replace").strip()
        if first.startswith("#!/") and "python" in first and " " not in first:
            return first[2:]
    raise OSError("no Python on PATH=%s" % path)


def listen(pid, records, log, deadline):
    """Read records and log until the child is gone or its time is up."""
    heard = {"records": bytearray(), "log": StreamEnds(), "timed_out": False, "flooded": False}
    ways = {records: heard["records"].extend, log: heard["log"].add}
    poll, status, gone_at = select.poll(), None, 0.0
    for descriptor in ways:
        poll.register(descriptor, select.POLLIN)
    while ways:
        if status is None:
            done, state = os.waitpid(pid, os.WNOHANG)
            status, gone_at = (state, time.monotonic()) if done else (None, 0.0)
        ready = poll.poll(0 if status is not None else 50)
        for descriptor, _ in ready:
            data = os.read(descriptor, 1 << 16)
            if not data:
                poll.unregister(descriptor)
                del ways[descriptor]
            else:
                ways[descriptor](data)
        if len(heard["records"]) > RECORD_BYTES:
            heard["flooded"] = True
            break
        if status is not None and (not ready or time.monotonic() > gone_at + 1):
            break
        if time.monotonic() > deadline:
            heard["timed_out"] = True
            break
    for descriptor in (records, log):
        os.close(descriptor)
    if status is None:
        if ways:
            os.kill(pid, signal.SIGKILL) if can_signal(pid) else None
        status = os.waitpid(pid, 0)[1]
    heard["status"] = status
    return heard


def can_signal(pid):
    """Whether the child can be signalled from here: a container may have taken that away."""
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def end_all(user):
    """Nothing of the tests goes on: processes that they left are killed by their own user."""
    pid = os.fork()
    if not pid:
        try:
            if user and os.geteuid() == 0:
                become(user)
                os.kill(-1, signal.SIGKILL)
        except OSError:
            pass
        os._exit(0)
    os.waitpid(pid, 0)
    if not user or os.geteuid() == user:
        audit.kill_others()


class StreamEnds:
    """Head and tail of a stream."""

    def __init__(self):
        self.head, self.tail, self.lost = bytearray(), bytearray(), 0

    def add(self, data):
        """Take in some bytes."""
        room = SHOWN_BYTES - len(self.head)
        self.head += data[:room]
        self.tail += data[room:] if room > 0 else data
        if len(self.tail) > SHOWN_BYTES:
            self.lost += len(self.tail) - SHOWN_BYTES
            del self.tail[: len(self.tail) - SHOWN_BYTES]

    def text(self):
        """What was kept, with a word about what was not."""
        middle = b"\n... %d bytes ...\n" % self.lost if self.lost else b""
        return (bytes(self.head) + middle + bytes(self.tail)).decode(errors="replace")


def heard_as_facts(heard, key):
    """Records in their order with what is wrong about them; no judgement."""
    faults, told, number = [], [], 0
    for line in bytes(heard["records"]).split(b"\n"):
        if not line:
            continue
        mark, _, body = line.partition(b" ")
        expected = hmac.new(key, b"%d " % number + body, hashlib.sha256).hexdigest().encode()
        if not hmac.compare_digest(mark, expected):
            faults.append("record %d was not made by the grader's reporter" % number)
            if len(faults) > 5:
                break
            continue
        told.append(json.loads(body.decode()))
        number += 1
    status = heard["status"]
    return {
        "records": told,
        "faults": faults,
        "timed_out": heard["timed_out"],
        "flooded": heard["flooded"],
        "code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status),
        "log": heard["log"].text(),
    }


if __name__ == "__main__":
    with open(sys.argv[1]) as source:
        planned_job = json.load(source)
    result = main(planned_job)
    sys.stdout.write(json.dumps(result))
    sys.stdout.flush()
