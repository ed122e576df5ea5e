"""Whose limit a process was killed for, where no control group tells."""

import os

import pytest

from grader.sandboxes._slot import covers
from grader.sandboxes._slot.kills import ELSEWHERE, OWN, KillCounters


@pytest.fixture
def counters(tmp_path):
    """A process table with a counter of the machine's kills, and what looks at it."""

    def set_to(kills):
        (tmp_path / "vmstat").write_bytes(b"nr_pages 9\noom_kill %d\nlast 1\n" % kills)

    set_to(7)
    folder = os.open(tmp_path, os.O_RDONLY)
    yield set_to, KillCounters(None, folder)
    os.close(folder)


@pytest.mark.parametrize(("share", "expected"), [(0.6, OWN), (0.4, ELSEWHERE)])
def test_a_kill_during_the_step_is_for_want_of_memory(counters, share, expected):
    set_to, kills = counters
    kills.begin()
    set_to(8)
    assert kills.found(killed=True, share=share) == expected


def test_a_kill_between_two_steps_is_none_of_the_next_one_s(counters):
    set_to, kills = counters
    kills.begin()
    set_to(9)
    kills.begin()
    assert kills.found(killed=True, share=0.9) is None


def test_a_step_that_was_not_killed_lacked_no_memory(counters):
    set_to, kills = counters
    kills.begin()
    set_to(8)
    assert kills.found(killed=False, share=0.9) is None


def test_a_machine_that_does_not_count_kills_tells_nothing(tmp_path):
    folder = os.open(tmp_path, os.O_RDONLY)
    kills = KillCounters(None, folder)
    kills.begin()
    assert kills.found(killed=True, share=0.9) is None
    os.close(folder)


def test_an_entry_that_this_kernel_lacks_needs_no_cover(tmp_path):
    cover = tmp_path / "empty"
    cover.touch()
    covers._bind(str(cover), str(tmp_path / "none"))


@pytest.mark.parametrize("cover", ["missing", "file"])
def test_an_entry_that_cannot_be_covered_is_told(tmp_path, cover):
    (tmp_path / "file").touch()
    (tmp_path / "entry").mkdir()
    with pytest.raises(OSError, match="mount"):
        covers._bind(str(tmp_path / cover), str(tmp_path / "entry"))
