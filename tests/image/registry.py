"""A registry on this machine that answers as it is told to."""

import http.client
import http.server
import os
import subprocess
import threading
from contextlib import contextmanager
from types import SimpleNamespace

ANSWERS = {
    "limit": (429, b'{"errors":[{"code":"TOOMANYREQUESTS","message":"rate limit"}]}'),
    "broken": (500, b"oops"),
    "garbage": (200, b"<html>what?</html>"),
    "missing": (404, b'{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}'),
}


@contextmanager
def only_there(engine, names, *, size_mb, folder):
    """Images of so many MiB that only a registry has, and that are gone from the engine afterwards."""
    for name in names:
        (folder / "blob").write_bytes(os.urandom(size_mb << 20))
        tar = folder / "root.tar"
        subprocess.run(["tar", "-C", str(folder), "-cf", str(tar), "blob"], check=True)
        repository, _, tag = name.rpartition(":")
        engine.import_image_from_file(str(tar), repository=repository, tag=tag)
        events = list(engine.push(repository, tag=tag, stream=True, decode=True))
        assert not [event for event in events if "error" in event]
        engine.remove_image(name)
    yield names
    for name in names:
        if engine.images(name):
            engine.remove_image(name, force=True)


@contextmanager
def registry(behaviour, *, real_port=0, failures=10**9, made=lambda make: make()):
    """A registry on this machine that answers as told, then hands on to a real one.

    `made` calls what opens the socket, wherever it shall be open.
    """
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            if self.path == "/v2/":
                return self.say(200, b"{}")
            asked.append(self.path)
            if sum("/manifests/" in path for path in asked) <= failures:
                return self.say(*ANSWERS[behaviour])
            return self.hand_on()

        do_HEAD = do_GET  # noqa: N815  the name is the base class'

        def hand_on(self):
            inner = http.client.HTTPConnection("127.0.0.1", real_port)
            inner.request(self.command, self.path, headers=dict(self.headers))
            answer = inner.getresponse()
            kept = {k: v for k, v in answer.getheaders() if k.startswith(("Docker", "Content-T"))}
            self.say(
                answer.status, answer.read(), length=answer.getheader("Content-Length"), **kept
            )
            inner.close()

        def say(self, status, body, *, length=None, **headers):
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", length or str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *words):
            pass

    server = made(lambda: http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield SimpleNamespace(name=f"127.0.0.1:{server.server_port}/some/image:1", asked=asked)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
