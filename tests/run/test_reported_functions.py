"""Functions that were reported against graders: every sample has a verdict that its row allows.

One test for each row of `data/reports/functions.jsonl`; held-back rows of the same kinds exist, so
none is treated by its name beyond what its owner would ask for.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import pytest
from machine import SHARED
from reported_functions import ENVIRONMENTS, commanded, graded, is_excused, is_wanted, rows_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
PATH = SHARED / "data/reports/functions.jsonl"
IDS = [json.loads(line)["id"] for line in PATH.read_text().splitlines()] if PATH.exists() else []
TOGETHER = 4
NEWER = {
    ("eq_num", 4): "numpy 2 takes a Python float as a float32 beside one (NEP 50): their difference"
    " is exactly 0, in one process too"
}
"""Sample of a row → why it passes where the row, made with another numpy, wants a failure."""


@pytest.fixture(scope="module")
def rows(shared: Path):
    return {row["id"]: row for row in rows_of(shared)}


@pytest.fixture(scope="module")
def outcomes(rows, tmp_path_factory):
    """All rows that need no environment of their own, in one engine."""
    plain = [row for name, row in rows.items() if name not in ENVIRONMENTS]
    return anyio.run(graded, plain, tmp_path_factory.mktemp("rows"))


@pytest.fixture(scope="module")
def commands(request, rows, tmp_path_factory):
    """The rows about environments that this run asks for, some at one time: they mostly wait for a time-out."""
    folder = tmp_path_factory.mktemp("commands")
    with ThreadPoolExecutor(TOGETHER) as pool:
        asked = {
            item.callspec.params["name"]
            for item in request.session.items
            if "commands" in getattr(item, "fixturenames", ())
        }
        names = [name for name in rows if name in asked]
        found = pool.map(lambda name: commanded(rows[name], folder / name), names)
        return dict(zip(names, found, strict=True))


def of_ids(*, environment: bool) -> list[str]:
    return [name for name in IDS if (name in ENVIRONMENTS) == environment]


def test_there_are_rows(shared):
    assert len(rows_of(shared)) == len(IDS)


@pytest.mark.parametrize("name", of_ids(environment=False))
def test_reported_samples_get_a_wanted_verdict(name, rows, outcomes):
    wanted, found = rows[name]["wanted"], outcomes[name]
    assert len(found) == len(wanted)
    wrong = [
        (number, allowed, result.verdict.value, result.reason)
        for number, (allowed, result) in enumerate(zip(wanted, found, strict=True))
        if not is_wanted(result.verdict, allowed)
        and not is_excused(result)
        and not ((name, number) in NEWER and result.verdict == "passed")
    ]
    assert wrong == []


@pytest.mark.share(2)
@pytest.mark.parametrize("name", of_ids(environment=True))
def test_reported_environments_change_no_verdict(name, rows, commands):
    wanted, found = rows[name]["wanted"], commands[name]
    assert [is_wanted(*each) for each in zip(found, wanted, strict=True)] == [True] * len(wanted)
