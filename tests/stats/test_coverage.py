"""A share of the simulation that `scripts/coverage` prints whole."""

import importlib.util
import sys
from pathlib import Path

import pytest

pytest.importorskip("numpy")
SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "coverage.py"
spec = importlib.util.spec_from_file_location("coverage_script", SCRIPT)
script = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = script
spec.loader.exec_module(script)

DRAWS = 500
NOISE = 0.025
"""Two and a half standard deviations of a share near 0.95 of so many draws."""
ALL = list(script.cases())
VERIFIED = [each for each in ALL if (each.shape, sum(each.sizes)) == ("verified", 500)]


def name(case):
    return f"{case.kind}-{case.shape}{sum(case.sizes)}-{case.rate}-{case.correlation}"


@pytest.mark.parametrize(
    "case", [each for each in VERIFIED if each.rate == 0.5 and each.correlation in {0.006, 0.05}],
    ids=name,
)  # fmt: skip
def test_intervals_over_verifieds_repositories_cover_what_they_say(case):
    """With a degree of freedom for each of the twelve repositories they covered 81 to 87 %."""
    assert 0.93 - NOISE <= script.covered(case, DRAWS) <= 0.97 + NOISE
    assert round(case.effective, 1) == 3.9


@pytest.mark.parametrize(
    "case", [each for each in ALL if not each.is_said and sum(each.sizes) == 100][::5], ids=name
)
def test_intervals_that_nothing_is_said_about_cover_what_they_say(case):
    assert 0.93 - NOISE <= script.covered(case, DRAWS) <= 0.97 + NOISE


@pytest.mark.parametrize("case", [each for each in VERIFIED if each.rate != 0.5][::4], ids=name)
def test_intervals_called_rough_cover_nearly_what_they_say(case):
    assert case.is_said
    assert script.covered(case, DRAWS) >= 0.88 - NOISE
