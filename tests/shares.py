"""Tests of which a share runs, another one each time: drawn by a seed that every run prints."""

import hashlib
import os
import secrets

import pytest

from tests import machine

SEED = os.environ.setdefault("GRADER_TEST_SEED", str(secrets.randbelow(10**6)))
"""Set in the environment, so that all processes of a run draw the same."""
ONE_IN = int(os.environ.get("GRADER_TEST_SHARE", "1"))
"""Of every test, whatever its mark says: for machines on which the whole has been seen already."""


def of(items: list[pytest.Item], words: list[str]) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """Those that run and those that do not; `words` of the command line may name tests."""
    if machine.WHOLE or any("::" in word for word in words):
        return items, []
    drawn = [item for item in items if is_drawn(item.nodeid, ONE_IN * _marked(item))]
    left = set(items) - set(drawn)
    return drawn, [item for item in items if item in left]


def is_drawn(name: str, one_in: int, seed: str = SEED) -> bool:
    """Whether it belongs to the share of one in `one_in`."""
    lot = hashlib.sha256(f"{seed} {name}".encode()).digest()
    return int.from_bytes(lot[:8]) % one_in == 0


def _marked(item: pytest.Item) -> int:
    mark = item.get_closest_marker("share")
    return mark.args[0] if mark else 1
