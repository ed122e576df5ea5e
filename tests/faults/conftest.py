"""A container engine of these tests' own, with small images in it, and what a quiet run says."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults import toy
from tests.faults.evaluation import SAMPLES, WORDS, Evaluation
from tests.sandboxes.private_engine import private_engine


@pytest.fixture(scope="session")
def data(tmp_path_factory) -> Path:
    """The folder of rows, predictions, tasks, samples and the image."""
    folder = tmp_path_factory.mktemp("data")
    toy.write_rows(folder / "rows.jsonl", images={toy.TASK: toy.IMAGE})
    toy.write_predictions(folder / "predictions.jsonl", [toy.TASK])
    toy.write_functions(folder)
    return folder


@pytest.fixture(scope="session")
def shared_engine(engine, tmp_path_factory):
    """One engine for all tests: each leaves it running and empty."""
    folder = tmp_path_factory.mktemp("engine")
    with private_engine(folder, toy.image(folder), toy.IMAGE, size_mb=600) as made:
        yield made


@pytest.fixture
def private(shared_engine):
    """The engine, alive; nothing of a run is left in it afterwards."""
    yield shared_engine
    if not shared_engine.lives():
        shared_engine.kill()
        shared_engine.start()
    words = [sys.executable, "-m", "grader", "clean", "--engine", shared_engine.host]
    subprocess.run(words, check=True, capture_output=True)
    assert shared_engine.leavings() == []


@pytest.fixture
def evaluation(private, data, tmp_path):
    """Makes runs in a folder of their own; none outlives the test."""
    made: list[Evaluation] = []

    def make(kind: str, *more: str) -> Evaluation:
        folder = tmp_path / f"{kind}-{len(made)}"
        shutil.copytree(data, folder)
        made.append(Evaluation(kind, folder, private, *more))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture(scope="session")
def expected(shared_engine, data, tmp_path_factory):
    """The verdicts of an undisturbed run, by kind."""
    found: dict[str, dict] = {}
    for kind in WORDS:
        folder = tmp_path_factory.mktemp("quiet") / kind
        shutil.copytree(data, folder)
        quiet = Evaluation(kind, folder, shared_engine)
        assert quiet.complete()[0] == 0
        found[kind] = quiet.verdicts()
        assert len(found[kind]) == SAMPLES[kind]
        assert {"passed", "failed"} <= set(found[kind].values())
    return found
