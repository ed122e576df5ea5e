"""A set-up ends with its first failure, whatever form that has, and says what it means."""

import subprocess

import pytest

from grader.core.supply import SupplyFault
from grader.image.installer import missing, tools_for, version
from grader.image.steps import SetupStep, failure, script

FAIL = (
    "false",
    "false\ntrue",
    "false; true",
    "false && true",
    "true && false && true",
    "false || { false && true; }",
    "false | true",
    "echo x | false | cat",
    "cd /nowhere-at-all && true",
    "x=$(false)",
    "(exit 3)",
    "exit 4",
    "if true; then false; fi",
    "cat <<'E' | grep -q y\nx\nE",
    "no-such-command-anywhere",
)
WORK = (
    "false || true",
    "if false; then :; fi",
    "if true | false; then :; fi",
    "yes | head -1",
    "export SEEN=1",
    "for each in 1 2; do echo $each; done",
    "[ -e /nowhere-at-all ] || true",
    "cat <<'E'\nx\nE",
    "! false",
)


def ran(text: str) -> tuple[int, str, list[SetupStep]]:
    stages = [
        SetupStep("first", "echo first"),
        SetupStep("second", text, advice="mend it"),
        SetupStep("third", "echo $SEEN"),
    ]
    done = subprocess.run(
        ["/bin/bash", "-c", script(stages, "m")], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr, stages


@pytest.mark.parametrize("text", FAIL)
def test_step_that_fails_ends_the_set_up(text):
    code, output, stages = ran(text)
    assert code != 0
    assert failure(stages, "m", output).stage.name == "second"


@pytest.mark.parametrize("text", WORK)
def test_step_that_works_is_followed_by_the_next(text):
    code, output, _ = ran(text)
    assert (code, output.count("grader-step m")) == (0, 3)


def test_failure_says_step_last_lines_fault_and_next_move():
    code, output, stages = ran("echo one; echo two; echo three >&2; exit 7")
    told = failure(stages, "m", output).told(code)
    assert told == (
        "step 'second' left with status 7, its last lines: one | two | three; at fault: the data;"
        " next: mend it"
    )


@pytest.mark.parametrize(
    ("output", "fault"),
    [
        ("error: Failed to fetch: error sending request for url", SupplyFault.NETWORK),
        ("Temporary failure in name resolution", SupplyFault.NETWORK),
        ("OSError: [Errno 28] No space left on device", SupplyFault.MACHINE),
        ("No solution found: six==99 has no version", SupplyFault.DATA),
    ],
)
def test_download_that_fails_is_told_from_pins_that_do_not_exist(output, fault):
    stages = [SetupStep("packages", "", SupplyFault.DATA, "", downloads=True)]
    assert failure(stages, "m", f"grader-step m 0\n{output}\n").fault is fault


def test_step_without_downloads_is_never_the_networks_fault():
    stages = [SetupStep("install", "")]
    assert failure(stages, "m", "grader-step m 0\nConnection refused\n").fault is SupplyFault.DATA


@pytest.mark.parametrize(
    ("packages", "python", "wanted"),
    [
        (("six==1",), "3.9", ("pip==24.0", "setuptools==68.0.0", "wheel==0.44.0")),
        (("Setuptools<60", "wheel"), "3.9", ("pip==24.0",)),
        (("pip @ file:///x", "setuptools==1", "wheel==1"), "3.9", ()),
        ((), "3.6", ("pip==21.3.1", "setuptools==59.6.0", "wheel==0.37.1")),
        ((), "3.14", ("pip==25.2", "setuptools==80.9.0", "wheel==0.45.1")),
    ],
)
def test_installers_are_pinned_by_python_where_a_row_does_not(packages, python, wanted):
    assert missing(packages, version(python)) == wanted


def test_every_pinned_pip_still_installs_projects_of_an_old_setuptools():
    """pip 25.3 is the first that does not."""
    for python in ("3.6", "3.7", "3.8", "3.9", "3.11", "3.12", "3.13", "3.14", "3.20"):
        assert version(tools_for(version(python)).pip) < (25, 3)
