"""Packages of this machine in an evaluation: named, recorded, refused, missed."""

import json
import subprocess
import sys
from importlib import metadata

import pytest

from grader.core.job import Job
from grader.core.limits import Limits
from grader.core.result import Result, Verdict
from grader.core.sample import Sample
from grader.core.task import Task
from grader.engine.grading import open_grading
from grader.engine.packages import shown
from grader.errors import UsageError
from grader.record import manifest
from grader.run.evaluate import evaluate
from grader.run.missed import MissedModules
from grader.run.options import Options
from grader.sandboxes._slot import distributions

pytestmark = pytest.mark.anyio


def options(**changes):
    return Options.model_validate({"benchmark": "folder", "samples": "-", **changes})


def result(reason):
    return Result(task_id="t", index=0, verdict=Verdict.ERROR, reason=reason)


def missing(name):
    return f"ModuleNotFoundError: No module named '{name}' (line 1)"


def test_packages_are_named_with_versions_and_needs():
    found = shown(options(packages=("pydantic",)))
    names = [each.partition("==")[0].lower().replace("_", "-") for each in found]
    assert "pydantic" in names
    assert "typing-extensions" in names
    assert all(each.partition("==")[2] for each in found)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("pydantik", "did you mean pydantic?"),
        ("pydantic.main", "no such distribution"),
        ("qqqqqqqq", "install it beside grader first"),
        ("git", "the module git is of --package GitPython"),
    ],
)
def test_unknown_package_is_refused_with_the_next_move(name, told):
    with pytest.raises(UsageError, match=f"--package {name}: .*") as refused:
        shown(options(packages=(name,)))
    assert told in str(refused.value)


def test_packages_are_refused_where_images_decide():
    with pytest.raises(UsageError, match="the image decides"):
        shown(options(packages=("pydantic",), sandbox="docker"))


def test_missed_modules_that_this_machine_has_are_told():
    missed = MissedModules()
    for reason in (missing("git"), missing("git.objects"), missing("nowhere"), "AssertionError"):
        missed.add(result(reason))
    missed.add(result(missing("pydantic")))
    assert missed.notes() == (
        "2 samples miss git, which this machine has: --package GitPython",
        "1 sample misses pydantic, which this machine has: --package pydantic",
    )


async def test_run_shows_the_package_records_it_and_keeps_to_it(tmp_path):
    task = {"task_id": "T/0", "prompt": "def f(x):\n", "entry_point": "f", "test": "def check(c):\n"
            "    assert c(1) == 1\n", "canonical_solution": "    return x\n"}  # fmt: skip
    samples = [{"task_id": "T/0", "solution": "import annotated_types\ndef f(x):\n    return x\n"}]
    for name, rows in {"tasks": [task], "samples": samples}.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in rows))
    asked = Options(
        benchmark="humaneval",
        samples=str(tmp_path / "samples.jsonl"),
        data=tmp_path / "tasks.jsonl",
        out=tmp_path / "bare",
        allow_weak=True,
    )
    without = await evaluate(asked)
    assert without.counts == {"error": 1}
    assert any("misses annotated_types" in note for note in without.notes)
    wanted = asked.model_copy(update={"packages": ("annotated-types",), "out": tmp_path / "shown"})
    assert (await evaluate(wanted)).counts == {"passed": 1}
    (recorded,) = manifest.read(tmp_path / "shown").packages
    assert recorded.startswith("annotated-types==")
    with pytest.raises(UsageError, match="packages"):
        await evaluate(wanted.model_copy(update={"packages": (), "resume": True}))


@pytest.mark.parametrize("said", ["modules", "draws"])
async def test_named_packages_are_imported_once_and_every_sample_draws_anew(tmp_path, said):
    """Where nothing bounds a sample's memory but its own address space, each imports its own."""
    name, line = {
        "modules": ("pydantic", "import sys; raise KeyError('pydantic' in sys.modules)"),
        "draws": ("numpy", "import numpy; raise KeyError(int(numpy.random.randint(1 << 60)))"),
    }[said]
    task = Task(
        id="T/0", benchmark="own", kind="function", limits=Limits(cpu_s=9, wall_s=30),
        spec={"tests": "f(1)\n", "entry_point": "f", "reference": "def f(n):\n    return n\n"},
    )  # fmt: skip
    reasons = []
    async with open_grading(options(packages=(name,), workers=1), "packages") as engine:
        if not any(wall.startswith("cgroup") for wall in engine.provider.isolation.walls):
            pytest.skip("no control group can be made here")
        for number in range(3):
            body = f"def f(n):\n    {line}  # {number}\n"
            sample = Sample(task_id="T/0", index=number, body=body, whole=True)
            reasons.append((await engine.attempt(Job(task=task, sample=sample))).reason)
    if said == "modules":
        assert set(reasons) == {"KeyError: True (line 1)"}
    else:
        assert all(each.startswith("KeyError: ") for each in reasons)
        assert len(set(reasons)) == len(reasons)


@pytest.mark.parametrize(
    ("text", "is_loaded"),
    [
        ("VALUE = 1\n", True),
        ("import threading, time\nthreading.Thread(target=time.sleep, args=(9,), daemon=True).start()\n", False),
        ("raise RuntimeError('no')\n", False),
        ("import os\nos._exit(0)\n", False),
        ("import sys\nsys.exit(0)\n", False),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n", False),
    ],
)  # fmt: skip
def test_only_a_module_that_harms_nobody_is_imported_for_all(tmp_path, text, is_loaded):
    (tmp_path / "odd_module.py").write_text(text)
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); from grader.sandboxes._slot import heavy;"
        "heavy.load(['odd_module', 'none_such']); print('odd_module' in sys.modules)"
    )
    words = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout == f"{is_loaded}\n"


def test_module_of_a_package_is_the_one_that_bears_its_name():
    names = ("pydantic", "GitPython", "typing-extensions", "PyYAML")
    found = {each: distributions.module(each) for each in names if installed(each)}
    assert found["pydantic"] == "pydantic"
    assert found["GitPython"] == "git"
    assert found.get("PyYAML", "yaml") == "yaml"


def installed(name):
    try:
        return bool(metadata.distribution(name))
    except metadata.PackageNotFoundError:
        return False
