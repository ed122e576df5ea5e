"""Finding and downloading data, against a real local HTTP server."""

import gzip
import hashlib
import os
import re
import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import pytest

from grader.benchmarks import _data
from grader.benchmarks._data import DataOrigin, cache_directory, locate, sha256_of
from grader.benchmarks._download import download
from grader.benchmarks._many_files import located
from grader.benchmarks.humaneval import benchmark
from grader.errors import UsageError

BODY = b'{"task_id": 1}\n' * 20_000
SHA256 = hashlib.sha256(BODY).hexdigest()


class Answer(NamedTuple):
    status: int = 200
    body: bytes = BODY
    length: int | None = len(BODY)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        answers = self.server.answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response(answer.status)
        if answer.length is not None:
            self.send_header("Content-Length", str(answer.length))
        self.end_headers()
        with suppress(ConnectionError):  # a client that refuses the rest is part of some tests
            self.wfile.write(answer.body)

    def log_message(self, *arguments):
        pass


class Server(ThreadingHTTPServer):
    answers = (Answer(),)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def server():
    with Server(("127.0.0.1", 0), Handler) as running:
        running.asked = []
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.delenv("GRADER_MIRROR", raising=False)
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def origin(server):
    return DataOrigin(url=f"{server.url}/at/some/revision/set.jsonl", sha256=SHA256)


@pytest.fixture
def target(tmp_path):
    return tmp_path / "new" / "set.jsonl"


def fetched(server, target, **options):
    url = f"{server.url}/set.jsonl"
    return download(url, target, sha256=SHA256, pause_s=0, **options)


def refused(server, target, *answers):
    server.answers = list(answers)
    with pytest.raises(UsageError) as caught:
        fetched(server, target)
    assert not target.exists()
    assert list(target.parent.iterdir()) == []
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_download_stores_the_whole_file_and_nothing_else(server, target):
    assert fetched(server, target) == target
    assert target.read_bytes() == BODY
    assert list(target.parent.iterdir()) == [target]


def test_download_reports_progress_up_to_the_expected_size(server, target):
    seen = []
    fetched(server, target, progress=lambda *numbers: seen.append(numbers))
    assert seen[-1] == (len(BODY), len(BODY))
    assert [received for received, _ in seen] == sorted({received for received, _ in seen})


def test_download_without_a_stated_length_is_checked_by_its_checksum(server, target):
    server.answers = [Answer(length=None)]
    assert fetched(server, target).read_bytes() == BODY


@pytest.mark.parametrize("trouble", [Answer(500), Answer(503), Answer(200, BODY[:1000])])
def test_download_tries_again_after_passing_trouble(server, target, trouble):
    server.answers = [trouble, trouble, Answer()]
    assert fetched(server, target).read_bytes() == BODY
    assert len(server.asked) == 3


def test_download_gives_up_after_three_server_errors(server, target):
    message = refused(server, target, Answer(502))
    assert len(server.asked) == 3
    assert message == (
        f"{server.url}/set.jsonl: the server says 502 Bad Gateway, 3 times; without a network,"
        " fetch set.jsonl elsewhere and pass it with --data PATH"
    )


def test_download_does_not_repeat_what_the_server_denies(server, target):
    message = refused(server, target, Answer(404))
    assert len(server.asked) == 1
    assert f"{server.url}/set.jsonl: the server says 404 Not Found; " in message
    assert "--data PATH" in message


def test_download_refuses_a_cut_off_body(server, target):
    message = refused(server, target, Answer(200, BODY[:1000]))
    assert f"the answer was cut off after 1000 of {len(BODY)} bytes, 3 times" in message


def test_download_refuses_a_wrong_checksum_at_once(server, target):
    message = refused(server, target, Answer(200, BODY[::-1]))
    assert len(server.asked) == 1
    assert f"where {SHA256[:16]}… was expected" in message
    assert "--data PATH" in message


def test_download_says_so_when_nobody_answers(target):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/set.jsonl"
        with pytest.raises(UsageError) as caught:
            download(url, target, sha256=SHA256, pause_s=0)
    assert re.fullmatch(
        rf"{url}: cannot be reached \(.*Connection refused\), 3 times; without a network, fetch"
        r" set\.jsonl elsewhere and pass it with --data PATH",
        str(caught.value),
    )


def test_download_says_so_when_the_server_speaks_no_http(target):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer():
            for _ in range(3):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(b"220 \x1b[31mmail ready\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(
            UsageError, match=r"the connection broke \(220 \?\[31mmail ready ?\), 3 times"
        ):
            url = f"http://127.0.0.1:{listener.getsockname()[1]}/set.jsonl"
            download(url, target, sha256=SHA256, pause_s=0)
        thread.join()


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://host/set.jsonl", "set.jsonl"])
def test_download_takes_http_addresses_only(target, url):
    with pytest.raises(UsageError, match="not an http or https address"):
        download(url, target, sha256=SHA256)


def test_download_keeps_the_old_file_when_the_new_one_is_bad(server, target):
    target.parent.mkdir()
    target.write_bytes(b"old")
    server.answers = [Answer(200, b"bad", 3)]
    with pytest.raises(UsageError):
        fetched(server, target)
    assert target.read_bytes() == b"old"


def test_download_into_an_impossible_directory_names_the_variable_to_set(server, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"cannot be stored \(.*\); set GRADER_CACHE"):
        fetched(server, tmp_path / "file" / "set.jsonl")
    assert server.asked == []


def test_download_to_a_full_disk_names_the_variable_to_set(server, tmp_path, monkeypatch):
    """/dev/full fails every write as a full disk does."""
    monkeypatch.setattr(
        "tempfile.mkstemp",
        lambda **_: (os.open("/dev/full", os.O_WRONLY), str(tmp_path / ".part")),
    )
    with pytest.raises(UsageError, match=r"cannot be stored \(No space left on device\)"):
        fetched(server, tmp_path / "set.jsonl")


def test_locate_takes_the_given_file_whatever_it_holds(tmp_path, origin, server):
    own = tmp_path / "own.jsonl"
    own.write_text("mine")
    assert locate(own, origin) == own
    assert server.asked == []


@pytest.mark.parametrize("name", ["set.jsonl", "other.jsonl"])
def test_locate_finds_a_usual_name_in_the_given_directory(tmp_path, origin, name):
    (tmp_path / name).touch()
    assert locate(tmp_path, origin._replace(names=("other.jsonl",))) == tmp_path / name


def test_locate_names_a_path_that_is_not_there(tmp_path, origin):
    with pytest.raises(UsageError) as caught:
        locate(tmp_path / "nowhere", origin)
    assert str(caught.value) == (
        f"{tmp_path / 'nowhere'}: no such file or directory; --data takes set.jsonl"
    )


def test_locate_names_what_a_directory_lacks(tmp_path, origin):
    with pytest.raises(UsageError, match=r"no set.jsonl or other.jsonl in it; --data takes"):
        locate(tmp_path, origin._replace(names=("other.jsonl",)))


def test_locate_downloads_once_and_then_uses_the_cache(origin, server, cache):
    assert locate(None, origin) == cache / "set.jsonl"
    assert locate(None, origin) == cache / "set.jsonl"
    assert server.asked == ["/at/some/revision/set.jsonl"]


def test_locate_replaces_a_damaged_cached_file(origin, cache):
    cache.mkdir()
    (cache / "set.jsonl").write_bytes(BODY[:-1])
    assert locate(None, origin).read_bytes() == BODY


def test_locate_asks_the_mirror_that_the_environment_names(origin, server, monkeypatch):
    monkeypatch.setenv("GRADER_MIRROR", f"{server.url}/mirror/")
    away = origin._replace(url="http://192.0.2.1/set.jsonl")
    assert locate(None, away).read_bytes() == BODY
    assert server.asked == ["/mirror/set.jsonl"]


def test_files_of_one_benchmark_are_asked_of_the_mirror_too(server, cache, monkeypatch):
    monkeypatch.setenv("GRADER_MIRROR", f"{server.url}/mirror/")
    away = [DataOrigin(url=f"http://192.0.2.1/{name}", sha256=SHA256) for name in ("a", "b")]
    assert located(None, "several", away) == cache / "several"
    assert {path.name: path.read_bytes() for path in (cache / "several").iterdir()} == {
        "a": BODY, "b": BODY,
    }  # fmt: skip
    located(None, "several", away)
    assert server.asked == ["/mirror/a", "/mirror/b"]


def test_locate_shows_a_bar_on_a_terminal(origin, cache, capsys):
    path = _data._fetch_with_bar(origin, cache / "set.jsonl", mirror="")
    assert path.read_bytes() == BODY
    assert "set.jsonl" in capsys.readouterr().err


def test_locate_of_a_benchmark_names_its_public_home(monkeypatch, server):
    server.answers = [Answer(404)]
    monkeypatch.setenv("GRADER_MIRROR", server.url)
    with pytest.raises(UsageError, match=r"/HumanEval\.jsonl\.gz: the server says 404"):
        benchmark().locate(None)


def test_cache_directory_follows_the_environment(monkeypatch, tmp_path):
    assert cache_directory() == tmp_path / "cache"
    monkeypatch.delenv("GRADER_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_directory() == tmp_path / "xdg" / "grader"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache_directory() == tmp_path / "home" / ".cache" / "grader"


def test_sha256_of_an_unreadable_file_is_the_callers_mistake(tmp_path):
    with pytest.raises(UsageError, match=r"cannot be read \(Is a directory\)"):
        sha256_of(tmp_path)


def test_locate_and_read_a_benchmark_from_a_mirror(shared, server, monkeypatch):
    """The published file, its checksum, the download and the reader belong together."""
    body = (shared / "data/functions/tasks/humaneval/HumanEval.jsonl.gz").read_bytes()
    server.answers = [Answer(200, body, len(body))]
    monkeypatch.setenv("GRADER_MIRROR", server.url)
    path = benchmark().locate(None)
    assert sum(1 for _ in benchmark().tasks(path)) == 164
    assert gzip.decompress(path.read_bytes()).count(b"\n") == 164
