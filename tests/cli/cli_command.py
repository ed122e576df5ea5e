"""The command in a process of its own."""

import os
import pty
import subprocess
import sys
import termios
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def dry_words(samples: str | Path) -> list[str]:
    return ["evaluate", "folder", str(samples), "--sandbox", "null", "--allow-weak"]


def launch(*words: str | Path, **settings: object) -> subprocess.Popen[str]:
    """Start the command in a process of its own."""
    settings["env"] = {**settings.get("env", os.environ), "PYTHONPATH": str(ROOT)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    argv = [sys.executable, "-m", "grader", *map(str, words)]
    return subprocess.Popen(argv, text=True, **(pipes | settings))


def on_terminal(*words: str | Path, columns: int, more: dict[str, str]) -> str:
    """What the command writes to a terminal behind its stderr; `more` is added to its environment."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(ours, (24, columns))
    with launch(*words, stderr=theirs, env={**os.environ, **more}) as process:
        os.close(theirs)
        told = b""
        try:
            while data := os.read(ours, 65536):
                told += data
        except OSError:
            pass  # Linux says EIO where the last writer is gone
        finally:
            os.close(ours)
        process.communicate()
    assert process.returncode == 0, told
    return told.decode()
