"""The run directory's lock."""

import subprocess
import sys
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.record.directory import locked

ROOT = Path(__file__).parents[2]
HOLD = """
import sys
from pathlib import Path
from grader.record.directory import locked
with locked(Path(sys.argv[1]), create=True):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_locked_refuses_while_another_engine_holds_the_run(tmp_path):
    run = tmp_path / "run"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(run)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    with holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(UsageError, match="another engine is writing to"), locked(run):
            pass
        holder.kill()
        holder.wait()
    with locked(run):
        pass


def test_locked_twice_in_one_process_refuses(tmp_path):
    with locked(tmp_path), pytest.raises(UsageError, match="another engine"), locked(tmp_path):
        pass


def test_locked_removes_a_folder_in_which_nothing_came_to_be(tmp_path):
    with pytest.raises(ZeroDivisionError), locked(tmp_path / "run", create=True):
        _ = 1 / 0
    assert not (tmp_path / "run").exists()


def test_locked_keeps_a_folder_that_was_there(tmp_path):
    with pytest.raises(ZeroDivisionError), locked(tmp_path, create=True):
        _ = 1 / 0
    assert tmp_path.exists()


def test_locked_names_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(UsageError, match=r"cannot write to .*choose another folder with --out"),
        locked(tmp_path / "file" / "run", create=True),
    ):
        pass
