"""Fixtures that every test may use."""

import signal
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from grader.core.container import ContainerOptions
from tests import machine, shares, side_by_side

TURNS = pytest.StashKey[side_by_side.SideBySide]()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """What `-n auto` of `scripts/test` means."""
    return side_by_side.processes(config)


def pytest_configure(config):
    """In a process beside others they share a folder, above their own.

    What a shell runs in the background ignores interrupts, and under `nohup` hang-ups; so would all
    that tests start, and some tests send them.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if hasattr(config, "workerinput"):
        config.stash[TURNS] = side_by_side.SideBySide(Path(config.option.basetemp).parent)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    """A test's time limit does not count how long it waits for its turn."""
    if beside := item.config.stash.get(TURNS, None):
        beside.enter("alone" if item.get_closest_marker("alone") else "beside")
    try:
        return (yield)
    finally:
        # Tests that want to be alone follow one another without a wait between them.
        if beside and not (nextitem and nextitem.get_closest_marker("alone")):
            beside.leave()


def pytest_terminal_summary(terminalreporter):
    terminalreporter.write_line(f"shares of tests were drawn by GRADER_TEST_SEED={shares.SEED}")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Whatever wants something of the machine has the mark `needs`, so that it can be chosen by it."""
    items[:], left = shares.of(items, config.args)
    config.hook.pytest_deselected(items=left)
    for item in items:
        if parts := machine.wanted(item):
            item.add_marker(pytest.mark.needs(*parts))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Before any fixture: what cannot run here is skipped, and never an error."""
    machine.require(*machine.wanted(item))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real benchmark data beside the project; the test is skipped without it."""
    machine.require("shared")
    return machine.SHARED


@pytest.fixture(scope="session", autouse=True)
def caches(tmp_path_factory) -> Iterator[Iterator[Path]]:
    """A new folder for every test's cache, and one for fixtures that several share."""
    folder = tmp_path_factory.mktemp("caches")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_CACHE", str(folder / "shared"))
        yield (folder / str(number) for number in count())


@pytest.fixture(autouse=True)
def own_cache(caches, monkeypatch):
    """No test takes anything from a user's cache or another test's, or leaves anything there."""
    monkeypatch.setenv("GRADER_CACHE", str(next(caches)))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def engine():
    """A client of a real engine."""
    machine.require("engine")
    client = machine.client()
    yield client
    client.close()


@pytest.fixture(scope="session")
def slot_image(engine):
    """The image of slots and of this suite's repositories."""
    machine.require("image")
    return ContainerOptions().image
