"""A server in a process of its own, and a client that says what came back."""

from collections.abc import Callable, Iterator

import pytest
from served import RunningServer


@pytest.fixture(scope="session")
def server(caches) -> Iterator[RunningServer]:
    """One server for all tests that leave it as it was."""
    with RunningServer("--workers", "2") as running:
        yield running


@pytest.fixture
def serve() -> Iterator[Callable[..., RunningServer]]:
    """Starts servers of the test's own."""
    started: list[RunningServer] = []

    def start(*words: str) -> RunningServer:
        started.append(RunningServer(*words))
        return started[-1]

    yield start
    for each in started:
        each.close()
