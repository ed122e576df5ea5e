"""Binary files that a task's patches need and that a text patch cannot carry, such as pictures.

Source: swebench 5.0.2, `harness/run_evaluation.py`: they are put beside the repository and copied
into it by the script, after the test patch and right before the tests. There, a file that cannot be
had is left out, and the tests fail for want of it; here the sample stays ungraded.
"""

import shlex

from grader.core.plan import PlannedFile, Step
from grader.core.record import Blob, Record
from grader.errors import TaskError
from grader.graders._repo_log import START

FOLDER = "/image_assets"


class BinaryAsset(Record):
    """One file."""

    path: str
    """In the repository."""
    url: str = ""
    """Where it is published; empty where only a task repository holds it."""
    data: Blob | None = None
    """Its content; None as long as nobody has fetched it."""
    trouble: str = ""
    """Why it could not be fetched."""

    @property
    def place(self) -> str:
        """Where it waits in the container."""
        return f"{FOLDER}/{self.path.replace('/', '__')}"


def with_copies(script: str, assets: tuple[BinaryAsset, ...]) -> str:
    """`script` with a command for each file in front of the tests."""
    if not assets:
        return script
    lines = script.split("\n")
    copies = [copying(asset) for asset in assets]
    at = next((number for number, line in enumerate(lines) if START in line), len(lines))
    return "\n".join([*lines[:at], *copies, *lines[at:]])


def copying(asset: BinaryAsset) -> str:
    """The official command; quoted only where the official one would break."""
    path, place = shlex.quote(asset.path), shlex.quote(asset.place)
    folder = f"$(dirname {path})" if path == asset.path else f'"$(dirname -- {path})"'
    return f"mkdir -p {folder} && cp {place} {path}"


def with_files(steps: tuple[Step, ...], assets: tuple[BinaryAsset, ...]) -> tuple[Step, ...]:
    """`steps` that put the files in every sandbox; TaskError for a file that nobody has."""
    if not assets:
        return steps
    files = tuple(PlannedFile(path=asset.place, data=content(asset)) for asset in assets)
    return tuple(
        step.model_copy(update={"files": (*step.files, *files)}) if step.fresh or not at else step
        for at, step in enumerate(steps)
    )


def content(asset: BinaryAsset) -> bytes:
    """The file's bytes."""
    if asset.data is not None:
        return asset.data
    why = asset.trouble or "nobody has fetched it" if asset.url else "it has no address"
    raise TaskError(f"the task's file '{asset.path}' is not here: {why}")
