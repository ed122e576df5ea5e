"""Memory that runs out around the engine is never a sample's verdict."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.sandboxes._slot import cgroup
from tests import machine

GROUP_MB = 280
SAMPLES = 24 if machine.WHOLE else 6
pytestmark = [pytest.mark.pressure, pytest.mark.alone]


@pytest.fixture
def narrow():
    """A control group of 280 MiB below this process' own; its list of processes."""
    if os.geteuid() != 0:
        pytest.skip("only root makes control groups")
    for name, parents in (
        ("memory.limit_in_bytes", cgroup._parents_v1()),
        ("memory.max", cgroup._parents_v2()),
    ):
        for each in parents:
            folder = Path(each[cgroup.MEMORY], f"narrow{os.getpid()}")
            try:
                folder.mkdir()
                (folder / name).write_text(str(GROUP_MB << 20))
            except OSError:
                continue
            yield folder / "cgroup.procs"
            cgroup.remove_group(str(folder))
            return
    pytest.skip("no control group can be made here")


def verdicts(narrow, script):
    """What two workers made of samples that need 160 MiB each, beside what `script` runs first."""
    runner = Path(__file__).with_name("squeezed_runner.py")
    words = f"echo $$ > {narrow}; {script} {sys.executable} {runner} {SAMPLES}"
    done = subprocess.run(["sh", "-c", words], capture_output=True, text=True, check=True)
    return [verdict for verdict, _ in json.loads(done.stdout)]


def test_samples_that_fit_one_at_a_time_pass_with_two_workers(narrow):
    assert verdicts(narrow, "") == ["passed"] * SAMPLES


def test_samples_that_others_leave_no_memory_for_are_ungraded(narrow):
    hog = f"{sys.executable} -c \"import time; x = b'x' * (115 << 20); time.sleep(60)\" >/dev/null 2>&1 &"
    assert set(verdicts(narrow, f"{hog} sleep 1;")) <= {"passed", "ungraded"}
