"""What is wrong gets a status from 400 to 499 and a sentence, reaches no sandbox and stops nobody."""

import json
import os
import re
import socket
import time
from contextlib import suppress

import pytest
from served import ADD, RIGHT, received

PROGRAM = b'{"program":"print(1)"}'
HEAD = b"Host: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(PROGRAM)


def post(head: bytes, body: bytes = PROGRAM, version: bytes = b"HTTP/1.1", method: bytes = b"POST"):
    return method + b" /v1/run " + version + b"\r\n" + HEAD + head + b"\r\n" + body


RAW = {
    "no chunk size": post(b"Transfer-Encoding: chunked\r\n", b"zz\r\nabc\r\n"),
    "endless chunk size": post(b"Transfer-Encoding: chunked\r\n", b"f" * 18 + b"\r\nabc\r\n"),
    "length and chunks": post(LENGTH + b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
    "chunks and length": post(b"Transfer-Encoding: chunked\r\n" + LENGTH, b"0\r\n\r\n"),
    "two lengths": post(LENGTH + b"Content-Length: 5\r\n"),
    "negative length": post(b"Content-Length: -5\r\n"),
    "length of words": post(b"Content-Length: many\r\n"),
    "length and a blank": post(b"Content-Length : 5\r\n"),
    "unknown coding": post(b"Transfer-Encoding: gzip\r\n"),
    "compressed": post(LENGTH + b"Content-Encoding: gzip\r\n"),
    "future version": post(LENGTH, version=b"HTTP/3.7"),
    "unknown method": post(LENGTH, method=b"GRADE"),
    "other method": post(LENGTH, method=b"PATCH"),
    "tunnel": b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n",
    "TLS": bytes.fromhex("16030100a5010000a10303") + os.urandom(100),
    "noise": b"\x80" + os.urandom(300),
    "nothing but NUL": b"\0" * 1000,
    "SSH": b"SSH-2.0-OpenSSH_9\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "header without an end": b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000,
    "header of a megabyte": b"GET / HTTP/1.1\r\nX: " + b"a" * (1 << 20) + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 50_000 + b"\r\n",
    "long path": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
    "folded header": post(LENGTH + b"X: a\r\n b\r\n"),
    "no header's name": post(LENGTH + b"X y: a\r\n"),
    "path outside": b"GET /../../etc/passwd HTTP/1.1\r\n" + HEAD + b"\r\n",
    "path of NUL": b"GET /%00%ff HTTP/1.1\r\n" + HEAD + b"\r\n",
    "path of bytes": b"GET /\xff\xfe HTTP/1.1\r\n" + HEAD + b"\r\n",
    "web socket": b"GET /v1/run HTTP/1.1\r\nHost: localhost\r\nConnection: close, Upgrade\r\nUpgrade: websocket\r\n\r\n",
    "two hosts": post(LENGTH + b"Host: example.com\r\n"),
    "other host": b"GET /healthz HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n",
    "other origin": post(LENGTH + b"Origin: https://example.com\r\n"),
}


@pytest.fixture(scope="module", autouse=True)
def untouched(server):
    """Nothing of all this runs anything, and the server goes on."""
    before = server.metric("grader_turns_total")
    yield
    assert server.metric("grader_turns_total") == before
    assert server.metric("grader_bytes_in_house") == 0
    assert server.grade(RIGHT).json["verdict"] == "passed"
    assert not [line for line in server.log if "bug" in line]


@pytest.mark.parametrize("data", RAW.values(), ids=RAW)
def test_malformed_request_is_refused_with_a_sentence(server, data):
    with server.connect() as connection:
        with suppress(ConnectionError):  # it was told while it sent
            connection.sendall(data)
        answer = received(connection)
    assert re.match(rb"HTTP/1\.1 4\d\d ", answer), answer
    assert json.loads(answer.split(b"\r\n\r\n")[1])["error"]


BODIES = {
    "nothing": b"",
    "no JSON": b"{program}",
    "half": b'{"program": "1"',
    "and more": b'{"program": "1"} {}',
    "a list": b"[]",
    "null": b"null",
    "UTF-16": '{"program": "1"}'.encode("utf-16"),
    "no UTF-8": b'{"program": "\xff"}',
    "deep": b'{"program": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "NaN": b'{"program": "1", "deadline_s": NaN}',
    "infinite": b'{"program": "1", "deadline_s": 1e999}',
    "negative": b'{"program": "1", "deadline_s": -1}',
    "huge": b'{"program": "1", "deadline_s": ' + b"9" * 10_000 + b"}",
    "bool for a number": b'{"program": "1", "deadline_s": true}',
    "text for a number": b'{"program": "1", "limits": {"cpu_s": "1"}}',
    "number for a text": b'{"program": 5}',
    "unknown field": b'{"program": "1", "programme": "1"}',
    "unknown limit": b'{"program": "1", "limits": {"cpu": 1}}',
    "limit above all": b'{"program": "1", "limits": {"cpu_s": 1e6}}',
    "no base64": b'{"program": "1", "stdin": "base64:#"}',
    "NUL in a name": b'{"program": "1", "files": {"a\\u0000": ""}}',
    "no words": b'{"program": []}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_malformed_body_is_refused_with_a_sentence(server, body):
    told = server.ask("/v1/run", body)
    assert 400 <= told.status < 500
    assert told.json["error"]
    assert told.json["retry"] is False


TASKS = {
    "no kind": {},
    "unknown kind": {"kind": "poem"},
    "a list": [],
    "tests that do not compile": {**ADD, "tests": "assert ("},
    "tests that test nothing": {**ADD, "tests": "x = 1"},
    "parentheses": {**ADD, "tests": "assert " + "(" * 5000},
    "unknown benchmark": {"benchmark": "humanevil", "id": "HumanEval/0"},
    "a path for a benchmark": {"benchmark": "../tasks", "id": "x"},
    "a client's data": {"benchmark": "folder", "id": "x", "data": "/etc"},
    "empty row": {"kind": "repository", "row": {}},
}


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_malformed_task_is_refused_with_a_sentence(server, task):
    told = (
        server.grade(RIGHT, task)
        if task
        else server.ask("/v1/grade", {"task": task, "sample": {"solution": ""}})
    )
    assert 400 <= told.status < 500
    assert told.json["error"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "", "multipart/form-data"]
)
def test_other_content_types_are_refused(server, kind):
    assert server.ask("/v1/run", PROGRAM, Content_Type=kind).status == 415


def test_body_above_the_bound_is_refused_before_it_is_read(small):
    with small.connect() as connection:
        connection.sendall(
            b"POST /v1/run HTTP/1.1\r\n" + HEAD + b"Content-Length: 99999999999\r\n\r\n"
        )
        assert b" 413 " in connection.recv(100)


def test_body_that_grows_above_the_bound_is_refused_and_the_client_reads_why(small):
    told = small.ask("/v1/run", b"x" * (3 << 20), Content_Length=str(3 << 20))
    assert told.status == 413
    chunks = (b"x" * 100_000 for _ in range(30))
    told = chunked(small, chunks)
    assert b" 413 " in told


def test_line_above_the_bound_is_refused(small):
    told = small.ask("/v1/grade/batch", b"x" * (1 << 19), Content_Type="application/x-ndjson")
    assert told.status == 413


def test_body_that_does_not_come_is_408(small):
    with small.connect() as connection:
        connection.sendall(b"POST /v1/run HTTP/1.1\r\n" + HEAD + b"Content-Length: 50\r\n\r\n{")
        assert b" 408 " in received(connection)


def test_body_that_drips_is_408(small):
    with small.connect() as connection:
        connection.sendall(b"POST /v1/run HTTP/1.1\r\n" + HEAD + b"Content-Length: 50\r\n\r\n")
        with pytest.raises(OSError):
            for _ in range(50):
                connection.sendall(b" ")
                time.sleep(0.1)
            connection.settimeout(0.1)
            if b" 408 " in received(connection):
                raise OSError


def test_headers_that_do_not_come_are_408(small):
    with small.connect() as connection:
        connection.sendall(b"POST /v1/run HTTP/1.1\r\nHost: ")
        assert b" 408 " in received(connection)


def test_client_that_does_not_read_is_let_go(small):
    body = json.dumps({"program": "print('x' * 15_000_000)"}).encode()
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect((small.host, small.port))
        connection.sendall(
            b"POST /v1/run HTTP/1.1\r\n" + HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body
        )
        time.sleep(2)
        assert len(received(connection)) < 15_000_000


def test_slowloris_of_300_connections_stops_nobody(small):
    """Five times as many as the server keeps: those that wait longest make room."""
    held = []
    try:
        for _ in range(300):
            connection = socket.create_connection((small.host, small.port), timeout=5)
            connection.sendall(b"POST /v1/run HTTP/1.1\r\nHost: ")
            held.append(connection)
            if len(held) % 50 == 0:
                assert small.run("print(1)").json["stdout"] == "1\n"
    finally:
        for connection in held:
            connection.close()


def chunked(server, pieces) -> bytes:
    with server.connect() as connection:
        connection.sendall(
            b"POST /v1/run HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
        )
        with suppress(ConnectionError):
            for piece in pieces:
                connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
        return received(connection)
