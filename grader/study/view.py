"""Serve a run's page on this machine and follow the run; reading only.

There are three addresses and no file behind any of them: the page, what is new, and one sample's
detail. Requests under another host name are refused, so that no web page can read the run through
a name that it made point here (DNS rebinding).
"""

import json
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from grader.errors import GraderError, UsageError
from grader.reports.html import details, page, rows, sections
from grader.study import publish
from grader.study.follow import RunFollower

ADDRESS = "127.0.0.1"
CLIENT_S = 30
"""Seconds that a client may keep a connection without a word."""
DIGITS_MAX = 12
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class HttpAnswer(NamedTuple):
    """What goes back."""

    status: HTTPStatus
    kind: str
    body: bytes


class ViewServer(ThreadingHTTPServer):
    """The server; `serve_forever` until `shutdown`, or until the process is interrupted."""

    daemon_threads = True

    def __init__(self, run: Path, *, port: int = 0) -> None:
        """Listen on `port` of this machine, any free one for 0; UsageError where that fails."""
        self.follower = RunFollower(run)
        self.evidence = publish.evidence(run)
        self.lock = Lock()  # two polls at once would take the same line in twice
        try:
            super().__init__((ADDRESS, port), ViewHandler)
        except OSError as error:
            raise UsageError(
                f"cannot listen on port {port}: {error.strerror}; pass another --port"
            ) from error

    @property
    def url(self) -> str:
        """The page's address."""
        return f"http://{ADDRESS}:{self.server_port}/"

    def knows_host(self, name: str) -> bool:
        """Whether a request's host name is this server's own."""
        return name in {f"{host}:{self.server_port}" for host in (ADDRESS, "localhost")}

    def page(self) -> HttpAnswer:
        """The page as it is now."""
        with self.lock:
            self.follower.poll()
            table, report = self.follower.table, self.follower.report()
            data = {**rows.columns(table, 0), "generation": self.follower.generation}
        slots = sections.slots(report, self.follower.stored, table)
        block = page.block("rows", json.dumps(data, separators=(",", ":")).encode())
        return HttpAnswer(HTTPStatus.OK, "text/html", page.fill(slots, blocks=[block], live=True))

    def news(self, *, since: int, generation: int) -> HttpAnswer:
        """New rows, and the summary with them."""
        with self.lock:
            self.follower.poll()
            report = self.follower.report()
            new = self.follower.news(since=since, generation=generation)
            table = self.follower.table
            value = {
                "complete": report.complete,
                "rows": new,
                "summary": sections.summary(report),
                "charts": sections.figures(report, table),
            }
        return told(value)

    def detail(self, *, task: int, index: int) -> HttpAnswer:
        """Everything about one sample."""
        with self.lock:
            result = self.follower.result(task, index)
        if result is None:
            return refusal(HTTPStatus.NOT_FOUND, "no such sample")
        key = (result.task_id, result.index)
        text = self.evidence.submissions(frozenset({key})).get(key)
        return told(details.detail(result, text))


class ViewHandler(BaseHTTPRequestHandler):
    """One connection."""

    server: ViewServer  # pyright: ignore[reportIncompatibleVariableOverride]
    server_version = "grader"
    sys_version = ""
    timeout = CLIENT_S

    def do_GET(self) -> None:
        """Answer a request."""
        self.send(self.answer())

    def do_HEAD(self) -> None:
        """Answer without the body."""
        self.send(self.answer(), with_body=False)

    def answer(self) -> HttpAnswer:
        """Choose what to say; trouble with the run is said to the page and does not end us."""
        if not self.server.knows_host(self.headers.get("Host", "")):
            return refusal(HTTPStatus.MISDIRECTED_REQUEST, "this server has another name")
        place = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(place.query).items()}
        if place.path != "/" and self.headers.get("Sec-Fetch-Site", "") == "cross-site":
            return refusal(HTTPStatus.FORBIDDEN, "another site may not read this")
        try:
            return self.found(place.path, query)
        except UsageError as error:
            return refusal(HTTPStatus.BAD_REQUEST, str(error))
        except (GraderError, OSError) as error:
            return refusal(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))

    def found(self, path: str, query: dict[str, str]) -> HttpAnswer:
        """What is at an address; UsageError for a query that cannot be."""
        match path:
            case "/":
                return self.server.page()
            case "/live":
                since, generation = number(query, "since"), number(query, "generation")
                return self.server.news(since=since, generation=generation)
            case "/detail":
                task, index = number(query, "task"), number(query, "index")
                return self.server.detail(task=task, index=index)
            case _:
                return refusal(HTTPStatus.NOT_FOUND, "there is no such page")

    def send(self, answer: HttpAnswer, *, with_body: bool = True) -> None:
        """Write status, headers and body."""
        self.send_response(answer.status)
        self.send_header("Content-Type", f"{answer.kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the library's name
        """Say nothing: the terminal belongs to whoever started us."""


def told(value: object) -> HttpAnswer:
    """A JSON answer."""
    body = json.dumps(value, separators=(",", ":")).encode()
    return HttpAnswer(HTTPStatus.OK, "application/json", body)


def refusal(status: HTTPStatus, why: str) -> HttpAnswer:
    """A plain answer that says no."""
    return HttpAnswer(status, "text/plain", f"{why}\n".encode(errors="backslashreplace"))


def number(query: dict[str, str], name: str) -> int:
    """A whole number of the query, 0 where it is not given; UsageError for anything else."""
    text = query.get(name, "0")
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX):
        raise UsageError(f"{name} is not a whole number")
    return int(text)
