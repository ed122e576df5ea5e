"""Hostile and honest programs in real slots, as root and as a user, with namespaces and without."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from modes import MODES, Mode, command, options

MULTIPROCESSING_NEEDS_SHARED_MEMORY = {
    "multiprocessing.Pool fork",
    "multiprocessing Manager / Queue / Lock",
    "ProcessPoolExecutor",
}
"""Without a mount namespace there is no private /dev/shm for semaphores."""
FRESH = ("slot", "task")


def lines(words: list[str], mode: Mode) -> list[dict]:
    """What a runner printed: the tier, then one line per program."""
    done = subprocess.run(words, capture_output=True, text=True, check=False, **options(mode))
    if "SandboxError" in done.stderr and not done.stdout:
        pytest.skip(f"no local sandbox here: {done.stderr.splitlines()[-1][:200]}")
    assert done.returncode == 0, done.stderr[-2000:]
    first, *rest = map(json.loads, done.stdout.splitlines())
    assert first["tier"] == ("bare" if mode.bare else "userns")
    return rest


def cases() -> list:
    together = [
        (mode, fresh) for mode in MODES for fresh in FRESH if not (mode.bare and fresh == "task")
    ]
    return [pytest.param(mode, fresh, id=f"{mode}-{fresh}") for mode, fresh in together]


@pytest.mark.slow
@pytest.mark.share(2)
@pytest.mark.timeout(300)
@pytest.mark.parametrize("corpus", ["dev", "fidelity_dev"])
@pytest.mark.parametrize(("mode", "fresh"), cases())
def test_local_corpus_ends_as_expected(mode, fresh, corpus, shared):
    """Every program ends in its class, and the next one in the slot sees nothing of it."""
    path = shared / "data" / "abuses" / f"{corpus}.jsonl"
    found = lines(command(mode, "corpus_runner.py", str(path), fresh), mode)
    assert len(found) == len(path.read_text().splitlines())
    allowed = MULTIPROCESSING_NEEDS_SHARED_MEMORY if mode.bare else set()
    wrong = [each for each in found if not (each["held"] and each["clean"])]
    assert [each for each in wrong if each["name"] not in allowed or not each["clean"]] == []


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("mode", "fresh"), cases())
def test_local_hostile_programs_end_as_expected(mode, fresh):
    """This project's own ones: verdict, evidence, speed, neighbours, the host."""
    found = lines(command(mode, "hostile_runner.py", fresh), mode)
    programs = list(Path(__file__).with_name("hostile").glob("*.py"))
    assert len(found) == len(programs)
    assert [each for each in found if each["wrong"]] == []
