"""Remove what a slot left whose outer process, which does this otherwise, was killed itself."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from grader.sandboxes._slot import cgroup, scratch

END_USER = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from grader.sandboxes._slot.ending import end_user; end_user(int(sys.argv[2]))"
)
PATIENCE_S = 2.0


def sweep(config: dict[str, Any], *, python: str, package_parent: str) -> None:
    """Processes first, then the folder and the control groups. Never raises."""
    deadline = time.monotonic() + PATIENCE_S
    if config["tier"] == "bare":
        if config["uid_base"] is not None:
            words = [python, "-sPS", "-c", END_USER, package_parent, str(config["uid_base"])]
            subprocess.run(words, check=False, capture_output=True)
        while _kill_those_at_home_in(config["folder"]) and time.monotonic() < deadline:
            time.sleep(0.001)
        scratch.remove(config["folder"])
    cgroup.remove(config["label"])


def _kill_those_at_home_in(folder: str) -> bool:
    """Kill every process that was started with `folder` as its home; whether there was one."""
    home, found = f"HOME={folder}/tmp".encode(), False
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with suppress(OSError):
                if home in (process / "environ").read_bytes().split(b"\0"):
                    os.kill(int(process.name), signal.SIGKILL)
                    found = True
    return found
