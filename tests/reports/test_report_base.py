"""Nothing that a sample wrote may reach a terminal as more than harmless text."""

import errno
import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import plugins
from grader.cli.report import FORMATS
from grader.errors import InfraError, UsageError
from grader.reports.base import cells, clean, fit, replacing

quick = settings(max_examples=200, deadline=None, database=None)
anything = st.text(st.characters(exclude_categories=()), max_size=80)

HOSTILE = {
    "colour": "\x1b[31mred",
    "title": "\x1b]0;owned\x07",
    "clipboard": "\x1b]52;c;cm0gLXJm\x1b\\",
    "clear": "\x1b[2J\x1b[H",
    "device status": "\x1b[6n",
    "c1 control sequence": "\x9b31m",
    "device control": "\x90q\x9c",
    "nul": "a\0b",
    "bell and backspace": "\a\b\x7f",
    "carriage return": "safe\rEVIL",
    "new lines": "a\nb\vc\fd\x85e\u2028f\u2029g",
    "right to left override": "abc\u202egpj.exe",
    "isolates": "\u2066a\u2067b\u2068c\u2069",
    "marks": "\u200e\u200f\u061c",
    "zero width": "a\u200bb\u200cc\u200dd\ufeffe",
    "lone surrogates": "\ud800x\udfff",
    "tags": "\U000e0041\U000e007f",
    "private use": "\ue000\U0010ffff",
    "no character": "\ufffe\uffff",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_clean_leaves_nothing_that_acts(name):
    safe = clean(HOSTILE[name])
    assert safe.isprintable()
    assert "\\" in safe


def test_clean_shows_what_was_there():
    assert clean("\x1b[31mred\n\u202e") == r"\x1b[31mred\n\u202e"


def test_clean_keeps_ordinary_text():
    assert clean("naïve 日本語 → ok (line 3)") == "naïve 日本語 → ok (line 3)"


@quick
@given(anything)
def test_clean_is_printable_and_encodable_whatever_comes(text):
    safe = clean(text, None)
    assert safe.isprintable()
    assert safe.encode().decode() == safe
    assert not {unicodedata.category(character) for character in safe} & {
        "Cc",
        "Cf",
        "Cs",
        "Co",
        "Cn",
    }


@quick
@given(anything, st.integers(0, 40))
def test_clean_keeps_to_its_limit(text, limit):
    assert cells(clean(text, limit)) <= limit


@quick
@given(anything)
def test_clean_changes_nothing_the_second_time(text):
    assert clean(clean(text, None), None) == clean(text, None)


def test_clean_marks_what_it_cut():
    assert clean("a" * 50, 10) == "a" * 9 + "…"


def test_clean_looks_at_no_more_than_it_shows():
    """A gigabyte of escapes must not cost a gigabyte: only the head is ever copied."""

    class Counted(str):
        __slots__ = ()

        def __iter__(self):
            raise AssertionError("walked through the whole text")

        def isprintable(self):
            raise AssertionError("looked at the whole text")

    assert clean(Counted("\x1b" * 100), 8).startswith(r"\x1b")


def test_fit_counts_wide_characters_twice():
    assert cells("日本") == 4
    assert fit("日本語", 5) == "日本…"


def test_every_report_member_renders_composes_or_writes():
    for name in plugins.names("reports"):
        member = plugins.load("reports", name)
        kinds = [kind for kind in ("render", "compose", "write") if hasattr(member, kind)]
        assert len(kinds) == 1, name
        assert hasattr(member, "write") == hasattr(member, "default_path"), name
        assert hasattr(member, "write") != hasattr(member, "SUFFIX"), name


def test_report_names_every_member_in_its_help():
    assert set(FORMATS.split(", ")) == set(plugins.names("reports"))


def test_replacing_leaves_the_old_file_when_the_block_fails(tmp_path):
    out = tmp_path / "out.json"
    out.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(out) as file:
        file.write("new")
        1 / 0  # noqa: B018
    assert out.read_text() == "old"
    assert list(tmp_path.iterdir()) == [out]


def test_replacing_writes_through_a_link(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with replacing(tmp_path / "link") as file:
        file.write("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_replacing_does_not_replace_a_device():
    device = Path(os.devnull)
    with replacing(device) as file:
        file.write("gone")
    assert device.is_char_device()


def test_replacing_names_a_path_that_cannot_be_written(tmp_path):
    out = tmp_path / "missing" / "out.json"
    with pytest.raises(UsageError, match=r"cannot write '.*out\.json'"), replacing(out):
        pass


def test_replacing_calls_a_full_disk_our_trouble(tmp_path):
    with pytest.raises(InfraError, match="no space left"), replacing(tmp_path / "out.json"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
