"""Packages of this machine in an evaluation: named, recorded, refused, missed."""

import json

import pytest

from grader.core.result import Result, Verdict
from grader.engine.packages import shown
from grader.errors import UsageError
from grader.record import manifest
from grader.run.evaluate import evaluate
from grader.run.missed import Missed
from grader.run.options import Options

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
    missed = Missed()
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
