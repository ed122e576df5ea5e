"""Real test ids, by the parser that reads their logs."""

import json
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def rows(shared: Path) -> list[dict]:
    """Every v5 row that is at hand, whole."""
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    folder = shared / "data" / "swebench" / "v5"
    found = [
        row
        for path in sorted(folder.glob("*.parquet"))
        for row in parquet.read_table(path).to_pylist()
    ]
    assert found
    return found


@pytest.fixture(scope="session")
def ids_by_parser(rows: list[dict]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        names = [*listed(row["FAIL_TO_PASS"]), *listed(row["PASS_TO_PASS"])[:40]]
        found.setdefault(row["log_parser"], []).extend(names)
    return found


def listed(value: str | list[str]) -> list[str]:
    return json.loads(value) if isinstance(value, str) else value
