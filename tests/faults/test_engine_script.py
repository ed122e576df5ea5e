"""`scripts/docker-engine` takes away what an engine of its own left that was killed."""

import os
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests import machine
from tests.sandboxes.private_engine import tiny_image, until

pytestmark = [pytest.mark.docker, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder():
    """Short: the name of a socket has room for 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="ge-") as name:
        yield Path(name)


@pytest.fixture
def script(engine, folder):
    """Runs the script, or another command with its engine's address, in a network of its own."""
    machine.require("own-engine")
    socket = {"DOCKER_HOST": f"unix://{folder}/docker.sock"}
    variables = {**os.environ, **socket, "GRADER_ENGINE_ROOT": str(folder / "root")}

    def call(*words):
        # A network namespace of its own: two engines would fight for one bridge.
        return subprocess.run(
            ["unshare", "--net", *words], env=variables, check=True, timeout=50,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        ).stderr  # fmt: skip

    yield call
    call(str(ROOT / "scripts/docker-engine"), "stop")


def left(folder):
    """Mounts below the folder, and processes that name it or have their root there."""
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    found = [place for place in mounts if place.startswith(f"{folder}/")]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_text(errors="replace")
        except OSError:
            continue
        if f"{folder}/root" in words or "sleep\0" + "98765" in words:
            found.append(words)
    return found


@pytest.mark.parametrize("then", ["stop", "start"])
def test_killed_engine_leaves_nothing(script, folder, then):
    command = str(ROOT / "scripts/docker-engine")
    script(command, "start")
    script("docker", "import", str(tiny_image(folder)), "tiny:1")
    script("docker", "run", "-d", "tiny:1", "sleep", "98765")
    pid = int((folder / "root/run/dockerd.pid").read_text())
    os.kill(pid, signal.SIGKILL)
    until(lambda: not Path(f"/proc/{pid}").exists(), "the engine stays")
    assert len(left(folder)) >= 3
    script(command, then)
    if then == "start":
        assert not [each for each in left(folder) if "98765" in each or "/overlay2/" in each]
        script(command, "stop")
    until(lambda: not left(folder), left(folder))
