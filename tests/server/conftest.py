"""A server in a process of its own, and a client that says what came back."""

from collections.abc import Callable, Iterator

import pytest
from served import RunningServer

from tests.small_benchmark import bench, write_samples

__all__ = ["bench", "write_samples"]


@pytest.fixture(scope="session")
def server(caches) -> Iterator[RunningServer]:
    """One server for all tests that leave it as it was."""
    with RunningServer("--workers", "2") as running:
        yield running


@pytest.fixture(scope="session")
def small(caches) -> Iterator[RunningServer]:
    """One with little patience and little room."""
    with RunningServer(
        engine={"workers": 1},
        requests={
            "body_bytes": 1 << 20,
            "line_bytes": 1 << 18,
            "body_s": 0.4,
            "body_total_s": 1,
            "waiting": 8,
            "client_waiting": 4,
        },
        connections={"connections": 60, "head_s": 0.5, "head_bytes": 4096, "write_s": 0.5},
    ) as running:
        yield running


@pytest.fixture
def serve() -> Iterator[Callable[..., RunningServer]]:
    """Starts servers of the test's own."""
    started: list[RunningServer] = []

    def start(*words: str, **options: object) -> RunningServer:
        started.append(RunningServer(*words, **options))
        return started[-1]

    yield start
    for each in started:
        each.close()
