"""The local sandbox's parts that need no slot."""

import json
import os
import stat

import pytest

from grader.core.execution import CompletionWord
from grader.sandboxes._slot import facts, host, scratch, seccomp, step, wire
from grader.sandboxes.local import provider

NONCE = b"0123456789abcdef"


def test_emptying_survives_depth_that_no_path_can_name(tmp_path):
    top = tmp_path / "top"
    top.mkdir()
    here = os.open(top, os.O_RDONLY)
    for _ in range(5000):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(os.open("bottom", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    scratch.remove(str(top))
    assert not top.exists()


def test_emptying_does_not_follow_links(tmp_path):
    victim, top = tmp_path / "victim", tmp_path / "top"
    (victim / "kept").mkdir(parents=True)
    victim.chmod(0o755)
    top.mkdir()
    (top / "folder").mkdir()
    for place in (top, top / "folder"):
        (place / "link").symlink_to(victim)
        (place / "file link").symlink_to(victim / "kept")
    scratch.empty(str(top))
    assert list(top.iterdir()) == []
    assert (victim / "kept").is_dir()
    assert stat.S_IMODE(victim.stat().st_mode) == 0o755


def test_emptying_takes_odd_names_and_locked_folders(tmp_path):
    for name in (b"new\nline", b"\xff", b"n" * 255):
        (tmp_path / os.fsdecode(name)).mkdir()
        (tmp_path / os.fsdecode(name) / "file").write_text("x")
        (tmp_path / os.fsdecode(name)).chmod(0)
    os.mkfifo(tmp_path / "fifo")
    scratch.empty(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_packages_have_a_place_where_python_has_none_for_them(tmp_path, monkeypatch):
    """Debian's Python in a virtual environment names a folder that its read-only /usr lacks.

    With numpy in that environment no namespaces could be built, and samples ran without any.
    """
    usual = tmp_path / "site-packages"
    monkeypatch.setattr(host.sysconfig, "get_path", lambda *_, **__: str(usual))
    shown = [place for place, _ in host.packages(("pydantic",))]
    assert f"{host.OWN_SITE}/pydantic" in shown
    assert host.sys_path("/work")[-1] == host.OWN_SITE
    usual.mkdir()
    assert host.site_folder() == str(usual)


def test_removing_what_is_not_there_is_no_trouble(tmp_path):
    scratch.remove(str(tmp_path / "absent"))


@pytest.mark.parametrize("spoil", ["file", "rights", "attribute"])
def test_place_is_dirty_when_anything_differs(tmp_path, spoil):
    tmp_path.chmod(scratch.RIGHTS)
    assert not scratch.dirty((str(tmp_path),))
    match spoil:
        case "file":
            (tmp_path / "left").touch()
        case "rights":
            tmp_path.chmod(0o755)
        case "attribute":
            try:
                os.setxattr(tmp_path, "user.left", b"x")
            except OSError:
                pytest.skip("this file system has no attributes")
    assert scratch.dirty((str(tmp_path),))


@pytest.mark.parametrize(
    "said",
    [
        {"said": ["done"]},
        {"said": {"done": 1}},
        {"said": None},
        {"said": "passed"},
        {"said": 1},
        {},
    ],
)
def test_record_that_says_nothing_known_counts_as_none(said):
    data = NONCE + json.dumps(said).encode()
    assert facts.completion(step.record(data, NONCE, trusted=True)).said is CompletionWord.NOTHING
    assert facts.completion(said).said is CompletionWord.NOTHING


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b'"done"',
        b"[" * 100_000,
        b"{",
        b"\xff",
        b"nul",
        b"9" * 5000,
        b'{"said":"done"}{}',
    ],
)
def test_record_that_is_not_one_object_counts_as_none(text):
    assert step.record(NONCE + text, NONCE, trusted=True) == {}


def test_record_without_its_nonce_counts_as_none():
    assert step.record(b"x" * 16 + b'{"said":"done"}', NONCE, trusted=True) == {}


def test_record_keeps_known_parts_of_the_right_type_only():
    said = {
        "said": "raised", "exception": 1, "message": ["deep", ["deeper"]], "line": True,
        "traceback": {}, "events": ["a", 1, {}], "unknown": "x",
    }  # fmt: skip
    found = step.record(NONCE + json.dumps(said).encode(), NONCE, trusted=True)
    assert found == {"said": "raised", "events": ["a"]}


@pytest.mark.parametrize("text", ["\x7f", "\0", "\ud800", "\U0001f600", '"'])
def test_record_of_any_text_fits_into_a_frame(text):
    parts = dict.fromkeys(("exception", "message", "traceback"), text * 300_000)
    data = NONCE + json.dumps({"said": "raised", "events": [text] * 90_000, **parts}).encode()
    found = step.record(data, NONCE, trusted=False)
    assert found["said"] == "raised"
    assert len(wire.encode({"record": found})) < wire.MAX_HEADER // 8


@pytest.mark.parametrize("key", ["events", "learned", "leaving"])
def test_record_of_a_candidate_holds_nothing_that_is_the_checkers(key):
    said = {"said": "done", "events": ["x"], "learned": "00", "leaving": True}
    assert key not in step.record(NONCE + json.dumps(said).encode(), NONCE, trusted=False)
    assert key in step.record(NONCE + json.dumps(said).encode(), NONCE, trusted=True)


def test_completion_makes_lone_surrogates_harmless():
    found = facts.completion({"said": "raised", "exception": "E\ud800", "message": "\udfff"})
    assert (found.exception, found.message) == ("E\\ud800", "\\udfff")


@pytest.mark.parametrize("line", [-1, 10**30, True, "3", 1.5])
def test_completion_ignores_lines_that_cannot_be(line):
    assert facts.completion({"said": "raised", "line": line}).line == 0


@pytest.mark.parametrize("prefix", [b"\xff" * 8, b"\x00\x00\x00\x00\xff\xff\xff\xff"])
def test_frame_that_no_peer_sends_is_refused(prefix):
    with pytest.raises(ValueError, match="frame of"):
        wire.lengths(prefix)


def test_frame_forgets_its_body():
    frame = wire.Frame({}, bytearray(b"secret"), [])
    frame.scrub()
    assert bytes(frame.body) == bytes(6)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize("internet", [True, False])
def test_filter_is_whole_instructions_on_every_machine(machine, internet):
    families = seccomp.families(internet=internet)
    program = seccomp.build(machine, families=families, metered=internet, shared_user=True)
    assert 100 < program.length < 4096


@pytest.mark.parametrize(
    ("walls", "enough"),
    [
        (("pid-ns",), True),
        (("seccomp", "landlock-6"), True),
        (("seccomp", "landlock-5"), False),
        (("seccomp", "landlock-1", "other-uid"), True),
        (("seccomp", "other-uid"), False),
        (("landlock-7", "other-uid"), False),
        ((), False),
    ],
)
def test_floor_needs_something_that_keeps_signals_in(walls, enough):
    """Before Landlock's level 6 a program without namespaces may kill its own user's processes."""
    assert provider._above_floor(walls) is enough
