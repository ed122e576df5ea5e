"""Watches, as root of the engine's machine, which processes of a container write and run what.

Runs in a process of its own (standard library only): the kernel lets an `execve` in the container
go on only after this process has looked whose child it is (fanotify, `FAN_OPEN_EXEC_PERM`), and
that must not wait for anything else. Reads one JSON line (`init`, `folder`, `files`, `left`,
`places`, `trusted`) from stdin, answers `ready`, and at the end of stdin tells as JSON what it has
seen.
"""

import ctypes
import json
import os
import re
import select
import stat
import struct
import sys
from pathlib import Path
from typing import Any, NamedTuple

OPEN, CLOSE_WRITE, OPEN_PERM, OPEN_EXEC_PERM = 0x20, 0x08, 0x10000, 0x40000
ON_CHILD = 0x08000000
CLASS_CONTENT, UNLIMITED_QUEUE, CLOEXEC = 0x04, 0x10, 0x01
ADD, FILESYSTEM = 0x01, 0x100
EVENT = struct.Struct("=IBBHQii")
ANSWER = struct.Struct("=iI")
ALLOW = 1
OPENAT2, RESOLVE_IN_ROOT = 437, 0x10
"""Numbers of `linux/fanotify.h` and `linux/openat2.h`; they are the same on all architectures."""
READ_BYTES = 1 << 20
PROGRAM_CHARS = 200
TOLD = 50
CODE = (  # noqa: SIM905  one a line would be long
    ".py .pyc .pyw .pth .pkl .pickle .joblib .pt .so .js .mjs .cjs .ts .rb .pl .pm .sh .bash"
    " .lua .php .jar .class .r .c .cc .cpp .cxx .h .hpp .rs .go .java .kt .s .o .a .mk .cmake"
).split()
"""Ends of names of files that are opened to be run, loaded, or made into what is."""
SETTINGS = (  # noqa: SIM905  as above
    "conftest.py sitecustomize.py usercustomize.py pytest.ini .pytest.ini tox.ini setup.cfg"
    " pyproject.toml pytest.py .bashrc .bash_profile .profile package.json .npmrc"
).split()
"""Files that decide how tests run wherever they lie."""
INTERPRETER = re.compile(
    r"^-?(?:(?:ba|da|z|k|a)?sh|python|pypy|node|nodejs|deno|bun|ruby|perl|php|lua|java"
    r"|Rscript|tclsh|awk|gawk|mawk)[\d.]*$"
)
"""Programs that are what their first argument says."""
PRELOAD = "/etc/ld.so.preload"
CLEAN, SOFT, HARD = 0, 1, 2
"""A process that never touched what was left; one that opened code of it; one that is it."""


class FileIdentity(NamedTuple):
    """A file, whatever it is called."""

    device: int
    inode: int


class WriterHistory:
    """Who wrote one file while the step ran, as far as it is known."""

    def __init__(self) -> None:
        self.levels: set[int | None] = set()
        """Of those who wrote it; None: gone before anybody could look."""
        self.paths: set[str] = set()
        self.worst = CLEAN
        self.program = ""
        """Of who is furthest from the tests."""


class OpenHow(ctypes.Structure):
    """`struct open_how`."""

    _fields_ = (
        ("flags", ctypes.c_uint64),
        ("mode", ctypes.c_uint64),
        ("resolve", ctypes.c_uint64),
    )


LIBC: Any = ctypes.CDLL(None, use_errno=True)


def open_inside(root: int, path: str, flags: int) -> int:
    """Open a path as the container sees it; OSError where that fails."""
    how = OpenHow(flags | os.O_CLOEXEC, 0, RESOLVE_IN_ROOT)
    words = (OPENAT2, root, path.lstrip("/").encode() or b".", ctypes.byref(how))
    found: int = LIBC.syscall(*words, ctypes.sizeof(how))
    if found < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), path)
    return found


def identity(found: os.stat_result) -> FileIdentity:
    """Which file it is."""
    return FileIdentity(found.st_dev, found.st_ino)


def is_below(path: str, places: list[str]) -> bool:
    """Whether a path is one of `places` or below one."""
    return any(path == place or path.startswith(place.rstrip("/") + "/") for place in places)


class Witness:
    """All that is seen of one container."""

    def __init__(self, asked: dict[str, Any]) -> None:
        """Mark everything; OSError where the kernel does not let us."""
        self.init: int = asked["init"]
        self.places: list[str] = asked["places"]
        self.trusted: list[str] = asked["trusted"]
        self.names: list[str] = asked["files"]
        self.folder: str = asked["folder"]
        self.root = os.open(f"/proc/{self.init}/root", os.O_RDONLY | os.O_DIRECTORY)
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
        self.place = open_inside(self.root, self.folder, flags)
        self.foreign = {*map(self.known, asked["left"])}
        self.levels: dict[int, int] = {}
        self.programs: dict[int, str] = {}
        self.written: dict[FileIdentity, WriterHistory] = {}
        self.meddling: dict[str, None] = {}
        self.has_run = False
        self.watch = self._marked()

    def known(self, path: str) -> FileIdentity | None:
        """Which file has this path now; None where none has."""
        try:
            file = open_inside(self.root, path, os.O_RDONLY | os.O_NONBLOCK)
        except OSError:
            return None
        try:
            return identity(os.fstat(file))
        finally:
            os.close(file)

    def _marked(self) -> int:
        watch: int = LIBC.fanotify_init(
            CLASS_CONTENT | UNLIMITED_QUEUE | CLOEXEC, os.O_RDONLY | os.O_CLOEXEC
        )
        everywhere = OPEN | CLOSE_WRITE | OPEN_EXEC_PERM
        for flags, mask, place in (
            (ADD | FILESYSTEM, everywhere, self.root),
            (ADD, OPEN_PERM | ON_CHILD, self.place),
        ):
            mask64, path = ctypes.c_uint64(mask), f"/proc/self/fd/{place}".encode()
            if watch < 0 or LIBC.fanotify_mark(watch, flags, mask64, -100, path) < 0:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        return watch

    def take(self) -> None:
        """Read what has happened, and let it go on."""
        data = os.read(self.watch, 1 << 16)
        while len(data) >= EVENT.size:
            length, _, _, _, mask, file, pid = EVENT.unpack_from(data)
            data = data[length:]
            if file < 0:
                continue
            try:
                self.heed(mask, file, pid)
            finally:
                if mask & (OPEN_PERM | OPEN_EXEC_PERM):
                    os.write(self.watch, ANSWER.pack(file, ALLOW))
                os.close(file)

    def heed(self, mask: int, file: int, pid: int) -> None:
        """One event."""
        told = os.fstat(file)
        if stat.S_ISDIR(told.st_mode):
            return
        known = identity(told)
        path = str(Path(f"/proc/self/fd/{file}").readlink()).removesuffix(" (deleted)")
        level = self.level_of(pid)
        if mask & OPEN_EXEC_PERM:
            if not os.path.basename(path).startswith("ld"):  # noqa: PTH119  the loader is none
                self.programs[pid] = path
            self.heed_run(known, path, pid, level)
        elif mask & CLOSE_WRITE:
            self.heed_write(known, path, pid, level)
        elif mask & OPEN and level != HARD:
            self.heed_open(known, path, pid)

    def level_of(self, pid: int) -> int | None:
        """How far a process is from the tests; None where it is gone and was never seen."""
        if pid in self.levels:
            return self.levels[pid]
        found, at, inside = CLEAN, pid, False
        while True:
            parent = parent_of(at)
            if parent is None:
                return None if not inside else found
            inside = True
            if parent == self.init:  # nobody's child: whoever started it has gone
                found = max(found, HARD if self.has_run else SOFT)
                break
            found = max(found, self.levels.get(parent, CLEAN))
            if parent in self.levels or parent <= 1:
                break
            at = parent
        self.levels[pid] = found
        self.programs.setdefault(pid, program_of(pid))
        return found

    def is_foreign(self, known: FileIdentity) -> bool:
        """Whether a file is what was left, or was made by that."""
        if known in self.foreign:
            return True
        made = self.written.get(known)
        if made is None:
            return False
        return bool(made.levels & {SOFT, HARD})

    def heed_run(self, known: FileIdentity, path: str, pid: int, level: int | None) -> None:
        """A process becomes another program."""
        if not self.is_foreign(known):
            return
        if level != HARD and not is_below(path, self.places):
            self.tell("ran", path)
        self.levels[pid] = HARD
        self.has_run = True

    def heed_open(self, known: FileIdentity, path: str, pid: int) -> None:
        """A process opens a file, to read or to write."""
        name = os.path.basename(path)  # noqa: PTH119  a name in another tree
        if path == PRELOAD and self.levels.get(pid, CLEAN) == CLEAN:
            self.tell("opened", path)
        if not self.is_foreign(known) or is_below(path, [self.folder]):
            return
        is_setting = name in SETTINGS or is_shadow(name)
        is_script = is_named(path, script_of(pid))
        if not (is_script or is_setting or os.path.splitext(name)[1].lower() in CODE):  # noqa: PTH122
            return
        if self.levels.get(pid, CLEAN) == CLEAN and (is_setting or not is_below(path, self.places)):
            self.tell("loaded", path)
        self.levels[pid] = max(self.levels.get(pid, CLEAN), HARD if is_script else SOFT)
        self.has_run = True

    def heed_write(self, known: FileIdentity, path: str, pid: int, level: int | None) -> None:
        """A file that was open for writing was closed."""
        made = self.written.setdefault(known, WriterHistory())
        made.levels.add(level)
        made.paths.add(path)
        if level is not None and level >= made.worst:
            made.worst, made.program = level, program_of(pid) or self.programs.get(pid, "")
        if level in {SOFT, HARD} and is_below(path, self.trusted):
            self.tell("wrote", path)

    def tell(self, what: str, path: str) -> None:
        """Note what was done to how tests run."""
        if len(self.meddling) < TOLD:
            self.meddling[f"{what} {path}"] = None

    def end(self) -> None:
        """Take what is still waiting, and watch no longer: what this process opens comes after."""
        while select.select([self.watch], [], [], 0)[0]:
            self.take()
        os.close(self.watch)

    def report(self) -> dict[str, Any]:
        """All of it, after the end."""
        return {
            "files": [self.file(name) for name in self.names],
            "meddling": list(self.meddling),
        }

    def file(self, name: str) -> dict[str, Any]:
        """One file as it is now, and who wrote it."""
        try:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            file = os.open(name, flags, dir_fd=self.place)
        except OSError:
            return {"name": name, "writer": "nobody"}
        try:
            told = os.fstat(file)
            if not stat.S_ISREG(told.st_mode):
                return {"name": name, "writer": "nobody"}
            made = self.written.get(identity(told))
            return {
                "name": name,
                "data": os.read(file, READ_BYTES).hex(),
                "writer": self.writer(made, f"{self.folder.rstrip('/')}/{name}"),
                "program": made.program[:PROGRAM_CHARS] if made else "",
            }
        finally:
            os.close(file)

    def writer(self, made: WriterHistory | None, path: str) -> str:
        """Whose process wrote a file."""
        if made is None:
            return "nobody"
        if HARD in made.levels:
            return "left"
        if None in made.levels:
            return "unknown"
        if SOFT in made.levels:
            return "mixed"
        return "tests" if path in made.paths else "moved"


def parent_of(pid: int) -> int | None:
    """A process's parent; None where it is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123
            return int(file.read().rpartition(b")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return None


def program_of(pid: int) -> str:
    """A process's command line; empty where it is gone."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:  # noqa: PTH123
            return file.read(4096).replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def is_named(path: str, word: str) -> bool:
    """Whether a word of a command line may mean a file."""
    return bool(word) and os.path.basename(path) == os.path.basename(word)  # noqa: PTH119


def script_of(pid: int) -> str:
    """The script that a process interprets: `/app/tool` of `python3 -u /app/tool`; else empty."""
    words = program_of(pid).split(" ")
    if not INTERPRETER.match(os.path.basename(words[0])):  # noqa: PTH119
        return ""
    return next((word for word in words[1:] if not word.startswith("-")), "")


def is_shadow(name: str) -> bool:
    """Whether a file is called as a module of Python's own library is."""
    stem, end = os.path.splitext(name)  # noqa: PTH122
    return end == ".py" and stem in sys.stdlib_module_names


def main() -> None:
    """Watch until the end of stdin."""
    line = b""
    while not line.endswith(b"\n"):
        line += os.read(0, 1 << 16) or b"\n"
    witness = Witness(json.loads(line))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        ready, _, _ = select.select([witness.watch, 0], [], [])
        if witness.watch in ready:
            witness.take()
        elif not os.read(0, 1):
            break
    witness.end()
    sys.stdout.write(json.dumps(witness.report()) + "\n")


if __name__ == "__main__":
    main()
