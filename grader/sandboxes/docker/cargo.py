"""The supervisor's code on its way into a container: no image needs to hold it.

What runs there first is short enough for a command line. It receives modules by name and imports
them from memory, so that tasks find no file of the engine.
"""

import json
import struct
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]
SOCKET = "/run/grader/socket"
BOOTSTRAP = f"""
import importlib.abc, importlib.util, json, socket, struct, sys
channel = socket.socket(socket.AF_UNIX)
channel.connect("{SOCKET}")
def take(size):
    data = b""
    while len(data) < size:
        got = channel.recv(size - len(data))
        if not got:
            raise SystemExit(1)
        data += got
    return data
given = json.loads(take(struct.unpack(">I", take(4))[0]))
class Given(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    def find_spec(self, name, path=None, target=None):
        if name in given:
            return importlib.util.spec_from_loader(name, self, is_package=self.is_package(name))
    def is_package(self, name):
        return given[name][0]
    def get_source(self, name):
        return given[name][1]
finder = Given()
sys.meta_path.insert(0, finder)
from grader.sandboxes._slot import wire
from grader.sandboxes.docker import inside
config = wire.receive(channel).header
if config["checks"]:
    import grader.sandboxes._slot.examination
sys.meta_path.remove(finder)
del given
inside.main(channel, config)
"""


def freight() -> bytes:
    """All modules that the other side needs: a 32-bit big-endian length and a JSON object."""
    modules: dict[str, tuple[bool, str]] = {
        "grader": (True, ""), "grader.sandboxes": (True, ""), "grader.sandboxes.docker": (True, "")
    }  # fmt: skip
    folder = PACKAGE / "sandboxes" / "_slot"
    files = [*folder.rglob("*.py"), Path(__file__).with_name("inside.py")]
    for file in sorted(files):
        parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        modules[name] = (is_package, file.read_text(encoding="utf-8"))
    text = json.dumps(modules).encode()
    return struct.pack(">I", len(text)) + text
