"""A container engine of a test's own, that may be killed, restarted and filled up."""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests import machine

PROGRAMS = ("sh", "cat", "env", "true", "sleep", "dd", "echo")
PATIENCE_S = 40.0
CLONE_NEWNET = 0x40000000


def until(condition, what):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def tiny_image(folder: Path) -> Path:
    """A root file system of a few of this machine's programs, as a tar file."""
    found = {f"bin/{name}": os.path.realpath(shutil.which(name) or name) for name in PROGRAMS}
    found |= libraries(found.values())
    path = folder / "tiny.tar"
    with tarfile.open(path, "w") as archive:
        for place, source in found.items():
            archive.add(source, place)
    return path


def libraries(programs: Iterable[str]) -> dict[str, str]:
    """What programs are linked with: place in an image → place here."""
    words = ["ldd", *programs]
    listed = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    return {
        word.lstrip("/"): os.path.realpath(word)
        for word in listed.split()
        if word.startswith("/") and not word.endswith(":")
    }


class PrivateEngine:
    """One dockerd below a folder; its data lie in a small memory-backed file system."""

    def __init__(self, folder: Path, *, size_mb: int) -> None:
        self.folder = folder
        # A socket's path has 107 bytes, and containerd adds to it.
        self.run = Path(tempfile.mkdtemp(prefix="engine-"))
        self.host = f"unix://{self.run}/docker.sock"
        self.data = folder / "data"
        self.data.mkdir()
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "grader-test", str(self.data)],
            check=True,
        )
        self.process = None

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                # A network namespace of its own: without a bridge it would remove everybody's docker0.
                ["unshare", "--net", "dockerd", "--host", self.host, "--data-root", str(self.data),
                 "--exec-root", str(self.run / "exec"), "--pidfile", str(self.folder / "pid"),
                 "--bridge=none", "--iptables=false", "--storage-driver", "overlay2"],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        until(self.answers, (self.folder / "log").read_text()[-2000:])
        self.inside("ip", "link", "set", "lo", "up")

    def answers(self) -> bool:
        assert self.process.poll() is None, (self.folder / "log").read_text()[-2000:]
        words = ["docker", "-H", self.host, "version", "--format", "{{.Server.Version}}"]
        return subprocess.run(words, capture_output=True, check=False).returncode == 0

    def take(self, tar: Path, name: str) -> None:
        subprocess.run(["docker", "-H", self.host, "import", str(tar), name], check=True,
                       capture_output=True)  # fmt: skip

    def docker(self, *words: str, check: bool = True) -> str:
        """What the command line client says."""
        done = subprocess.run(
            ["docker", "-H", self.host, *words], capture_output=True, text=True, check=check
        )
        return done.stdout.strip()

    def containers(self) -> list[str]:
        """Containers of grader, running or not; none where the engine does not answer.

        One without a name was being removed when its engine was killed: nobody finds it any more.
        """
        words = ("ps", "-a", "--filter", "label=grader.run", "--format", "{{.ID}} {{.Names}}")
        lines = self.docker(*words, check=False).splitlines()
        return [line.split()[0] for line in lines if len(line.split()) > 1]

    def inside(self, *words: str) -> str:
        """Run a command in the engine's network namespace."""
        target = f"--net=/proc/{self.process.pid}/ns/net"
        return subprocess.run(
            ["nsenter", target, *words], capture_output=True, text=True, check=True
        ).stdout

    def in_its_network(self, make):
        """What `make` returns, called in a thread that is in the engine's network namespace."""

        def enter_and_make():
            with Path(f"/proc/{self.process.pid}/ns/net").open() as namespace:
                if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), "setns")
            return make()

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(enter_and_make).result()

    def bridges(self) -> list[str]:
        """Network devices of grader's bridges."""
        lines = self.inside("ip", "-o", "link", "show", "type", "bridge").splitlines()
        return [line.split(": ")[1] for line in lines]

    def leavings(self) -> list[str]:
        """Containers, networks and mounts of grader that are still there."""
        networks = self.docker("network", "ls", "-q", "--filter", "label=grader.run").split()
        places = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        mounts = [place for place in places if place.startswith(f"{self.data}/")]
        return [*self.containers(), *networks, *mounts]

    def lives(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        (self.folder / "pid").unlink(missing_ok=True)
        self.end_containerd()

    def end_containerd(self) -> None:
        """The engine's child, which dies with it sooner or later."""
        file = self.run / "exec/containerd/containerd.pid"
        with contextlib.suppress(OSError, ValueError):
            pid = int(file.read_text())
            os.kill(pid, signal.SIGKILL)
            until(lambda: not Path(f"/proc/{pid}").exists(), "containerd stays")
        file.unlink(missing_ok=True)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)
        self.end_containerd()
        for process in Path("/proc").iterdir():  # what watches over containers outlives its engine
            with contextlib.suppress(OSError):
                words = (process / "cmdline").read_bytes() if process.name.isdigit() else b""
                if f"{self.run}/exec/".encode() in words:
                    os.kill(int(process.name), signal.SIGKILL)
        for mount in reversed(Path("/proc/mounts").read_text().splitlines()):
            place = mount.split()[1]
            if place.startswith((f"{self.folder}/", f"{self.run}/")):
                subprocess.run(["umount", "-l", place], check=False)
        shutil.rmtree(self.run, ignore_errors=True)


@contextlib.contextmanager
def private_engine(folder: Path, tar: Path, image: str, *, size_mb: int) -> Iterator[PrivateEngine]:
    """A running one that has `image`, made of `tar`; skips where there can be none."""
    machine.require("own-engine")
    made = PrivateEngine(folder, size_mb=size_mb)
    try:
        made.start()
        made.take(tar, image)
        yield made
    finally:
        made.close()
