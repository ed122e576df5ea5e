"""A board's service in a process of its own, and a client of it."""

import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

import pytest

from grader.engine import dataset
from tests import machine

pytest.importorskip("sqlalchemy", reason="the extra 'board' is not installed")
from grader.hosting import settings, store

FILE = """
title = "A board"
benchmark = "folder"
options = ["--sandbox", "null", "--allow-weak"]
{more}
[quota]
per_day = {per_day}
[bounds]
upload_mb = 1
unpacked_mb = 4
requests_per_minute = 100000
"""


class Reply(NamedTuple):
    status: int
    text: str
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def written(folder: Path, *, per_day: int = 1000, more: str = "") -> Path:
    """A board's file, whose samples nobody runs: they say what the null sandbox shall say."""
    path = folder / "BOARD.toml"
    path.write_text(FILE.format(per_day=per_day, more=more))
    (folder / "board").mkdir(exist_ok=True)
    return path


def account(board: Path, name: str) -> str:
    opened = store.BoardStore(settings.read(board).url)
    try:
        return opened.add_account(name)
    finally:
        opened.close()


class Client:
    """Somebody with a token, or without."""

    def __init__(self, address: str, token: str = "") -> None:
        self.address = address
        self.token = token

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        place = urlsplit(self.address)
        link = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
        more = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        more |= {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            link.request(method, path, body, more)
            answer = link.getresponse()
            text = answer.read().decode(errors="replace")
            return Reply(answer.status, text, {k.lower(): v for k, v in answer.getheaders()})
        finally:
            link.close()

    def submit(self, body: bytes, name: str = "entry") -> Reply:
        return self.ask("POST", f"/api/submissions?name={quote(name)}", body)

    def waited(self, number: str) -> Any:
        """The submission once it was graded."""
        ends_at = time.monotonic() + 90
        while time.monotonic() < ends_at:
            found = self.ask("GET", f"/api/submissions/{number}").json
            if found["state"] not in {"queued", "grading"}:
                return found
            time.sleep(0.1)
        raise AssertionError(found)

    def graded(self, body: bytes, name: str = "entry") -> Any:
        sent = self.submit(body, name)
        assert sent.status == 201, sent
        return self.waited(sent.json["id"])

    def turn(self, number: str, verb: str) -> Reply:
        return self.ask("POST", f"/api/submissions/{number}/{verb}", b"")

    def log_in(self) -> "Client":
        """The same person in a browser."""
        body = urlencode({"token": self.token}).encode()
        form = {"Content_Type": "application/x-www-form-urlencoded"}
        reply = Client(self.address).ask("POST", "/login", body, **form)
        assert reply.status == 303, reply
        return Visitor(self.address, reply.headers["set-cookie"].partition(";")[0])


class Visitor(Client):
    """Somebody with a cookie."""

    def __init__(self, address: str, cookie: str) -> None:
        super().__init__(address)
        self.cookie = cookie

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        return super().ask(method, path, body, Cookie=self.cookie, **headers)


def samples(*words: str) -> bytes:
    """Answers to the bundled tasks, the words in turn: `done` passes."""
    tasks = dataset.load("folder", None).tasks
    rows = [
        {"task_id": task, "solution": f"# null: {words[at % len(words)]}\n"}
        for at, task in enumerate(tasks)
    ]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def started(board: Path) -> tuple[subprocess.Popen[str], str]:
    """The service's process, and its address."""
    words = [sys.executable, "-m", "grader", "serve", "--board", board, "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(machine.ROOT)}
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    )
    line = process.stdout.readline()
    assert "serves the board at" in line, line
    return process, line.split()[-1]


@contextmanager
def service(board: Path) -> Iterator[str]:
    """The service's address."""
    process, address = started(board)
    with process:
        try:
            yield address
        finally:
            process.terminate()


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a new PostgreSQL server of Debian's package."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"))
    folder = Path(tempfile.mkdtemp(prefix="grader-pg-"))
    shutil.chown(folder, "postgres")
    begin = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    data, port = folder / "data", str(40_000 + os.getpid() % 20_000)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        words = ["initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync"]
        subprocess.run([*begin, programs / words[0], *words[1:]], cwd="/", check=True, **quiet)
        control = [*begin, programs / "pg_ctl", "-D", data, "-w"]
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=200"
        subprocess.run([*control, "-o", options, "start"], cwd="/", check=True, **quiet)
        try:
            yield f"postgresql+pg8000://postgres@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], cwd="/", check=True, **quiet)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
