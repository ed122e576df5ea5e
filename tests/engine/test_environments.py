"""Environments in an evaluation: shown to both sides, recorded, refused with the next move."""

import json
import sys

import pytest

from grader.core.task import Image, Task
from grader.engine.environments import shown
from grader.engine.options import EngineOptions
from grader.errors import UsageError
from grader.record import manifest
from grader.run.evaluate import evaluate
from grader.run.options import Options

pytestmark = pytest.mark.anyio
VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"


def make_environment(folder, text="VALUE = 7\n", version="1.0"):
    """A virtual environment as far as anybody looks, with one distribution."""
    site = folder / "lib" / VERSION / "site-packages"
    info = site / "graderprobe-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "graderprobe.py").write_text(text)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: graderprobe\nVersion: {version}\n"
    )
    (info / "RECORD").write_text(f"graderprobe.py,sha256={hash(text)},\n")
    return folder


def written(folder, name, rows):
    path = folder / name
    path.write_text("".join(f"{json.dumps(each)}\n" for each in rows))
    return path


async def test_candidate_and_tests_import_what_a_virtual_environment_has(tmp_path):
    task = {"task_id": "T/0", "prompt": "def f(x):\n", "entry_point": "f", "test": "import graderprobe\n"
            "def check(c):\n    assert c(1) == graderprobe.VALUE\n", "canonical_solution": "    return 7\n"}  # fmt: skip
    whole = "import graderprobe\ndef f(x):\n    return graderprobe.VALUE\n"
    asked = Options(
        benchmark="humaneval",
        samples=str(written(tmp_path, "samples.jsonl", [{"task_id": "T/0", "solution": whole}])),
        data=written(tmp_path, "tasks.jsonl", [task]),
        python=make_environment(tmp_path / "venv"),
        out=tmp_path / "out",
        allow_weak=True,
    )
    assert (await evaluate(asked)).counts == {"passed": 1}
    (recorded,) = manifest.read(tmp_path / "out").environments
    assert recorded.packages == ("graderprobe==1.0",)
    other = make_environment(tmp_path / "other", version="2.0")
    with pytest.raises(UsageError, match="environments"):
        await evaluate(asked.model_copy(update={"python": other, "resume": True}))


def test_environment_that_is_not_here_is_refused_with_the_command_that_makes_it(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path))
    task = Task(id="t", benchmark="b", kind="function", spec={}, image=Image(environment="science"))
    with pytest.raises(UsageError, match="grader images build science"):
        shown(EngineOptions(), {"t": task})


def test_folder_that_is_no_environment_of_this_python_is_refused(tmp_path):
    (tmp_path / "lib" / "python3.5" / "site-packages").mkdir(parents=True)
    with pytest.raises(UsageError, match=r"it has python3\.5, and grader runs on Python"):
        shown(EngineOptions(python=tmp_path), {})
    with pytest.raises(UsageError, match="it is no virtual environment"):
        shown(EngineOptions(python=tmp_path / "lib"), {})


def test_environments_are_refused_where_images_decide(tmp_path):
    with pytest.raises(UsageError, match="the image"):
        shown(EngineOptions(python=tmp_path, sandbox="docker"), {})
