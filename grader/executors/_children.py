"""Processes of our own that hold engines: started with a channel, ended, and what their errors are.

Both a pool of workers and a server's engines are such; what is said over the channel is theirs.
"""

import os
import socket
import subprocess
import sys

from grader import errors
from grader.errors import InfraError
from grader.executors._frames import Frames
from grader.sandboxes._forks import forget_in_forks

Process = subprocess.Popen[bytes]


def spawned(module: str) -> tuple[Process, Frames]:
    """`python -m MODULE DESCRIPTOR`, and our end of its channel; it ends when that closes."""
    ours, theirs = socket.socketpair()
    forget_in_forks(ours)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", module, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env=dict(os.environ),
        )
    return process, Frames(ours)


def waited(process: Process, seconds: float) -> None:
    """Wait for one whose channel is closed; what takes longer is killed."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def error_of(name: str, words: str, *, who: str) -> Exception:
    """An error of its as it is raised here; `who`: what a bug of its is told of."""
    kind = getattr(errors, name, None) if name else None
    return kind(words) if kind is not None else InfraError(f"{who} failed: {words}")
