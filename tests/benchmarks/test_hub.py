"""Data sets by their ids on the hub, from a stand-in that speaks its protocol on loopback."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from grader.benchmarks import _hub
from grader.engine import dataset
from grader.errors import UsageError

pytest.importorskip("huggingface_hub", reason="huggingface_hub is not installed")
REVISION = "a" * 40
ROW = {
    "instance_id": "a__b-1",
    "repo": "a/b",
    "base_commit": "c" * 40,
    "version": "1.0",
    "image": "x/y:latest",
    "eval_script": "run\n: '>>>>> Start Test Output'\n: '>>>>> End Test Output'\n",
    "log_parser": "parse_log_pytest",
    "eval_type": "pass_and_fail",
    "FAIL_TO_PASS": ["t::a"],
    "PASS_TO_PASS": [],
    "patch": "",
    "test_patch": "",
}
PREDICTION = {"instance_id": "a__b-1", "model_name_or_path": "m", "model_patch": ""}
BODY = json.dumps(ROW).encode() + b"\n"
SETS = {"princeton-nlp/SWE-bench_Verified", "SWE-bench/SWE-bench_Lite"}
FILES = ("README.md", "test.jsonl", "dev.jsonl")


class Hub(BaseHTTPRequestHandler):
    """Of the protocol, what the client asks for: a revision's files, and each file."""

    protocol_version = "HTTP/1.1"

    def do_HEAD(self):
        self.answer(body=False)

    def do_GET(self):
        self.answer(body=True)

    def answer(self, *, body):
        self.server.asked.append(self.path)
        parts = self.path.partition("?")[0].strip("/").split("/")
        if parts[:2] == ["api", "datasets"] and "/".join(parts[2:4]) in SETS:
            listed = [{"type": "file", "path": each, "rfilename": each, "size": len(BODY),
                       "oid": "0"} for each in FILES]  # fmt: skip
            if parts[4] == "tree":
                return self.send(json.dumps(listed).encode(), body=body)
            name = "/".join(parts[2:4])
            info = {"id": name, "sha": REVISION, "siblings": listed}
            return self.send(json.dumps(info).encode(), body=body)
        if parts[0] == "datasets" and parts[3] == "resolve" and parts[5] in FILES:
            return self.send(BODY, body=body)
        return self.send(b"{}", body=body, status=404, error="RepoNotFound")

    def send(self, data, *, body, status=200, error=""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Content-Type", "application/json")
        self.send_header("ETag", f'"{hashlib.sha1(data, usedforsecurity=False).hexdigest()}"')
        self.send_header("X-Repo-Commit", REVISION)
        if error:
            self.send_header("X-Error-Code", error)
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def hub(tmp_path):
    """A stand-in, and the variables that send a process there; the client reads them once."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as running:
        running.asked = []
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.environment = os.environ | {
            "HF_ENDPOINT": f"http://127.0.0.1:{running.server_port}",
            "HF_HOME": str(tmp_path / "hf"),
            "GRADER_CACHE": str(tmp_path / "cache"),
            "NO_PROXY": "127.0.0.1",
        }
        yield running
        running.shutdown()
        thread.join()


def grader(hub, tmp_path, *words, **more):
    """The command line, in a process of its own."""
    (tmp_path / "predictions.jsonl").write_text(json.dumps(PREDICTION))
    return subprocess.run(
        [sys.executable, "-m", "grader", *words],
        env=hub.environment | more,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )


def evaluate(hub, tmp_path, name, *, out="run", **more):
    return grader(
        hub, tmp_path, "evaluate", name, "predictions.jsonl", "--out", out, "--sandbox", "null",
        "--allow-weak", **more,
    )  # fmt: skip


def test_data_set_is_fetched_by_its_id_once_and_then_needs_no_hub(hub, tmp_path):
    done = evaluate(hub, tmp_path, "princeton-nlp/SWE-bench_Verified")
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "run" / "run.json").read_text())
    assert manifest["dataset"]["benchmark"] == "swebench-verified"
    assert f"snapshots/{REVISION}/test.jsonl" in manifest["dataset"]["path"]
    assert not any("dev.jsonl" in path or "README" in path for path in hub.asked if
                   "resolve" in path)  # fmt: skip
    again = evaluate(
        hub, tmp_path, "princeton-nlp/SWE-bench_Verified", out="again", HF_HUB_OFFLINE="1"
    )
    assert again.returncode == 0, again.stderr


def test_benchmark_without_data_is_fetched_from_its_home(hub, tmp_path):
    done = evaluate(hub, tmp_path, "swebench-lite")
    assert done.returncode == 0, done.stderr
    assert any("SWE-bench/SWE-bench_Lite" in path for path in hub.asked)


def test_hub_that_cannot_be_reached_is_told_with_the_next_move(hub, tmp_path):
    done = evaluate(hub, tmp_path, "swebench-verified", HF_ENDPOINT="http://127.0.0.1:9")
    assert done.returncode == 2, done.stderr
    assert "the hub cannot be reached and no copy is kept here" in done.stderr
    assert "--data FILE" in done.stderr
    done = evaluate(hub, tmp_path, "swebench-verified", HF_HUB_OFFLINE="1")
    assert (done.returncode, "no copy is kept here" in done.stderr) == (2, True)


def test_data_set_that_the_hub_does_not_have_is_told(hub, tmp_path):
    done = evaluate(hub, tmp_path, "swebench-verified")
    assert done.returncode == 2, done.stderr
    assert "the hub shows no such data set" in done.stderr


def test_unknown_id_names_the_nearest():
    with pytest.raises(UsageError, match="did you mean 'princeton-nlp/swe-bench_verified'"):
        dataset.load("princeton-nlp/SWE-bench_Verifed", None)


def test_missing_client_is_told(monkeypatch):
    monkeypatch.setattr(_hub, "has_client", lambda: False)
    with pytest.raises(UsageError, match=r"pip install 'grader\[swebench\]'"):
        _hub.snapshot("a/b", "test")
