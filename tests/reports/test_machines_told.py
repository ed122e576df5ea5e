"""Which machines graded a run, as reports tell it."""

import pytest

import grader
from grader.core.placement import MachineShare, Placement, UnlikeRuns, added
from grader.record import placement
from grader.reports import json, text
from grader.run.report import derive
from grader.study.follow import RunFollower
from tests.small_benchmark import bench, write_samples

__all__ = ["bench", "write_samples"]

QUICK = MachineShare(name="http://a:1", host="a", state="ready", samples=3, chunks=1, run_s=0.03)
LOST = MachineShare(
    name="http://b:1", host="evil\x1b[31m", state="drained", why="a program \x1b[1m", samples=1,
    again=20, losses=2, stragglers=4,
)  # fmt: skip
UNLIKE = UnlikeRuns(
    task_id="add/0", index=0, kept="passed", kept_from="a", other="failed", other_from="b"
)
FOUND = Placement(machines=(LOST, QUICK), run_twice=2, unlike=(UNLIKE,))


@pytest.fixture
def run(bench, tmp_path, write_samples):
    file = write_samples([("add/0", "    return a + b\n")])
    grader.evaluate(
        "folder", file, data=bench, out=tmp_path / "run", sandbox="null", allow_weak=True
    )
    placement.write(tmp_path / "run", FOUND)
    return tmp_path / "run"


def test_report_names_machines_shares_and_what_ran_twice(run):
    shown = " ".join(text.render(derive(run), width=1000).split())
    assert "http://a:1: 3 samples (75.00 %), ms a sample: run 10.0" in shown
    assert "http://b:1 (evil" in shown
    assert "lost 2 times; 20 samples of it graded again; drained: a program" in shown
    assert "4 samples took too long" in shown
    assert "2 samples ran twice, 1 of them did not end alike" in shown
    assert "\x1b[31m" not in shown


def test_sample_that_ended_in_two_ways_is_flaky(run):
    found = [each for each in derive(run).findings if each.kind == "flaky"]
    assert [(each.task_id, "which counts" in each.why) for each in found] == [("add/0", True)]


def test_report_as_json_has_the_machines(run):
    assert '"name":"http://a:1"' in json.render(derive(run)).replace(" ", "").replace("\n", "")


def test_page_that_follows_a_run_has_them_too(run):
    assert RunFollower(run).report().placement == FOUND


def test_run_of_one_machine_says_nothing(run):
    (run / "placement.json").unlink()
    assert "machines" not in text.render(derive(run), width=100)


@pytest.mark.parametrize("data", [b"{", b'{"run_twice":-1}', b'{"run_twice":1e400}', b"[]"])
def test_placement_that_is_none_is_left_out(run, data):
    (run / "placement.json").write_bytes(data)
    assert derive(run).placement is None


def test_parts_of_a_resumed_run_are_added_by_machine():
    both = added(FOUND, Placement(machines=(QUICK,), run_twice=1))
    assert {each.name: each.samples for each in both.machines} == {"http://a:1": 6, "http://b:1": 1}
    assert both.run_twice == 3
