"""Hold a container's standard input: when this process goes, so does the container.

The kernel closes the socket of a killed engine; the container engine then closes the standard
input on which the first process waits, and removes what has ended.
"""

import socket
from contextlib import suppress
from urllib.parse import urlsplit

from grader.errors import SandboxError

ANSWER_S = 20.0
LONGEST_ANSWER = 16384


class ContainerLifeline:
    """An attached standard input; nothing is ever sent through it."""

    def __init__(self, connection: socket.socket | None) -> None:
        """Use `attach`. None: the engine is reached in a way that cannot be held."""
        self.connection = connection

    def close(self) -> None:
        """Let go."""
        if self.connection:
            with suppress(OSError):
                self.connection.close()


def attach(host: str, container_id: str) -> ContainerLifeline:
    """Attach to a container that has not started yet; blocks. SandboxError where it is refused."""
    connection = _connect(host)
    if connection is None:
        return ContainerLifeline(None)
    try:
        connection.settimeout(ANSWER_S)
        connection.sendall(
            f"POST /v1.41/containers/{container_id}/attach?stdin=1&stream=1 HTTP/1.1\r\n"
            "Host: engine\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
            "Content-Length: 0\r\n\r\n".encode()
        )
        answer = bytearray()
        while b"\r\n\r\n" not in answer and len(answer) < LONGEST_ANSWER:
            got = connection.recv(4096)
            if not got:
                break
            answer += got
    except OSError:
        connection.close()
        raise
    status = answer.split(b"\r\n", 1)[0]
    if status.split(b" ")[1:2] not in ([b"101"], [b"200"]):
        connection.close()
        raise SandboxError(f"the container engine refused to attach: {status.decode('latin-1')}")
    return ContainerLifeline(connection)


def _connect(host: str) -> socket.socket | None:
    address = urlsplit(host)
    if address.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(ANSWER_S)
            connection.connect(address.path)
        except OSError:
            connection.close()
            raise
        return connection
    if address.scheme == "tcp" and address.hostname and address.port:
        return socket.create_connection((address.hostname, address.port), ANSWER_S)
    return None
