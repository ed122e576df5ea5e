"""`grader serve` as a process, asked over real sockets."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
BOUNDED = Path(__file__).with_name("bounded.py")
JSON = {"Content-Type": "application/json"}
ADD = {"kind": "function", "tests": "assert add(1, 2) == 3", "entry_point": "add"}
RIGHT = "def add(a, b):\n    return a + b\n"
WRONG = "def add(a, b):\n    return a - b\n"
LOOP = "while True: pass"


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


class RunningServer:
    def __init__(self, *words: str, **options):
        """`words`: of the command line; `options`: instead of them, fields of `ServerOptions`."""
        argv = [sys.executable, "-m", "grader", "serve", "--port", "0", *words]
        if options:
            argv = [sys.executable, str(BOUNDED), json.dumps({"port": 0, **options})]
        self.process = subprocess.Popen(
            argv,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            text=True,
        )
        self.log: list[str] = []
        self._reader = threading.Thread(target=lambda: self.log.extend(self.process.stderr))
        self._reader.start()
        self.line = self.process.stdout.readline()
        url = urlsplit(self.line.split()[-1] if self.line else "")
        self.host, self.port = url.hostname, url.port

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self._reader.join()
        self.process.stderr.close()

    def ask(self, path, body=None, method="", timeout=30, **headers) -> Reply:
        """`body`: JSON unless it is bytes; underscores in names of headers are dashes."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        usual = {} if body is None or "Content-Type" in told else JSON
        try:
            connection.request(
                method or ("GET" if body is None else "POST"), path, data, {**usual, **told}
            )
            answer = connection.getresponse()
            return Reply(answer.status, dict(answer.headers), answer.read())
        finally:
            connection.close()

    def grade(self, solution, task=None, **more):
        return self.ask(
            "/v1/grade", {"task": task or ADD, "sample": {"solution": solution}, **more}
        )

    def run(self, program, **more):
        return self.ask("/v1/run", {"program": program, **more})

    def connect(self) -> socket.socket:
        return socket.create_connection((self.host, self.port), timeout=30)

    def raw(self, data: bytes) -> bytes:
        """All that comes back for bytes that are sent as they are."""
        with self.connect() as connection:
            connection.sendall(data)
            return received(connection)

    def metric(self, name: str) -> float:
        lines = self.ask("/metrics").body.decode().splitlines()
        return sum(
            float(each.split()[-1]) for each in lines if each.split("{")[0].split()[0] == name
        )


def received(connection: socket.socket) -> bytes:
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionError:
        pass
    return b"".join(parts)
