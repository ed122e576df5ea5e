"""A run from somebody else: every command reads hostile files without a hang, a bug or a write."""

import json
import os
import shutil
import socket
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.record import received
from grader.record.line import link

SECRET = "nobody may overwrite this\n"
COMMANDS = {
    "report": ("report", "bad"),
    "json": ("report", "bad", "--json"),
    "markdown": ("report", "bad", "--format", "markdown"),
    "csv": ("report", "bad", "--format", "csv"),
    "junit": ("report", "bad", "--format", "junit"),
    "html": ("report", "bad", "--format", "html"),
    "eee": ("report", "bad", "--format", "every-eval-ever"),
    "eee-samples": ("report", "bad", "--format", "every-eval-ever-samples"),
    "in-toto": ("report", "bad", "--format", "in-toto"),
    "human-eval": ("report", "bad", "--format", "human-eval"),
    "evalplus": ("report", "bad", "--format", "evalplus"),
    "show": ("show", "bad"),
    "diff": ("diff", "base", "bad"),
    "compare": ("compare", "base", "bad"),
    "audit": ("audit", "base", "bad"),
    "leaderboard": ("leaderboard", "build", "bad", "--out", "site"),
    "verify": ("verify", "bad"),
    "regrade": ("regrade", "bad"),
    "irt": ("irt", "fit", "base", "bad", "--out", "items.json"),
}
REFUSED = {"leaderboard": {0, 2, 3}, "verify": {2, 3}}
"""A board refuses the one entry; verify lists the damage."""
NO_REGULAR_FILE = ("pipe", "zero", "folder", "socket", "link", "dangling")


@pytest.fixture
def run(dry, samples) -> Path:
    """`base`, a run of four samples, and `bad`, a copy of it to be spoiled."""
    pairs = [("seat-blocks", "done"), ("bill-split", "wrong"), ("tag-check", "done")]
    dry(samples(pairs), "--out", "base")
    assert Path("base/results.jsonl").exists()
    shutil.copytree("base", "bad")
    Path("secret").write_text(SECRET)
    return Path("bad")


def put(path: Path, what: str) -> None:
    """Put something that is no regular file in the place of one."""
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    match what:
        case "pipe":
            os.mkfifo(path)
        case "zero":
            path.symlink_to("/dev/zero")
        case "folder":
            path.mkdir()
        case "socket":
            with socket.socket(socket.AF_UNIX) as bound:
                here = Path.cwd()
                os.chdir(path.parent)  # a socket's name has room for 108 bytes
                bound.bind(path.name)
                os.chdir(here)
        case "link":
            path.symlink_to(Path("secret").resolve())
        case _:
            path.symlink_to(Path("made").resolve())


def harmless(done) -> None:
    assert "a bug in grader" not in done.err, done.err
    assert done.status in {0, 2, 3, 4}, done.err
    assert Path("secret").read_text() == SECRET
    assert not Path("made").exists()


@pytest.mark.parametrize("what", NO_REGULAR_FILE)
@pytest.mark.parametrize("name", ["results.jsonl", "run.json"])
def test_what_is_no_regular_file_is_refused_by_every_command(run, grader, name, what):
    put(run / name, what)
    for words in COMMANDS.values():
        done = grader(*words)
        harmless(done)
        told = done.out + done.err
        assert done.status in REFUSED.get(words[0], {2}), (words, told)
        assert name in told, (words, told)
        assert done.err.count("\n") <= 1, (words, done.err)


@pytest.mark.parametrize("what", NO_REGULAR_FILE)
@pytest.mark.parametrize(
    "name", ["report.json", "seal.json", "artifacts", "repeats", "report.html", ".lock"]
)
def test_what_is_no_regular_file_beside_the_results_harms_no_command(run, grader, name, what):
    put(run / name, what)
    for words in COMMANDS.values():
        harmless(grader(*words))


@pytest.mark.parametrize("what", NO_REGULAR_FILE)
@pytest.mark.parametrize(
    "name", ["results.jsonl", "run.json", "report.json", "seal.json", "artifacts", ".lock"]
)
def test_resume_writes_through_nothing(run, dry, samples, name, what):
    put(run / name, what)
    pairs = [("seat-blocks", "done"), ("bill-split", "wrong"), ("tag-check", "done")]
    harmless(dry(samples(pairs), "--out", "bad", "--resume"))


def test_a_page_is_not_written_through_a_link(run, grader):
    put(run / "report.html", "link")
    done = grader("report", "bad", "--format", "html")
    assert done.status == 2
    assert "is a link" in done.err


def with_line(run: Path, change: Callable[[dict], dict] | Callable[[bytes], bytes], *, text=False):
    """Replace the second line by a changed one whose checksum and link are as they must be."""
    path = run / "results.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    value = json.loads(lines[1])
    for key in ("crc", "chain"):
        value.pop(key)
    if text:
        rest = change(json.dumps(value, separators=(",", ":")).encode()[1:])
    else:
        rest = json.dumps(change(value), separators=(",", ":")).encode()[1:]
    head = json.loads(lines[0])["chain"]
    linked = rest[:-1] + b',"chain":"%b"}' % link(head, rest).encode()
    lines[1] = b'{"crc":"%08x",%b\n' % (zlib.crc32(linked), linked)
    path.write_bytes(b"".join(lines))


def measured(**facts: object) -> Callable[[dict], dict]:
    def change(value: dict) -> dict:
        step = {"name": "x", "ended": "exit", **facts}
        execution = {"provider": "x", "isolation": {"tier": "none"}, "steps": [step]}
        return value | {"execution": execution}

    return change


def texts(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(rest: bytes) -> bytes:
        assert old in rest
        return rest.replace(old, new, 1)

    return change


UNREAD = (
    "seconds",
    "number of seconds",
    "memory",
    "deep",
    "reason",
    "share",
    "field",
    "start",
    "nobody",
)
"""Ends of what `diff`, `compare`, `audit` and `irt` never look at."""
DEEP = b'"evidence":' + b"[" * 100_000 + b"]" * 100_000
HOSTILE = {
    "negative index": (lambda value: value | {"index": -1}, False),
    "huge index": (lambda value: value | {"index": 1 << 63}, False),
    "endless index": (texts(b'"index":0', b'"index":' + b"9" * 5000), True),
    "text as index": (lambda value: value | {"index": "0"}, False),
    "infinite seconds": (measured(wall_s=float("inf")), False),
    "no number of seconds": (measured(cpu_s=float("nan")), False),
    "negative seconds": (measured(wall_s=-1.0), False),
    "huge seconds": (measured(cpu_s=1e300), False),
    "negative memory": (measured(peak_mb=-5.0), False),
    "endless seconds": (texts(b'"verdict":', b'"attempts":1e999,"verdict":'), True),
    "unknown verdict": (lambda value: value | {"verdict": "glorious"}, False),
    "list as task": (lambda value: value | {"task_id": ["x"]}, False),
    "unknown field": (lambda value: value | {"bonus": 1}, False),
    "deep": (texts(b'"index":0', b'"index":0,' + DEEP), True),
    "deep start": (texts(b'"task_id":', DEEP + b',"task_id":'), True),
    "no UTF-8": (texts(b'"task_id":"', b'"task_id":"\xff'), True),
    "no UTF-8 in a reason": (texts(b'"index":0', b'"index":0,"reason":"\xff"'), True),
    "lone surrogate": (texts(b'"task_id":"', b'"task_id":"\\ud800'), True),
    "key twice": (texts(b'"index":0', b'"index":0,"index":1'), True),
    "verdict twice": (texts(b'"index":0', b'"index":0,"verdict":"passed"'), True),
    "key twice at the end": (
        texts(b'"engine_version"', b'"verdict":"error","engine_version"'),
        True,
    ),
    "key twice, spelled otherwise": (
        texts(b'"engine_version"', b'"verd\\u0069ct":"error","engine_version"'),
        True,
    ),
    "key twice, with a space": (
        texts(b'"engine_version"', b'"verdict" :"error","engine_version"'),
        True,
    ),
    "share": (lambda value: value | {"solution_share": 7.5}, False),
    "same as nobody": (lambda value: value | {"same_as": -3}, False),
    "not an object": (lambda _: b"[1]}", True),
    "null": (dict.fromkeys, False),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_line_that_no_run_has_is_named_by_every_command(run, grader, dry, samples, name):
    change, text = HOSTILE[name]
    with_line(run, change, text=text)
    for words in COMMANDS.values():
        done = grader(*words)
        harmless(done)
        told = done.out + done.err
        if words[0] in {"diff", "compare", "irt", "audit"} and name.endswith(UNREAD):
            continue  # they read keys and verdicts alone
        wanted = "results.jsonl" if words[0] in REFUSED else "results.jsonl:2"
        assert wanted in told, (words, told)
        assert done.status in REFUSED.get(words[0], {2}), (words, told)
    pairs = [("seat-blocks", "done"), ("bill-split", "wrong"), ("tag-check", "done")]
    done = dry(samples(pairs), "--out", "bad", "--resume")
    harmless(done)
    assert done.status == 2


def test_a_line_without_an_end_is_refused_before_it_is_read(run, grader, monkeypatch):
    monkeypatch.setattr(received, "LINE_BYTES", 1 << 16)
    path = run / "results.jsonl"
    path.write_bytes(b'{"crc":"' + b"0" * (1 << 20) + path.read_bytes())
    done = grader("report", "bad")
    assert done.status == 2
    assert "results.jsonl:1" in done.err


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"created_at": ', '"created_at": 1e300, "x": '),
        ('"workers": ', '"workers": 1e999, "workers": '),
        ('"workers": ', '"workers": 3, "workers": '),
        ('"timeout_s": null', '"timeout_s": Infinity'),
        ('"limit": null', '"limit": ' + "9" * 5000),
        ('"tags": []', '"tags": ' + "[" * 100_000 + "]" * 100_000),
        ('"model": ""', '"model": 7'),
        ("{", "\x00"),
    ],
)
def test_a_manifest_that_no_run_has_is_refused_by_every_command(run, grader, old, new):
    path = run / "run.json"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    for words in COMMANDS.values():
        done = grader(*words)
        harmless(done)
        assert "run.json" in done.out + done.err
        assert done.status in REFUSED.get(words[0], {2}), (words, done)


def test_places_that_a_manifest_names_are_not_waited_for(run, grader):
    """Data and samples of somebody else's run lie where its manifest says: perhaps in a pipe."""
    os.mkfifo("pipe")
    path = run / "run.json"
    stored = json.loads(path.read_text())
    stored["dataset"]["path"] = stored["samples_path"] = str(Path("pipe").resolve())
    stored["k"] = [1, 10**15]
    path.write_text(json.dumps(stored))
    for words in COMMANDS.values():
        harmless(grader(*words))


def test_temporary_names_of_writers_may_be_taken(run, grader):
    for name in ("report.html", "report.json", "seal.json", "results.jsonl"):
        (run / f".{name}.{os.getpid()}").symlink_to(Path("secret").resolve())
    for words in COMMANDS.values():
        harmless(grader(*words))
