"""An agent holds the private key, so that the process that grades, and its disk, never do.

A Unix socket in a folder of the owner's alone. Each request is a length (8 bytes, big endian) and
what is sealed; the answer a length, a byte (0: opened, 1: refused) and what was sealed.
"""

import os
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from threading import Thread

from grader.errors import UsageError
from grader.vault.keys import Opener

VARIABLE = "GRADER_KEY_AGENT"
"""Names the socket, for agents and for those who ask them."""
FRAME_BYTES_MAX = 512 << 20
PATIENCE_S = 60.0
PEER = struct.Struct("3i")
"""`struct ucred`: process, user, group (unix(7), SO_PEERCRED)."""


def usual_socket() -> Path:
    """Where an agent listens unless it is told otherwise."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return Path(runtime or f"/run/user/{os.geteuid()}") / "grader" / "key-agent"


class AgentKey:
    """A private key that an agent holds."""

    def __init__(self, path: Path) -> None:
        """UsageError where no agent listens at `path`."""
        self._path = path
        self._connected().close()

    def _connected(self) -> socket.socket:
        asking = socket.socket(socket.AF_UNIX)
        asking.settimeout(PATIENCE_S)
        try:
            asking.connect(str(self._path))
        except OSError as error:
            asking.close()
            raise UsageError(
                f"no key agent at {self._path} ({error.strerror}); start one with"
                " 'grader keys agent KEY', or name its socket in GRADER_KEY_AGENT"
            ) from error
        return asking

    def open(self, sealed: bytes) -> bytes:
        """See `Opener`."""
        with self._connected() as asking:
            try:
                send(asking, sealed)
                answer = receive(asking)
            except (OSError, EOFError) as error:
                raise UsageError(
                    f"the key agent at {self._path} is gone; start it again"
                ) from error
        if answer[:1] != b"\0":
            raise UsageError(f"the key agent at {self._path} holds no key that opens this")
        return answer[1:]


def listen(path: Path) -> socket.socket:
    """A socket that only this user can reach; UsageError where it cannot be had."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.parent.stat().st_mode & 0o077:
            raise UsageError(f"others can reach {path.parent}; chmod 700 it, or choose --socket")
        path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen()
    except OSError as error:
        raise UsageError(f"cannot listen at {path}: {error.strerror or error}") from error
    return listener


def serve(listener: socket.socket, opener: Opener, *, told: Callable[[str], None]) -> None:
    """Answer until the listener is closed; each caller in a thread of its own."""
    while True:
        try:
            caller, _ = listener.accept()
        except OSError:
            return
        if user_of(caller) != os.geteuid():
            told("turned away: another user")
            caller.close()
            continue
        Thread(target=answer, args=(caller, opener), daemon=True).start()


def user_of(caller: socket.socket) -> int:
    """Whose process is at the other end, by the kernel's word."""
    said = caller.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, PEER.size)
    return PEER.unpack(said)[1]


def answer(caller: socket.socket, opener: Opener) -> None:
    """Open what one caller sends, until it leaves."""
    with caller:
        while True:
            try:
                sealed = receive(caller)
                try:
                    opened = b"\0" + opener.open(sealed)
                except UsageError:
                    opened = b"\1"
                send(caller, opened)
            except (OSError, EOFError):
                return


def send(to: socket.socket, data: bytes) -> None:
    """Send one frame."""
    to.sendall(len(data).to_bytes(8, "big") + data)


def receive(source: socket.socket) -> bytes:
    """Receive one frame; EOFError where the other end has left or sends nonsense."""
    size = int.from_bytes(exactly(source, 8), "big")
    if size > FRAME_BYTES_MAX:
        raise EOFError
    return exactly(source, size)


def exactly(source: socket.socket, size: int) -> bytes:
    """So many bytes."""
    data = bytearray()
    while len(data) < size:
        part = source.recv(min(size - len(data), 1 << 20))
        if not part:
            raise EOFError
        data += part
    return bytes(data)
