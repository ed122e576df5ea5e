"""How the local sandbox is tried: as root and as an ordinary user, with namespaces and without."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
ORDINARY = 61_000 + os.getpid() % 4000
"""A user that no machine has: nothing but this process' tests belongs to it."""


class Mode(NamedTuple):
    """Who opens the sandbox, and what the machine refuses."""

    user: str
    bare: bool

    def __str__(self) -> str:
        return f"bare-{self.user}" if self.bare else self.user


MODES = [Mode(user, bare) for bare in (False, True) for user in ("root", "user")]


def command(mode: Mode, script: str, *arguments: str) -> list[str]:
    """The command line that runs a script of this folder in `mode`; skips where it cannot be."""
    python = interpreter(mode)
    words = [python, str(Path(__file__).with_name(script)), *arguments]
    return [*words, "no-namespaces"] if mode.bare else words


def options(mode: Mode) -> dict:
    """Keyword arguments of `subprocess` for `mode`."""
    packages = sysconfig.get_path("purelib")
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": "/tmp",
        "PYTHONPATH": f"{ROOT}:{packages}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "GRADER_SECRET": "xyzzy",
    }
    wanted = {"env": environment, "cwd": "/"}
    if mode.user == "user" and os.geteuid() == 0:
        wanted |= {"user": ORDINARY, "group": ORDINARY, "extra_groups": []}
    return wanted


def interpreter(mode: Mode) -> str:
    """A Python for the user of `mode`, with this one's packages; skips where there is none."""
    if mode.user == "root":
        if os.geteuid() != 0:
            pytest.skip("only root can try what root gets")
        if not mode.bare:
            return sys.executable
        return _open_to_all() or pytest.skip("this Python lives where other users may not enter")
    if os.geteuid() != 0:
        return sys.executable
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        probe = [candidate, "-c", "import anyio, pydantic, grader"]
        try:
            done = subprocess.run(probe, capture_output=True, **options(mode), check=False)
        except OSError:
            continue
        if done.returncode == 0:
            return candidate
    pytest.skip(f"no {version} that an ordinary user may run")


def _open_to_all() -> str | None:
    """A Python that every user may enter, as root's sandboxes without namespaces need it."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        real = Path(os.path.realpath(candidate))
        if real.exists() and all(parent.stat().st_mode & 0o001 for parent in real.parents):
            return candidate
    return None
