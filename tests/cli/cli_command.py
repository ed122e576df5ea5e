"""The command in a process of its own."""

import os
import subprocess
import sys
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
