"""A real registry on this machine."""

import http.client
import http.server
import json
import subprocess
import time

import pytest

from tests import machine


@pytest.fixture
def real_registry(tmp_path):
    """Debian's registry on a free port of this machine."""
    machine.require("docker-registry")
    with http.server.HTTPServer(("127.0.0.1", 0), None) as free:
        port = free.server_port
    config = tmp_path / "config.yml"
    config.write_text(json.dumps({
        "version": 0.1, "log": {"level": "error"}, "http": {"addr": f"127.0.0.1:{port}"},
        "storage": {"filesystem": {"rootdirectory": str(tmp_path / "data")}},
    }))  # fmt: skip
    words = ["docker-registry", "serve", str(config)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                inner = http.client.HTTPConnection("127.0.0.1", port)
                inner.request("GET", "/v2/")
                assert inner.getresponse().read() == b"{}"
                break
            except OSError:
                time.sleep(0.05)
            finally:
                inner.close()
        yield port
    finally:
        process.terminate()
        process.wait()
