"""Energy from a made tree of counters, as the kernel shows them."""

import pytest

from grader.run.energy import EVERY_S, EnergyMeter


@pytest.fixture
def tree(tmp_path):
    def write(package, joules, *, name="package-0", span=1000):
        folder = tmp_path / package
        folder.mkdir(exist_ok=True)
        (folder / "name").write_text(name + "\n")
        (folder / "energy_uj").write_text(f"{int(joules * 1e6)}\n")
        (folder / "max_energy_range_uj").write_text(f"{int(span * 1e6)}\n")

    write.root = tmp_path
    return write


def test_energy_is_the_growth_of_all_packages(tree):
    tree("intel-rapl:0", 5)
    tree("intel-rapl:1", 7, name="package-1")
    tree("intel-rapl:0:0", 1, name="core")
    meter = EnergyMeter(tree.root)
    tree("intel-rapl:0", 25)
    tree("intel-rapl:1", 8, name="package-1")
    tree("intel-rapl:0:0", 900, name="core")
    assert meter.taken() == (21.0, "")


def test_a_counter_that_wraps_around_goes_on(tree):
    tree("intel-rapl:0", 990)
    meter = EnergyMeter(tree.root)
    tree("intel-rapl:0", 15)
    assert meter.taken().joules == pytest.approx(25)


def test_poll_reads_often_enough_to_see_every_wrap(tree):
    now = [0.0]
    tree("intel-rapl:0", 0)
    meter = EnergyMeter(tree.root, clock=lambda: now[0])
    for joules in (600, 200, 800, 400):
        now[0] += EVERY_S
        tree("intel-rapl:0", joules)
        meter.poll()
    assert meter.taken().joules == pytest.approx(600 + 600 + 600 + 600)


def test_poll_is_cheap_in_between(tree):
    tree("intel-rapl:0", 0)
    meter = EnergyMeter(tree.root, clock=lambda: 0.0)
    (tree.root / "intel-rapl:0" / "energy_uj").write_text("no number")
    meter.poll()
    tree("intel-rapl:0", 3)
    assert meter.taken().joules == 3


def test_without_counters_there_is_a_reason_and_no_number(tmp_path):
    assert EnergyMeter(tmp_path / "none").taken() == (None, "unavailable: no powercap")


def test_counters_that_cannot_be_read_are_a_reason(tree):
    tree("intel-rapl:0", 0)
    (tree.root / "intel-rapl:0" / "energy_uj").unlink()
    found = EnergyMeter(tree.root).taken()
    assert found.joules is None
    assert "cannot read intel-rapl:0" in found.why
