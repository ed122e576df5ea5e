"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real benchmark data beside the project; the test is skipped without it."""
    path = Path(os.environ.get("GRADER_SHARED", ROOT.parent / "shared"))
    if not (path / "data").is_dir():
        pytest.skip("no ../shared/data beside the project")
    return path


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
