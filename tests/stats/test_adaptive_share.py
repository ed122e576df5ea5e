"""A share of what `scripts/adaptive` prints whole."""

import importlib.util
import sys
from pathlib import Path

import pytest

pytest.importorskip("numpy")
SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "adaptive.py"
spec = importlib.util.spec_from_file_location("adaptive_script", SCRIPT)
script = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = script
spec.loader.exec_module(script)


@pytest.mark.slow
def test_trials_of_a_real_board_are_predicted_within_two_points(shared):
    """83 systems on 88 tasks with one to six trials each: the older half makes the bank."""
    found = dict(script.shared())["terminalbench2_trials"]
    line = script.line_of(next(script.by_age(found, 1)))
    assert line.error <= 2.2
    assert line.covered >= 0.92
    assert line.rho >= 0.95


def test_simulated_runs_lie_within_their_intervals():
    found = script.made(100, 0.5, 0.02, runs=60)
    line = script.line_of(next(script.by_age(found, 1)))
    assert line.covered >= 0.95 - 3 * 0.04  # three standard deviations of 30 runs
    assert line.width <= 20
