"""The engine that all harnesses of a process share, and one that fails."""

import pytest

from grader import harnesses


@pytest.fixture(scope="module", autouse=True)
def shared_engine():
    """Opened by the module's first test that grades, closed after its last."""
    harnesses.configure(workers=2, sessions=2)
    yield
    harnesses.configure(workers=2)


@pytest.fixture
def troubled(shared_engine):
    """An engine whose sandbox fails: every sample stays ungraded."""
    harnesses.configure(workers=1, sandbox="null", allow_weak=True, retries=0)
    yield
    harnesses.configure(workers=2, sessions=2)
