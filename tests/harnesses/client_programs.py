"""Programs that run in the place of the real clients."""

import os
import subprocess
from pathlib import Path

from tests import machine


def run_program(source: str, folder: Path, **more: str) -> str:
    """What a program prints that a client's own Python runs in `folder`."""
    program = folder / "client_program.py"
    program.write_text(source)
    return run_client([str(program)], folder, **more).stdout


def run_client(
    words: list[str], folder: Path, *, status: int = 0, **more: str
) -> subprocess.CompletedProcess[str]:
    """A client's own Python with `words`, offline."""
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "hf"), "HF_ALLOW_CODE_EVAL": "1"}
    env = {**os.environ, "PYTHONPATH": str(machine.ROOT), "GRADER_WORKERS": "2", **offline, **more}
    argv = [str(machine.CLIENTS / "bin" / "python"), *words]
    done = subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout[-4000:] + done.stderr[-8000:]
    return done
