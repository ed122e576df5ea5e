"""`grader serve --worker` and `--executor http`: real machines behind real sockets."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack

import pytest
from served import ROOT, RunningServer

import grader
from grader.cli.machines import without_token
from grader.errors import GraderError, UsageError
from grader.record import journal, placement
from grader.run.options import SilentObserver

MARKERS = ("done", "failed", "error", "timeout")
NULL = ("--sandbox", "null", "--allow-weak", "--workers", "1", "--access-log", "/dev/null")
TOKEN = "correct-horse-battery-staple"
OTHER = """
import sys
import grader.engine.provenance as provenance
provenance.engine_sha256 = lambda: "0" * 64
from grader.__main__ import main
sys.exit(main())
"""


class Heard(SilentObserver):
    def __init__(self, *, at=0, do=None):
        self.notes = []
        self._seen, self._at, self._do = 0, at, do

    def note(self, text):
        self.notes.append(text)

    def result(self, result):
        self._seen += 1
        if self._seen == self._at:
            self._do()


def marked(write, count):
    return write(
        (f"add/{n % 3}", f"    return a + b  # {n}\n# null: {MARKERS[n % 4]}\n")
        for n in range(count)
    )


def null_run(bench, file, out, **more):
    choices = {"sandbox": "null", "allow_weak": True, "workers": 1, **more}
    return grader.evaluate("folder", file, data=bench, out=out, **choices)


def lines(run):
    found = [
        (each.task_id, each.index, each.verdict.value, each.reason, each.trust.value, each.same_as)
        for each in journal.read(run / journal.NAME)
    ]
    assert len(found) == len({each[:2] for each in found})
    return sorted(found)


def url(server):
    return f"http://{server.host}:{server.port}"


def test_machine_over_http_gives_the_verdicts_of_this_one(bench, tmp_path, write_samples):
    rows = [
        ("add/0", "    return a + b\n"),
        ("add/1", "    return a - b\n"),
        ("add/2", "    return (\n"),
    ]
    file = write_samples([*rows, *rows, ("add/0", "    import os; os._exit(0)\n")])
    with RunningServer("--worker", "--workers", "1", "--access-log", "/dev/null") as server:
        grader.evaluate(
            "folder",
            file,
            data=bench,
            out=tmp_path / "far",
            executor="http",
            worker_urls=(url(server),),
        )
    grader.evaluate("folder", file, data=bench, out=tmp_path / "near", workers=1)
    assert lines(tmp_path / "far") == lines(tmp_path / "near")
    assert placement.read(tmp_path / "far").machines[0].samples == 4


def test_machine_killed_under_load_loses_nothing(bench, tmp_path, write_samples):
    file = marked(write_samples, 500)
    with ExitStack() as stack:
        servers = [stack.enter_context(RunningServer("--worker", *NULL)) for _ in range(3)]
        heard = Heard(at=50, do=servers[0].process.kill)
        null_run(
            bench, file, tmp_path / "far", executor="http",
            worker_urls=tuple(map(url, servers)), observe=heard,
        )  # fmt: skip
    null_run(bench, file, tmp_path / "near")
    assert lines(tmp_path / "far") == lines(tmp_path / "near")
    assert any("lost" in note for note in heard.notes)


def test_machine_of_another_engine_is_refused_by_name(bench, tmp_path, write_samples):
    file = marked(write_samples, 40)
    argv = [sys.executable, "-c", OTHER, "serve", "--port", "0", "--worker", *NULL]
    other = subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        there = other.stdout.readline().split()[-1]
        heard = Heard()
        with RunningServer("--worker", *NULL) as server:
            null_run(
                bench, file, tmp_path / "run", executor="http",
                worker_urls=(there, url(server)), observe=heard,
            )  # fmt: skip
        with pytest.raises(UsageError, match=r"000000000000.*install the same"):
            null_run(bench, file, tmp_path / "none", executor="http", worker_urls=(there,))
    finally:
        other.kill()
        other.wait()
        other.stdout.close()
    assert len(lines(tmp_path / "run")) == 40
    assert any(there in note and "source 000000000000" in note for note in heard.notes)


def test_machine_wants_its_token_and_the_run_never_keeps_it(
    bench, tmp_path, write_samples, monkeypatch
):
    file = marked(write_samples, 8)
    (tmp_path / "tokens").write_text(f"driver {TOKEN}\n")
    with RunningServer("--worker", *NULL, "--token-file", str(tmp_path / "tokens")) as server:
        with pytest.raises(UsageError, match="another token"):
            null_run(bench, file, tmp_path / "a", executor="http", worker_urls=(url(server),))
        monkeypatch.setenv("GRADER_WORKER_TOKEN", TOKEN)
        null_run(bench, file, tmp_path / "b", executor="http", worker_urls=(url(server),))
    assert len(lines(tmp_path / "b")) == 8
    assert not any(
        TOKEN.encode() in path.read_bytes() for path in tmp_path.rglob("b/*") if path.is_file()
    )


@pytest.mark.parametrize("given", [["--worker-token", TOKEN], [f"--worker-token={TOKEN}"]])
def test_command_line_is_kept_without_its_token(given):
    words = ["grader", "evaluate", *given, "humaneval", "s.jsonl"]
    assert without_token(words) == ("grader", "evaluate", "humaneval", "s.jsonl")


def test_server_is_no_worker_unless_it_is_told_to_be(bench, tmp_path, write_samples):
    with RunningServer(*NULL) as server:
        assert server.ask("/v1/worker").status == 404
        with pytest.raises(UsageError, match="grader serve --worker"):
            null_run(
                bench, marked(write_samples, 4), tmp_path / "run",
                executor="http", worker_urls=(url(server),),
            )  # fmt: skip


def test_nobody_there_ends_the_run_at_once(bench, tmp_path, write_samples):
    with pytest.raises(GraderError, match="no machine is left"):
        null_run(
            bench, marked(write_samples, 4), tmp_path / "run",
            executor="http", worker_urls=("http://127.0.0.1:9",),
        )  # fmt: skip


WRONG_URLS = (
    ("127.0.0.1:8000", "http://HOST:PORT"),
    ("http://name:secret@127.0.0.1:1", "tokens have their option"),
    ("http://127.0.0.1:99999", "Port out of range"),
    ("file:///etc/passwd", "http://HOST:PORT"),
    ("http://127.0.0.1:1/\r\nX: y", "http://HOST:PORT"),
)


@pytest.mark.parametrize(("text", "why"), WRONG_URLS)
def test_url_that_cannot_be_asked_is_named(bench, tmp_path, write_samples, text, why):
    with pytest.raises(UsageError, match=why):
        null_run(
            bench, marked(write_samples, 1), tmp_path / "run", executor="http", worker_urls=(text,)
        )


def test_driver_killed_and_resumed_grades_each_sample_once(bench, tmp_path, write_samples):
    file = marked(write_samples, 700)
    with RunningServer("--worker", *NULL) as server:
        argv = [
            sys.executable, "-m", "grader", "evaluate", "folder", str(file), "--data", str(bench),
            "--out", str(tmp_path / "run"), "--executor", "http", "--worker-url", url(server),
            "--sandbox", "null", "--allow-weak", "--quiet",
        ]  # fmt: skip
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        driver = subprocess.Popen(
            argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env
        )
        kept = tmp_path / "run" / journal.NAME
        while driver.poll() is None and not (kept.exists() and kept.stat().st_size > 5_000):
            time.sleep(0.01)
        driver.send_signal(signal.SIGKILL)
        driver.wait()
        assert 0 < len(lines(tmp_path / "run")) < 700
        null_run(
            bench, file, tmp_path / "run", executor="http", worker_urls=(url(server),), resume=True
        )
    assert len(lines(tmp_path / "run")) == 700


@pytest.mark.parametrize(
    "body",
    [b"{}", b"[", b'{"engine_sha256":"x","asked":{"run_id":"r"},"jobs":[]}', b"\xff" * 100],
)
def test_worker_answers_nonsense_with_a_sentence(body):
    with RunningServer("--worker", *NULL) as server:
        reply = server.ask("/v1/worker/chunk", body, Content_Type="application/json")
        assert reply.status == 200
        told = json.loads(reply.body.splitlines()[-1])
        assert told["failed"] == "UsageError"
        assert told["why"]
