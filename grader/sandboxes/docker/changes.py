"""What a step left outside its own places, told by the engine and by nothing inside."""

import base64
import json
from typing import Any

from grader.core.execution import FileChange
from grader.core.paths import is_below
from grader.core.plan import ChangeLook

READ_BYTES = 64 << 10
"""Of a file whose text decides."""
GONE = 2
"""The engine's number for what was removed; 0 changed, 1 is new."""
IS_FOLDER = 1 << 31
IS_SPECIAL = 1 << 27 | 1 << 26 | 1 << 25 | 1 << 24 | 1 << 21 | 1 << 19
"""Go's `fs.ModeDir`, and its bits for links, devices, pipes, sockets and what is none of them."""


def changes(client: Any, container_id: str, look: ChangeLook) -> list[FileChange]:
    """Files of a container that are not as its image has them, without those below `look.apart`.

    Blocks. Engines may compare size and time alone: a file with both set back is not told.
    """
    told: list[dict[str, Any]] = client.diff(container_id) or []
    kinds = {str(each["Path"]): int(each["Kind"]) for each in told}
    folders = {path.rpartition("/")[0] for path in kinds}
    found: list[FileChange] = []
    for path in sorted(kinds):
        if path in folders or is_below(path, look.apart):
            continue  # what has something listed below it is a folder, and no link to one
        is_gone = kinds[path] == GONE
        mode = 0 if is_gone else mode_of(client, container_id, path)
        if not mode & IS_FOLDER:
            found.append(FileChange(path=path, is_gone=is_gone, is_plain=not mode & IS_SPECIAL))
        if len(found) >= look.most:
            break
    return found


def is_read(change: FileChange, look: ChangeLook) -> bool:
    """Whether the text of a change is wanted."""
    wanted = change.path.endswith(look.read) or "/bin/" in change.path
    return wanted and not change.is_gone


def mode_of(client: Any, container_id: str, path: str) -> int:
    """The file's mode in Go's bits, through no link; that of a link where nobody can say."""
    url = client._url("/containers/{0}/archive", container_id)  # noqa: SLF001
    answer = client.head(url, params={"path": path}, timeout=client.timeout)
    said = answer.headers.get("X-Docker-Container-Path-Stat", "")
    return int(json.loads(base64.b64decode(said))["mode"]) if said else IS_SPECIAL
