"""What a machine lacks is found out in every way in which it can lack it, and is never an error."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests import machine

ROOT = Path(__file__).resolve().parents[1]


def nothing_there(path: Path) -> None:
    assert not path.exists()


def a_plain_file(path: Path) -> None:
    path.touch()


def a_socket_of_the_dead(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))


@pytest.mark.parametrize("made", [nothing_there, a_plain_file, a_socket_of_the_dead])
def test_engine_that_is_not_there_is_a_reason(made, tmp_path, monkeypatch):
    made(tmp_path / "e.sock")
    monkeypatch.setattr(machine, "ENGINE", f"unix://{tmp_path}/e.sock")
    assert machine.PARTS["engine"]().startswith("no container engine (")


def test_engine_at_a_closed_port_is_a_reason(monkeypatch):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setattr(machine, "ENGINE", f"tcp://127.0.0.1:{closed.getsockname()[1]}")
        assert machine.PARTS["engine"]().startswith("no container engine (")


def test_engine_that_hangs_up_is_a_reason(tmp_path, monkeypatch):
    """Something listens, and says nothing that an engine says."""
    path = tmp_path / "e.sock"
    code = (
        "import socket, sys\ns = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen()\n"
    )
    code += "print(flush=True)\nwhile True: s.accept()[0].close()"
    words = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        monkeypatch.setattr(machine, "ENGINE", f"unix://{path}")
        try:
            assert machine.PARTS["engine"]().startswith("no container engine (")
        finally:
            process.kill()


@pytest.mark.parametrize("part", [*machine.PARTS, "no-such-program"])
def test_every_part_is_there_or_lacks_for_a_reason_of_one_line(part):
    assert re.fullmatch(r".*", machine.lacks(part))


def test_missing_program_is_named():
    assert machine.lacks("no-such-program") == "no no-such-program on this machine"


def test_what_is_missing_skips_with_its_reason():
    with pytest.raises(pytest.skip.Exception, match="no no-such-program on this machine"):
        machine.require("sh", "no-such-program")


def test_continuous_integration_never_lacks_an_engine(tmp_path, monkeypatch):
    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr(machine, "lacks", lambda part: f"no {part}")
    with pytest.raises(pytest.fail.Exception, match="no engine"):
        machine.require("engine")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_whatever_wants_something_is_skipped_on_a_poor_machine():
    """Every test that says what it wants, with all of it hidden: none fails, none is an error."""
    words = [
        str(ROOT / "scripts/test-poor"),
        "--",
        "-q",
        "-n0",
        "-m",
        "needs",
        "-p",
        "no:cacheprovider",
    ]
    variables = {
        name: value
        for name, value in os.environ.items()
        if name not in {"PYTEST_ADDOPTS", "GRADER_TEST_SHARE"}
    }
    variables["PYTHON"] = sys.executable
    done = subprocess.run(words, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    skipped = {reason: int(many) for many, reason in
               re.findall(r"^SKIPPED \[(\d+)\] \S+ (.*?)(?: \(|$)", done.stdout, re.MULTILINE)}  # fmt: skip
    assert skipped["no container engine"] > 500
    assert skipped["no ../shared/data beside the project"] > 200
