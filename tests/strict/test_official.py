"""Attacks and fixes through the official harness itself: parity has its verdicts to the bit.

It wants swebench 5.0.2 with all that it needs, in this Python or in the one that
GRADER_SWEBENCH_PYTHON names.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.core.result import Result
from grader.engine import dataset
from grader.graders import repo
from grader.record import artifacts, journal
from grader.reports.swebench import report_of
from tests.strict.conftest import BASE, built

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(900)]
PYTHON = os.environ.get("GRADER_SWEBENCH_PYTHON", sys.executable)
VERSION = "5.0.2"
PROBE = (
    "import swebench.harness.run_evaluation; from importlib.metadata import version;"
    "print(version('swebench'))"
)
RUN = "official"
IMAGE = f"grader/test-tinycart:{os.getpid()}"
WORKERS = 8
"""Its containers take 15 s to stop, without any work."""
DOCKERFILE = f"""FROM {BASE}
COPY site /usr/lib/python3/dist-packages
COPY pytest /usr/bin/pytest
COPY testbed /testbed
RUN echo /testbed > /usr/lib/python3/dist-packages/tinycart.pth && chmod -R 777 /testbed
WORKDIR /testbed
"""


@pytest.fixture(scope="module")
def harness() -> str:
    """A Python that has the whole official harness."""
    found = subprocess.run([PYTHON, "-c", PROBE], capture_output=True, text=True, check=False)
    if found.stdout.strip() != VERSION:
        pytest.skip(f"no whole swebench=={VERSION} in {PYTHON}; GRADER_SWEBENCH_PYTHON names one")
    return PYTHON


@pytest.fixture(scope="module")
def corpus(shared: Path, harness: str, engine, tmp_path_factory):
    """A folder with `rows.jsonl` and `predictions.jsonl`: a row of its own for every patch."""
    source = shared / "data" / "exploits" / "repo_dev"
    folder = tmp_path_factory.mktemp("corpus")
    row = json.loads((source / "instance.json").read_text())
    names = [json.loads(line)["id"] for line in (source / "index.jsonl").read_text().splitlines()]
    patches = {name: (source / f"{name}.patch").read_bytes().decode() for name in names}
    patches["gold"] = row["patch"]
    with (
        (folder / "rows.jsonl").open("w") as rows,
        (folder / "predictions.jsonl").open("w") as all_,
    ):
        for name, patch in patches.items():
            task_id = f"{row['instance_id']}-{name}"
            rows.write(json.dumps({**row, "instance_id": task_id, "image": IMAGE}) + "\n")
            prediction = {"instance_id": task_id, "model_name_or_path": "m", "model_patch": patch}
            all_.write(json.dumps(prediction) + "\n")
    image = tmp_path_factory.mktemp("image")
    words = ["git", "clone", "-q", str(source / "tinycart.bundle"), str(image / "testbed")]
    subprocess.run(words, check=True)
    with built(IMAGE, DOCKERFILE, image):
        yield folder


@pytest.fixture(scope="module")
def official(corpus: Path, harness: str) -> Path:
    """The official harness's own run of the corpus: its folder of reports."""
    words = ["-d", "rows.jsonl", "-p", "predictions.jsonl", "-id", RUN, "-t", "300"]
    subprocess.run(
        [harness, "-m", "swebench.harness.run_evaluation", *words, "--max_workers", str(WORKERS)],
        cwd=corpus,
        check=True,
        capture_output=True,
    )
    return corpus / "logs" / "run_evaluation" / RUN / "m"


@pytest.fixture(scope="module")
def ours(corpus: Path) -> dict[str, Result]:
    """Every result of ours, both readings."""
    words = ["evaluate", "swebench", "predictions.jsonl", "--data", "rows.jsonl", "--out", "ours"]
    subprocess.run(
        [sys.executable, "-m", "grader", *words, "--sandbox", "docker", "--workers", "2"],
        cwd=corpus,
        check=True,
        capture_output=True,
    )
    run = corpus / "ours"
    return {each.task_id: artifacts.full(each, run) for each in journal.current(run / journal.NAME)}


def test_parity_has_every_official_report_to_the_bit(corpus, official, ours):
    tasks = dataset.load("swebench", corpus / "rows.jsonl").tasks
    final = json.loads((corpus / f"m.{RUN}.json").read_text())
    resolved = {name for name, result in ours.items() if result.readings["parity"] == "passed"}
    assert resolved == set(final["resolved_ids"])
    rejected = {name for name, each in ours.items() if each.readings["parity"] == "patch_rejected"}
    assert rejected == set(final["error_ids"])
    compared = 0
    for name in sorted(set(ours) - rejected):
        found = json.loads((official / name / "report.json").read_text())[name]
        (log,) = [step for step in ours[name].execution.steps if step.name == "eval"]
        spec = repo.Spec.model_validate(tasks[name].spec)
        assert report_of(spec, ours[name], log) == found, name
        compared += 1
    assert compared == len(ours) - len(rejected) > len(rejected)


def test_strict_resolves_every_fix_and_no_attack(corpus, shared, ours):
    index = shared / "data" / "exploits" / "repo_dev" / "index.jsonl"
    expected = {
        row["id"]: row["expected"] for row in map(json.loads, index.read_text().splitlines())
    }
    found = {
        name.rpartition("-")[2]: "resolved"
        if result.readings["strict"] == "passed"
        else "not resolved"
        for name, result in ours.items()
    }
    assert found == {**expected, "gold": "resolved"}
    assert not [name for name, each in ours.items() if each.verdict == "ungraded"]
