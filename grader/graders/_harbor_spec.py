"""What `Task.spec` holds for a Harbor task."""

from typing import Any

from pydantic import Field

from grader.core.record import Blob, Record


class HarborSpec(Record):
    """A task directory, read."""

    directory: str = "/app"
    """Where commands start, in the container."""
    places: tuple[str, ...]
    """Files and folders that an agent's work consists of; absolute."""
    exclude: tuple[str, ...] = ()
    """What in them is not taken."""
    tests: Blob = Field(repr=False)
    """The verifier's files, a tar file to be unpacked at `/`; empty: the image has them."""
    solution: Blob = Field(default=b"", repr=False)
    """The task's own solution, likewise; empty: there is none."""
    instruction: str = Field(default="", repr=False)
    verifier_env: dict[str, str] = {}
    verifier_user: str = ""
    solution_env: dict[str, str] = {}
    agent_user: str = ""
    verifier_image: str = ""
    """In place of the task's image, for the verifier alone."""
    agent_s: float = 3600.0
    """Seconds that the solution may take."""
    dockerfile: str = Field(default="", repr=False)
    """How the task's image is made, where nobody publishes it."""
    unsupported: str = ""
    """Why the task cannot be run here."""
    control: Any = None
    """What the task's own solution has shown in this place; learned, never part of a task."""
