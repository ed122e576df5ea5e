"""What a step did to its scratch space is told by change times, and doubted where they may hide it."""

import os
import time

import pytest

from grader.sandboxes._slot import traces
from grader.sandboxes._slot.program_file import ProgramFile
from grader.sandboxes._slot.scratch import RIGHTS, FolderScratch


@pytest.fixture
def place(tmp_path):
    made = FolderScratch(str(tmp_path / "slot"), [])
    made.wipe(0)
    return made


def past(place):
    """Traces of places whose last change is older than the clock is coarse."""
    until = max(os.lstat(each).st_ctime_ns for each in place.places)
    while time.clock_gettime_ns(traces.COARSE) <= until:
        pass
    found = traces.SlotTraces(place)
    found.begin()
    return found


def test_untouched_places_need_no_look(place):
    found = past(place)
    assert (found.touched(), found.doubtful(), found.is_clean()) == (False, (), True)


@pytest.mark.parametrize(
    "touch",
    [
        lambda folder: os.close(os.open(f"{folder}/left", os.O_CREAT)),
        lambda folder: (os.mkdir(f"{folder}/gone"), os.rmdir(f"{folder}/gone")),
        lambda folder: (os.chmod(folder, 0o700), os.chmod(folder, RIGHTS)),
    ],
    ids=["left", "made and removed", "other rights and back"],
)
def test_every_change_is_told(place, touch):
    found = past(place)
    touch(place.places[-1])
    assert found.touched()
    assert not found.is_clean()


def test_places_that_changed_just_now_are_looked_into(place):
    found = traces.SlotTraces(place)
    found._moment = 0
    found.begin()
    found._moment = min(os.lstat(each).st_ctime_ns for each in place.places)
    assert set(found.doubtful()) == set(place.places)


def test_program_file_of_others_stays_and_is_as_new(place):
    place.forgets = True
    found = past(place)
    file = ProgramFile(place, found, stays=True)
    path = f"{place.job}/solution.py"
    file.put(path, b"a longer text\n")
    again = past(place)
    file.leave()
    file.put(path, b"short\n")
    with open(path, "rb") as read:
        assert read.read() == b"short\n"
    assert not again.touched()


def test_program_file_is_the_only_one(place):
    place.forgets = True
    file = ProgramFile(place, traces.SlotTraces(place), stays=True)
    file.put(f"{place.job}/first.py", b"1\n")
    file.put(f"{place.job}/second.py", b"2\n")
    assert os.listdir(place.job) == ["second.py"]
    file.remove()
    assert os.listdir(place.job) == []


def test_program_file_of_the_same_user_is_gone_after_the_step(place):
    file = ProgramFile(place, traces.SlotTraces(place), stays=True)
    file.put(f"{place.job}/solution.py", b"1\n")
    file.leave()
    assert os.listdir(place.job) == []
