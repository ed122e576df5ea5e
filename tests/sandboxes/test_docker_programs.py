"""Hostile and honest programs in docker slots, kept or new for each, end as they do in local ones."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
FRESH = ("slot", "task")
pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(300)]


def lines(engine, script, *arguments):
    """What a runner printed: the tier, then one line per program."""
    words = [sys.executable, str(FOLDER / script), *map(str, arguments), "docker"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    first, *rest = map(json.loads, done.stdout.splitlines())
    assert first["tier"] == "docker"
    return rest


@pytest.mark.parametrize("fresh", FRESH)
@pytest.mark.parametrize("corpus", ["dev", "fidelity_dev"])
def test_docker_corpus_ends_as_expected(slot_image, corpus, fresh, shared):
    """Every program ends in its class, and the next one sees nothing of it."""
    path = shared / "data" / "abuses" / f"{corpus}.jsonl"
    found = lines(slot_image, "corpus_runner.py", path, fresh)
    assert len(found) == len(path.read_text().splitlines())
    assert [each for each in found if not (each["held"] and each["clean"])] == []


@pytest.mark.parametrize("fresh", FRESH)
def test_docker_hostile_programs_end_as_expected(slot_image, fresh):
    """This project's own ones: verdict, evidence, speed, neighbours, the host."""
    found = lines(slot_image, "hostile_runner.py", fresh)
    assert len(found) == len(list((FOLDER / "hostile").glob("*.py")))
    wrong = [each["name"] for each in found if each["wrong"]]
    # A wall clock of 1.2 s says little on a machine with other work: each gets a second chance.
    again = lines(slot_image, "hostile_runner.py", fresh, *wrong) if wrong else []
    assert [each for each in again if each["wrong"]] == []
