"""One problem of a benchmark."""

from typing import Any

from grader.core.limits import Limits
from grader.core.record import Record

HOST = "host"
"""The name of no image: this machine's own file system."""


class Image(Record):
    """The file system to run in."""

    name: str = HOST
    """`host`: this machine's Python, read-only; otherwise an image reference."""
    others: tuple[str, ...] = ()
    """References to try where `name` cannot be had."""
    digest: str = ""
    packages: tuple[str, ...] = ()
    """Top-level Python packages of the host that the sandbox shows; all others stay hidden."""
    environment: str = ""
    """Name of the environment whose packages the steps see; empty: what all tasks see."""


class Task(Record):
    """One problem. `spec` is opaque JSON to everything but the grader of `kind`."""

    id: str
    benchmark: str
    kind: str
    """Name of the grader that owns `spec`."""
    image: Image = Image()
    limits: Limits = Limits()
    spec: dict[str, Any]
    known_broken: str = ""
    """Why the task is known to be unsound; named in every report, never hidden."""
