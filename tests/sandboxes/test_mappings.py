"""Libraries are mapped in two parts where processes fork, and work as before."""

import subprocess
import sys

from grader.sandboxes._slot import mappings

LIBRARY = """\
7f0000000000-7f0000010000 r--p 00000000 fe:00 1    /usr/lib/one two.so
7f0000010000-7f0000020000 r-xp 00010000 fe:00 1    /usr/lib/one two.so
7f0000020000-7f0000030000 r--p 00020000 fe:00 1    /usr/lib/one two.so
7f0000030000-7f0000031000 r--p 00030000 fe:00 1    /usr/lib/one two.so
7f0000031000-7f0000033000 rw-p 00031000 fe:00 1    /usr/lib/one two.so
7f0000033000-7f0000034000 rw-p 00000000 00:00 0
7f0000040000-7f0000050000 r--p 00000000 fe:00 2    /usr/lib/locale/LC_CTYPE
7ffedb49a000-7ffedb4bb000 rw-p 00000000 00:00 0    [stack]
"""
PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from grader.sandboxes._slot import mappings

def count():
    with open("/proc/self/maps") as file:
        return len(file.readlines())

before = count()
mappings.unlock()
mappings.unlock()
mappings.join()
import decimal, json
assert json.loads("[1.5]") == [1.5] and decimal.Decimal("1.5") == 1.5
print(before, count())
"""


LARGE = """
import sys
sys.path.insert(0, sys.argv[1])
from grader.sandboxes._slot import large_pages, mappings

mappings.unlock()
mappings.join()
with open("/proc/self/maps") as file:
    code = [part for part in mappings.read(file.read()) if part.rights == "r-xp"]
large_pages.settle()
large_pages.settle()
import os
if not (child := os.fork()):
    import decimal, json
    assert json.loads("[1.5]") == [1.5] and decimal.Decimal("1.5") == 1.5
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
import ctypes
for part in code:
    with open(part.path, "rb") as file:
        data = file.read()
    assert ctypes.string_at(part.start, part.end - part.start) in data + bytes(1 << 16), part
print("as before")
"""


def run(program):
    from grader.sandboxes._slot.slot import PACKAGE_PARENT  # noqa: PLC0415

    return subprocess.run(
        [sys.executable, "-c", program, str(PACKAGE_PARENT)],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip


def test_what_the_loader_locked_is_unlocked_and_nothing_else():
    parts = list(mappings.read(LIBRARY))
    assert list(mappings.unlocked(parts)) == [(0x7F0000030000, 0x7F0000031000, 3)]
    unlocked = [*parts[:3], parts[3]._replace(rights="rw-p"), *parts[4:]]
    assert list(mappings.unlocked(unlocked)) == []


def test_what_cannot_be_written_becomes_one_part():
    parts = list(mappings.read(LIBRARY))
    del parts[3]
    assert list(mappings.joined(parts)) == [(0x7F0000000000, 0x7F0000030000, 5)]
    del parts[1]
    assert list(mappings.joined(parts)) == []


def test_process_with_fewer_mappings_goes_on_as_before():
    before, after = map(int, run(PROGRAM).split())
    assert after < before


def test_code_in_large_pages_is_the_same_code():
    assert run(LARGE) == "as before\n"
