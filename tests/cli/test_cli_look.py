"""Commands that look at runs, benchmarks and this machine."""

import json
import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from grader import plugins
from grader.record import journal

ROOT = Path(__file__).resolve().parents[2]
MIXED = [
    ("seat-blocks", "done"),
    ("seat-blocks", "failed"),
    ("seat-blocks", "timeout"),
    ("crop-grid", "done"),
]


@pytest.fixture
def run(dry, samples) -> Path:
    """A finished run."""
    assert dry(samples(MIXED), "--out", "run", "-k", "1").status == 0
    return Path("run")


def test_show_gives_each_task_one_line_with_its_first_failure(grader, run):
    done = grader("show", run)
    assert done.status == 0
    assert re.search(r"^seat-blocks +1 of 3 +passed  sample 1 failed: ", done.out, re.MULTILINE)
    assert re.search(r"^crop-grid +1 of 1 +passed$", done.out, re.MULTILINE)


def test_show_task_explains_failures_and_names_the_rest(grader, run):
    done = grader("show", run, "seat-blocks")
    assert re.search(r"^sample 0 +passed$", done.out, re.MULTILINE)
    assert re.search(r"^seat-blocks  sample 1  failed$", done.out, re.MULTILINE)
    assert re.search(r"^seat-blocks  sample 2  timeout$", done.out, re.MULTILINE)
    assert done.out.endswith("\n")


def test_show_task_without_a_failure_ends_its_last_line(grader, dry, samples):
    assert dry(samples([("seat-blocks", "done")] * 2), "--out", "fine").status == 0
    assert grader("show", "fine", "seat-blocks").out.endswith("passed\n")


def test_show_index_explains_that_sample_alone(grader, run):
    done = grader("show", run, "seat-blocks", "--index", "0")
    assert "seat-blocks  sample 0  passed" in done.out
    assert "sample 1" not in done.out


def test_show_index_that_is_not_there_names_the_range(grader, run):
    done = grader("show", run, "seat-blocks", "--index", "7")
    assert done.status == 2
    assert "has no sample 7 in this run; it has 0 to 2" in done.err


def test_show_unknown_task_suggests_the_nearest(grader, run):
    done = grader("show", run, "seat-blokcs")
    assert done.status == 2
    assert "did you mean 'seat-blocks'?" in done.err


def test_show_json_is_one_result_a_line(grader, run):
    lines = [json.loads(line) for line in grader("show", run, "--json").out.splitlines()]
    assert [line["verdict"] for line in lines].count("passed") == 2
    assert len(lines) == 4


def test_show_makes_hostile_text_harmless(grader, run):
    path = run / journal.NAME
    results = [
        result.model_copy(update={"reason": "\x1b[2J\u202e\nx"}) for result in journal.current(path)
    ]
    path.unlink()
    with journal.Journal(run) as book:
        for result in results:
            book.append(result)
    for words in (["show", run], ["show", run, "seat-blocks"]):
        out = grader(*words).out
        assert "\\x1b[2J\\u202e\\nx" in out
        assert out.replace("\n", "").isprintable()


def test_report_is_the_one_that_evaluate_showed(grader, dry, samples):
    shown = dry(samples(MIXED), "--out", "run", "-k", "1", "--json").out
    assert grader("report", "run", "--json").out == shown


def test_report_answers_for_another_k(grader, run):
    metrics = json.loads(grader("report", run, "-k", "1,2", "--json").out)["metrics"]
    assert [metric["name"] for metric in metrics] == ["pass@1", "pass@2"]


def test_report_worst_lists_the_weakest_tasks(grader, run):
    assert "weakest of 2 graded tasks" in grader("report", run, "--worst", "1").out


def test_report_format_writes_the_export_later(grader, run):
    done = grader("report", run, "--format", "evalplus")
    assert done.status == 0
    assert len(json.loads(Path("samples_eval_results.json").read_text())["eval"]) == 2


def test_report_format_refuses_samples_that_changed_since(grader, run):
    with Path("samples.jsonl").open("a") as file:
        file.write("\n")
    done = grader("report", run, "--format", "human-eval")
    assert done.status == 2
    assert "no longer what the run graded" in done.err


def test_regrade_of_an_unchanged_run_changes_nothing(grader, run):
    before = (run / journal.NAME).read_bytes()
    done = grader("regrade", run)
    assert done.status == 0
    assert "0 verdicts changed" in done.out
    assert (run / journal.NAME).read_bytes() == before


def test_list_names_every_benchmark(grader):
    rows = json.loads(grader("list", "--json").out)
    assert [row["name"] for row in rows] == list(plugins.names("benchmarks"))
    shown = grader("list").out
    assert all(row["name"] in shown and row["summary"] in shown for row in rows)


def test_validate_tells_a_broken_task_by_status_3_and_quarantines_it(grader):
    """A sandbox that passes everything passes empty solutions too: every task looks broken."""
    done = grader("validate", "folder", "--sandbox", "null", "--allow-weak", "--repeat", "1",
                  "--limit", "2", "--task", "s*", "--quarantine", "list.json")  # fmt: skip
    assert done.status == 3
    assert re.search(r"^broken +2$", done.out, re.MULTILINE)
    assert "the empty solution passes" in done.out
    assert len(json.loads(Path("list.json").read_text())["broken"]) == 2


def test_doctor_survives_a_sandbox_that_does_not_open(grader):
    done = grader("doctor", "null")
    assert done.status == 5
    assert "NOT USABLE" in done.out
    assert "choose another --sandbox" in done.out


def test_doctor_json_has_every_canary(grader):
    done = grader("doctor", "local", "--json")
    (visit,) = json.loads(done.out)
    if visit["trouble"]:
        pytest.skip(visit["trouble"])
    assert done.status == 0
    assert visit["usable"] is True
    assert visit["isolation"]["tier"] in {"userns", "bare"}
    assert {"passes", "fails", "never ends"} <= {each["name"] for each in visit["findings"]}


def doctor(python: Path | str, script: str, **more: str) -> dict:
    """What another interpreter, with this one's packages, finds out about the local sandbox."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *more.values()])}
    script += "\nfrom grader.languages import base\nbase.names = tuple"  # their time is minutes
    words = [str(python), "-c", script + "\nfrom grader.cli.main import main\nmain(sys.argv[1:])"]
    words += ["doctor", "local", "--json"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr[-1000:]
    return json.loads(done.stdout)[0]


def test_doctor_says_why_there_are_no_namespaces():
    script = "import sys\nfrom denial import deny_namespaces\ndeny_namespaces()"
    visit = doctor(sys.executable, script, denial=str(ROOT / "tests" / "sandboxes"))
    if visit["isolation"]:
        assert visit["isolation"]["tier"] == "bare"
        assert visit["fell_from"].startswith("userns: ")
    else:
        assert "userns: " in visit["trouble"]


def test_virtual_environment_of_the_systems_python_has_namespaces(tmp_path):
    """Debian's venv names a folder for packages that its /usr lacks: no namespace came to be."""
    system = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    made = tmp_path / "venv"
    words = [system, "-m", "venv", "--without-pip", str(made)]
    if not Path(system).exists() or subprocess.run(words, check=False).returncode:
        pytest.skip(f"no {system} that makes virtual environments")
    if doctor(sys.executable, "import sys")["fell_from"]:
        pytest.skip("no namespaces on this machine")
    visit = doctor(made / "bin/python", "import sys", packages=sysconfig.get_path("purelib"))
    assert (visit["isolation"]["tier"], visit["fell_from"]) == ("userns", "")


def test_doctor_shows_the_machine_and_the_tier(grader):
    out = grader("doctor").out
    assert re.search(r"^machine +Linux ", out, re.MULTILINE)
    assert re.search(r"^local +(usable|NOT USABLE)$", out, re.MULTILINE)
