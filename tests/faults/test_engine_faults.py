"""A container engine that breaks in the middle of a run: no sample is blamed, nothing is lost."""

import contextlib
import random
import subprocess
import time

import pytest

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(300)]
KINDS = ("repo", "function")
KILLS = 3


def blameless(run, expected):
    """Every verdict that was given is the undisturbed one."""
    given = {key: verdict for key, verdict in run.verdicts().items() if verdict != "ungraded"}
    assert given == {key: expected[run.kind][key] for key in given}
    return given


def resumed(run, expected):
    """The same command with `--resume` brings what is missing."""
    status, said = run.complete("--resume")
    assert status == 0, said
    assert run.verdicts() == expected[run.kind]


@pytest.mark.parametrize("kind", KINDS)
def test_engine_that_is_killed_and_comes_back(kind, evaluation, private, expected):
    run = evaluation(kind)
    run.start()
    run.until_busy()
    private.kill()
    time.sleep(2)
    private.start()
    status, said = run.finish()
    assert status == 0, said
    assert run.verdicts() == expected[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_engine_that_stays_away(kind, evaluation, private, expected, monkeypatch):
    """The run ends with what it has, says why, and goes on once the engine is there again.

    Containers outlive their engine: functions need it only where one more slot has to start.
    """
    monkeypatch.setenv("GRADER_ENGINE_PATIENCE", "4")
    run = evaluation(kind)
    run.start()
    run.until_busy()
    private.kill()
    status, said = run.finish()
    given = blameless(run, expected)
    assert "Traceback" not in said
    private.start()
    if kind == "function" and status == 0:
        assert given == expected[kind]
        return
    assert status == 4, said
    assert 0 < len(given) < len(expected[kind])
    assert "--resume" in said
    resumed(run, expected)


@pytest.mark.parametrize("kind", KINDS)
def test_containers_that_are_killed_by_hand(kind, evaluation, private, expected):
    """A sample that was hit is tried again; one that is hit every time waits for a resume."""
    run = evaluation(kind)
    run.start()
    for number in (1, 2):
        run.until_busy(number)
        for container in private.containers():
            private.docker("kill", container, check=False)
    status, said = run.finish()
    blameless(run, expected)
    assert status in {0, 4}, said
    if status:
        resumed(run, expected)
    assert run.verdicts() == expected[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_full_disk_below_the_engine(kind, evaluation, private, expected):
    run = evaluation(kind)
    run.start()
    run.until_busy()
    ballast = private.data / "ballast"
    fill = ["dd", "if=/dev/zero", f"of={ballast}", "bs=1M"]
    subprocess.run(fill, check=False, capture_output=True)
    try:
        status, said = run.finish()
    finally:
        ballast.unlink()
    given = blameless(run, expected)
    assert (status, len(given) == len(expected[kind])) in {(0, True), (4, False)}, said
    if kind == "repo":
        reasons = {each["reason"] for each in run.results() if each["verdict"] == "ungraded"}
        assert status == 4
        assert all("no space left" in reason for reason in reasons), reasons
    resumed(run, expected)


def test_bridge_that_vanishes(evaluation, private, expected):
    """Its device is deleted under the engine, which still believes in it."""
    run = evaluation("repo")
    run.start()
    run.until_busy()
    for bridge in private.bridges():
        private.inside("ip", "link", "delete", bridge)
    status, said = run.finish()
    assert status == 0, said
    assert run.verdicts() == expected["repo"]


@pytest.mark.parametrize("kind", KINDS)
def test_grader_that_is_killed(kind, evaluation, private, expected):
    """Once in the middle, then at any time: while it opens, while containers start, while it runs."""
    seeded = random.Random(20240209)
    run = evaluation(kind)
    run.start()
    run.until_busy()
    for _ in range(KILLS):
        run.process.kill()
        run.finish()
        blameless(run, expected)
        run.start("--resume")
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.process.wait(seeded.uniform(0.3, 4.0))
    status, said = run.finish()
    assert status == 0, said
    assert run.verdicts() == expected[kind]
    assert len(run.results()) == len(expected[kind]), "nothing is graded twice"
