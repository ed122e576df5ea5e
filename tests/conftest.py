"""Fixtures that every test may use."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import docker
import pytest

from grader.core.container import Containers

ROOT = Path(__file__).resolve().parent.parent
HINT = "scripts/docker-engine start && scripts/base-image bookworm"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real benchmark data beside the project; the test is skipped without it."""
    path = Path(os.environ.get("GRADER_SHARED", ROOT.parent / "shared"))
    if not (path / "data").is_dir():
        pytest.skip("no ../shared/data beside the project")
    return path


@pytest.fixture(scope="session")
def caches(tmp_path_factory) -> Iterator[Path]:
    """A new folder for every test's cache; none is made before something is kept there."""
    folder = tmp_path_factory.mktemp("caches")
    return (folder / str(number) for number in count())


@pytest.fixture(autouse=True)
def own_cache(caches, monkeypatch):
    """No test takes anything from a user's cache or another test's, or leaves anything there."""
    monkeypatch.setenv("GRADER_CACHE", str(next(caches)))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def engine():
    """A client of a real engine; outside of CI the test is skipped where there is none."""
    host = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    client = None
    try:
        client = docker.APIClient(base_url=host, version="1.41", timeout=60)
        client.ping()
    except docker.errors.DockerException as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no container engine ({type(error).__name__}); {HINT}")
    yield client
    client.close()


@pytest.fixture(scope="session")
def slot_image(engine):
    """The image of slots and of this suite's repositories."""
    name = Containers().image
    if not engine.images(name):
        if os.environ.get("CI"):
            pytest.fail(f"no image {name}; {HINT}")
        pytest.skip(f"no image {name}; {HINT}")
    return name
