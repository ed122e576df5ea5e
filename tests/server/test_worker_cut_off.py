"""A machine that is cut off for a while, and one whose disk is full: no sample is lost or blamed."""

import os
import shutil
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager

import pytest
from served import ROOT, RunningServer

import grader
from grader.record import journal, placement
from grader.run.options import SilentObserver

TOKEN = "correct-horse-battery-staple"
SAMPLES = 160
PARTITION_S = 10
FAR, NEAR = "10.213.77.1", "10.213.77.2"

pytestmark = [
    pytest.mark.timeout(280),
    pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces and mounts are root's"),
]


class Watch(SilentObserver):
    """Does something once so many results are there, and keeps what was said."""

    def __init__(self, at, do):
        self.notes, self._left, self._do = [], at, do

    def note(self, text):
        self.notes.append(text)

    def result(self, result):
        self._left -= 1
        if self._left == 0:
            self._do()


def ip(*words, check=True):
    subprocess.run(["ip", *words], check=check, capture_output=True)


@contextmanager
def other_network():
    """A namespace with one cable to this one; its end here is called as the namespace is."""
    name = f"gr{os.getpid()}"
    try:
        ip("netns", "add", name)
        ip("link", "add", name, "type", "veth", "peer", "name", "far", "netns", name)
    except (OSError, subprocess.CalledProcessError) as error:
        ip("netns", "del", name, check=False)
        pytest.skip(f"no network namespace with a cable can be made here: {error}")
    try:
        ip("addr", "add", f"{NEAR}/30", "dev", name)
        ip("link", "set", name, "up")
        for words in (("addr", "add", f"{FAR}/30", "dev", "far"), ("link", "set", "far", "up")):
            ip("-n", name, *words)
        ip("-n", name, "link", "set", "lo", "up")
        yield name
    finally:
        ip("link", "del", name, check=False)
        ip("netns", "del", name, check=False)


@contextmanager
def machine(*before, words=(), env=()):
    argv = [*before, sys.executable, "-m", "grader", "serve", "--worker", "--port", "0"]
    process = subprocess.Popen(
        [*argv, "--workers", "1", "--access-log", "/dev/null", *words],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **dict(env)},
    )  # fmt: skip
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def lines(run):
    found = [
        (each.task_id, each.index, each.verdict.value, each.trust.value)
        for each in journal.read(run / journal.NAME)
    ]
    assert len(found) == len({each[:2] for each in found})
    return sorted(found)


def slow(write):
    """Right and wrong ones that take their time."""
    pause = "    import time; time.sleep(0.05)\n"
    return write(
        (f"add/{n % 3}", f"{pause}    return a {'-' if n % 4 == 1 else '+'} b  # {n}\n")
        for n in range(SAMPLES)
    )


@pytest.mark.skipif(shutil.which("ip") is None, reason="ip (iproute2) is not installed")
def test_partition_of_ten_seconds_loses_nothing(bench, tmp_path, write_samples, monkeypatch):
    file = slow(write_samples)
    (tmp_path / "tokens").write_text(f"driver {TOKEN}\n")
    monkeypatch.setenv("GRADER_WORKER_TOKEN", TOKEN)
    tokens = ("--token-file", str(tmp_path / "tokens"))
    with ExitStack() as stack:
        network = stack.enter_context(other_network())
        inside = ("ip", "netns", "exec", network)
        far = stack.enter_context(machine(*inside, words=("--host", FAR, *tokens)))
        near = stack.enter_context(machine(words=tokens))

        def cut():
            ip("link", "set", network, "down")
            threading.Timer(PARTITION_S, lambda: ip("link", "set", network, "up")).start()

        watch = Watch(20, cut)
        grader.evaluate(
            "folder", file, data=bench, out=tmp_path / "far", executor="http",
            worker_urls=(far, near), observe=watch,
        )  # fmt: skip
    grader.evaluate("folder", file, data=bench, out=tmp_path / "near", workers=2)
    assert lines(tmp_path / "far") == lines(tmp_path / "near")
    shares = placement.read(tmp_path / "far").machines
    assert sum(each.samples for each in shares) == SAMPLES


def test_machine_with_a_full_disk_gives_its_samples_to_others(bench, tmp_path, write_samples):
    file = slow(write_samples)
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)], check=False
    )
    if made.returncode:
        pytest.skip("nothing can be mounted here")
    try:
        env = (("TMPDIR", str(place)), ("XDG_CACHE_HOME", str(place)), ("HOME", str(place)))

        def fill():
            with (place / "all").open("wb", buffering=0) as all_of_it:
                try:
                    while True:
                        all_of_it.write(bytes(1 << 16))
                except OSError:
                    pass

        watch = Watch(20, fill)
        with machine(env=env) as full, RunningServer("--worker", "--workers", "1") as well:
            grader.evaluate(
                "folder", file, data=bench, out=tmp_path / "far", executor="http",
                worker_urls=(full, f"http://{well.host}:{well.port}"), observe=watch,
            )  # fmt: skip
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
    grader.evaluate("folder", file, data=bench, out=tmp_path / "near", workers=2)
    assert lines(tmp_path / "far") == lines(tmp_path / "near")
