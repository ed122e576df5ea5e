"""Keep what surveys have shown between processes, so that a task is surveyed once per machine.

A lesson is found by the content of all that it rests on: the task, its image, the place and the
grader's own code. Nothing is ever out of date: what changed has another name. Only files that
nobody else could have written are believed.
"""

import json
import os
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from grader.core.record import digest
from grader.core.task import Task
from grader.sandboxes.base import Provider

LEARNED = ("survey", "control", "ways", "apart", "together")
"""Entries of `Task.spec` that are lessons themselves."""
SUFFIX = ".json"
MOST_BYTES = 64 << 20
OTHERS = 0o077
"""Permissions of anybody but the owner."""


Kind = Callable[[int], bool]


class LessonStore:
    """A folder of lessons, each a file of mode 0600 in a folder of mode 0700."""

    def __init__(self, folder: Path) -> None:
        """The folder is made with the first lesson."""
        self.folder = folder

    def read(self, key: str) -> Any:
        """The lesson's value; None where there is none, or none that can be believed."""
        if not is_ours(self.folder, stat.S_ISDIR):
            return None
        path = self.folder / f"{key}{SUFFIX}"
        try:
            with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
                if not is_private(os.fstat(file.fileno()), stat.S_ISREG):
                    return None
                stored = json.loads(file.read(MOST_BYTES))
            body = json.dumps(stored["value"], sort_keys=True)
            sealed = digest(key.encode(), body.encode())
            return stored["value"] if stored["sha256"] == sealed else None
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def write(self, key: str, value: Any) -> None:
        """Store a lesson, whole or not at all; a disk that refuses costs a survey and no more."""
        body = json.dumps(value, sort_keys=True)
        sealed = digest(key.encode(), body.encode())
        with suppress(OSError):
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                self.folder.mkdir(mode=0o700)
            if not is_ours(self.folder, stat.S_ISDIR):
                return
            path = self.folder / f".{key}-{secrets.token_hex(6)}"
            try:
                made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(made, "w") as file:
                    json.dump({"sha256": sealed, "value": value}, file)
                path.replace(self.folder / f"{key}{SUFFIX}")
            finally:
                path.unlink(missing_ok=True)


def is_ours(path: Path, kind: Kind) -> bool:
    """Whether only this user could have written there."""
    try:
        return is_private(path.lstat(), kind)
    except OSError:
        return False


def is_private(info: os.stat_result, kind: Kind) -> bool:
    """The same for what was looked up already."""
    return kind(info.st_mode) and info.st_uid == os.geteuid() and not info.st_mode & OTHERS


def key_of(
    task: Task, what: str, image: str, provider: Provider, *, places: tuple[str, ...]
) -> str:
    """Name of a lesson: a digest of all that it rests on.

    image: its digest; places: what else decides, the grader's own code and the containers' options.
    """
    spec = {name: value for name, value in task.spec.items() if name not in LEARNED}
    parts = {
        "what": what,
        "task": task.model_copy(update={"spec": spec}).model_dump(mode="json"),
        "image": image,
        "provider": provider.name,
        "isolation": provider.isolation.model_dump(mode="json"),
        "host": [os.uname().nodename, os.uname().machine, os.uname().release],
        "places": places,
    }
    return digest(json.dumps(parts, sort_keys=True).encode(errors="surrogatepass"))
