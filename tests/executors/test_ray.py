"""The executor `ray` on a real cluster of two nodes of this machine."""

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import grader
from grader.errors import UsageError
from grader.executors._machines import node_agent
from grader.record import journal, placement
from tests.small_benchmark import bench, write_samples

__all__ = ["bench", "write_samples"]

ROOT = Path(__file__).resolve().parents[2]
ENDED_S = node_agent.LEASE_S + node_agent.CLOSING_S + 30
"""After which an agent that Ray itself did not end has ended: its lease, and time on a busy machine."""
MARKERS = ("done", "failed", "error", "timeout")
pytestmark = pytest.mark.timeout(400)
ours = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None,
    reason="Ray is not installed: pip install 'grader[ray]'",
)


def two_nodes():
    """A cluster that has begun; a busy machine may need more than the 30 s that Ray gives a node."""
    from ray.cluster_utils import Cluster  # noqa: PLC0415  an extra

    head = {"num_cpus": 1, "include_dashboard": False}
    for left in (2, 1, 0):
        made = None
        try:
            made = Cluster(initialize_head=True, head_node_args=head)
            made.add_node(num_cpus=1)
        except Exception:  # noqa: BLE001  Ray has no name for it
            end(made)
            if not left:
                pytest.skip("no two nodes of Ray begin within its 30 s on this machine now")
        else:
            return made
    raise AssertionError


def end(cluster):
    for node in cluster.list_all_nodes() if cluster else ():
        node.kill_all_processes(check_alive=False, allow_graceful=False)


@pytest.fixture(scope="module")
def cluster():
    made = two_nodes()
    yield made
    end(made)


def started(cluster, bench, file, out, *words, sandbox=("--sandbox", "null", "--allow-weak")):
    argv = [
        *(sys.executable, "-m", "grader", "evaluate", "folder", str(file), "--data", str(bench)),
        *("--out", str(out), "--executor", "ray", "--quiet", *sandbox, *words),
    ]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "RAY_ADDRESS": cluster.address}
    return subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env
    )


def ended(process):
    out, err = process.communicate(timeout=250)
    assert process.returncode == 0, out + err
    return out


def lines(run):
    found = [
        (each.task_id, each.index, each.verdict.value, each.reason, each.trust.value)
        for each in journal.read(run / journal.NAME)
    ]
    assert len(found) == len({each[:2] for each in found})
    return sorted(found)


def marked(write, count):
    return write(
        (f"add/{n % 3}", f"    return a + b  # {n}\n# null: {MARKERS[n % 4]}\n")
        for n in range(count)
    )


def near(bench, file, out):
    grader.evaluate("folder", file, data=bench, out=out, sandbox="null", allow_weak=True, workers=1)
    return lines(out)


def processes(*words):
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            line = path.read_bytes()
            if all(word in line for word in words):
                found.append(int(path.parent.name))
    return found


def agents():
    return processes(b"ray::NodeAgent")


def children(pids):
    found = []
    for pid in pids:
        with contextlib.suppress(OSError):
            listed = Path(f"/proc/{pid}/task").glob("*/children")
            found += [int(each) for path in listed for each in path.read_text().split()]
    return found


def until(met, seconds):
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        if met():
            return True
        time.sleep(0.05)
    return False


def lives(pid):
    """Whether it runs; one that has ended and that nobody asks for its status does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def has_begun(run, size=3000):
    kept = run / journal.NAME
    return kept.exists() and kept.stat().st_size > size


@ours
def test_nodes_give_the_verdicts_of_this_machine(cluster, bench, tmp_path, write_samples):
    rows = [
        ("add/0", "    return a + b\n"),
        ("add/1", "    return a - b\n"),
        ("add/2", "    return (\n"),
    ]
    more = [("add/0", f"    return a + b  # {n}\n") for n in range(60)]
    file = write_samples([*rows, *rows, ("add/0", "    import os; os._exit(0)\n"), *more])
    ended(started(cluster, bench, file, tmp_path / "far", sandbox=()))
    grader.evaluate("folder", file, data=bench, out=tmp_path / "near", workers=1)
    assert lines(tmp_path / "far") == lines(tmp_path / "near")
    shares = placement.read(tmp_path / "far").machines
    assert len(shares) == 2
    assert all(each.samples for each in shares)


@ours
def test_agent_killed_loses_nothing(cluster, bench, tmp_path, write_samples):
    file = marked(write_samples, 1500)
    driver = started(cluster, bench, file, tmp_path / "far")
    assert until(lambda: has_begun(tmp_path / "far") or driver.poll() is not None, 100)
    for pid in agents()[:1]:
        os.kill(pid, signal.SIGKILL)
    ended(driver)
    assert lines(tmp_path / "far") == near(bench, file, tmp_path / "near")


@ours
def test_driver_killed_leaves_nothing_and_resumes(cluster, bench, tmp_path, write_samples):
    file = marked(write_samples, 1500)
    driver = started(cluster, bench, file, tmp_path / "far")
    assert until(lambda: has_begun(tmp_path / "far") or driver.poll() is not None, 100)
    left = agents()
    engines = children(left)
    driver.kill()
    driver.communicate()
    kept = lines(tmp_path / "far")
    assert 0 < len(kept) < 1500
    assert until(lambda: not any(map(lives, (*left, *engines))), ENDED_S)
    ended(started(cluster, bench, file, tmp_path / "far", "--resume"))
    assert lines(tmp_path / "far") == near(bench, file, tmp_path / "near")


@ours
@pytest.mark.parametrize("later_s", [0.0, 0.3])
def test_driver_killed_while_agents_begin_leaves_nothing(
    cluster, bench, tmp_path, write_samples, later_s
):
    driver = started(cluster, bench, marked(write_samples, 30), tmp_path / "far", sandbox=())
    assert until(lambda: agents() or driver.poll() is not None, 100)
    time.sleep(later_s)  # agents are between their first line and an open engine
    left = agents()
    engines = children(left)
    driver.kill()
    driver.communicate()
    assert left
    assert until(lambda: not any(map(lives, (*left, *engines, *agents()))), 30)


@ours
@pytest.mark.share(10)
@pytest.mark.parametrize("moment", range(10))
def test_raylet_killed_loses_nothing_and_leaves_nothing(
    cluster, bench, tmp_path, write_samples, moment
):
    file = marked(write_samples, 1500)
    node = cluster.add_node(num_cpus=1)
    driver = started(cluster, bench, file, tmp_path / "far")
    size = 3000 + 50_000 * moment
    assert until(lambda: has_begun(tmp_path / "far", size) or driver.poll() is not None, 100)
    before = agents()
    engines = {pid: children([pid]) for pid in before}
    os.kill(node.all_processes["raylet"][0].process.pid, signal.SIGKILL)
    ended(driver)
    assert lines(tmp_path / "far") == near(bench, file, tmp_path / "near")
    assert until(lambda: not any(map(lives, agents())), ENDED_S)
    every = [pid for some in engines.values() for pid in some]
    assert until(lambda: not any(map(lives, every)), 30)


def test_without_ray_one_line_says_what_to_install(bench, tmp_path, write_samples, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match=r"pip install 'grader\[ray\]'") as caught:
        grader.evaluate(
            "folder", marked(write_samples, 1), data=bench, out=tmp_path / "run", executor="ray"
        )
    assert "\n" not in str(caught.value)


@ours
def test_without_a_cluster_one_line_says_so(bench, tmp_path, write_samples):
    env = {**os.environ, "PYTHONPATH": str(ROOT), "RAY_ADDRESS": "127.0.0.1:9"}
    words = ["folder", str(marked(write_samples, 1)), "--data", str(bench), "--executor", "ray"]
    done = subprocess.run(
        [sys.executable, "-m", "grader", "evaluate", *words, "--out", str(tmp_path / "run")],
        env=env, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "ray start --head" in done.stderr.splitlines()[-1]


def test_nothing_loads_ray_that_does_not_use_it():
    code = (
        "import sys, grader, grader.api, grader.run.machines, grader.executors.ray;"
        "print('ray' in sys.modules)"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
