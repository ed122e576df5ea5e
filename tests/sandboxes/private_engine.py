"""A container engine of a test's own, that may be killed, restarted and filled up."""

import contextlib
import os
import shutil
import signal
import subprocess
import tarfile
import time
from pathlib import Path

PROGRAMS = ("sh", "cat", "env", "true", "sleep", "dd", "echo")
PATIENCE_S = 40.0


def until(condition, what):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def tiny_image(folder: Path) -> Path:
    """A root file system of a few of this machine's programs, as a tar file."""
    found = {}
    for name in PROGRAMS:
        place = os.path.realpath(shutil.which(name) or name)
        found[f"bin/{name}"] = place
        listed = subprocess.run(["ldd", place], capture_output=True, text=True, check=True).stdout
        for word in listed.split():
            if word.startswith("/"):
                found[word.lstrip("/")] = os.path.realpath(word)
    path = folder / "tiny.tar"
    with tarfile.open(path, "w") as archive:
        for place, source in found.items():
            archive.add(source, place)
    return path


class PrivateEngine:
    """One dockerd below a folder; its data lie in a small memory-backed file system."""

    def __init__(self, folder: Path, *, size_mb: int) -> None:
        self.folder = folder
        self.host = f"unix://{folder}/docker.sock"
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
                 "--exec-root", str(self.folder / "exec"), "--pidfile", str(self.folder / "pid"),
                 "--bridge=none", "--iptables=false", "--storage-driver", "overlay2"],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        until(self.answers, (self.folder / "log").read_text()[-2000:])

    def answers(self) -> bool:
        assert self.process.poll() is None, (self.folder / "log").read_text()[-2000:]
        words = ["docker", "-H", self.host, "version", "--format", "{{.Server.Version}}"]
        return subprocess.run(words, capture_output=True, check=False).returncode == 0

    def take(self, tar: Path, name: str) -> None:
        subprocess.run(["docker", "-H", self.host, "import", str(tar), name], check=True,
                       capture_output=True)  # fmt: skip

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        (self.folder / "pid").unlink(missing_ok=True)
        self.end_containerd()

    def end_containerd(self) -> None:
        """The engine's child, which dies with it sooner or later."""
        file = self.folder / "exec/containerd/containerd.pid"
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
                if process.name.isdigit() and str(self.folder) in (process / "cmdline").read_text():
                    os.kill(int(process.name), signal.SIGKILL)
        for mount in reversed(Path("/proc/mounts").read_text().splitlines()):
            place = mount.split()[1]
            if place.startswith(str(self.folder)):
                subprocess.run(["umount", "-l", place], check=False)
